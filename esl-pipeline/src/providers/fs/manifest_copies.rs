//! Copies of earlier manifests, in the hidden folder `.lesson.manifest` beside `lesson.manifest.json`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use esl_core::manifest::Manifest;

use super::atomic;
use super::manifest_store::beside;

fn folder(path: &Path) -> PathBuf {
    beside(path, "")
}

/// Keeps a copy of `manifest`, an earlier one of the file at `path`, and of all copies the `most` latest.
pub(super) fn keep(path: &Path, manifest: &Manifest, most: usize) -> io::Result<()> {
    let folder = folder(path);
    atomic::create_folder(&folder)?;
    // Not every system has colons in file names.
    let name = format!("{}.json", manifest.timestamp).replace(':', "-");
    let bytes = manifest.to_json();
    atomic::replace(&folder.join(name), |file| file.write_all(&bytes))?;
    let files = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let files = files.iter().map(fs::DirEntry::path);
    let is_copy = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    let mut copies: Vec<_> = files.filter(is_copy).collect();
    copies.sort_unstable();
    let surplus = copies.len().saturating_sub(most);
    copies[..surplus]
        .iter()
        .try_for_each(|copy| atomic::remove(copy))
}

/// Removes all copies for the file at `path`.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use esl_core::Digest;

    use super::*;

    #[test]
    fn the_latest_copies_stay_until_all_go() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.b.manifest.json");
        let earlier = |day| {
            let instant = format!("2025-01-0{day}T08:15:30Z").parse().unwrap();
            Manifest::new(&Digest::of("text"), instant)
        };
        for day in [1, 3, 2, 2, 4] {
            keep(&path, &earlier(day), 3).unwrap();
        }
        let folder = root.path().join(".a.b.manifest");
        let copies = fs::read_dir(&folder).unwrap();
        let mut copies: Vec<_> = copies.map(|copy| copy.unwrap().path()).collect();
        copies.sort();
        let expected = [2, 3, 4].map(|day| format!("2025-01-0{day}T08-15-30.000Z.json"));
        assert_eq!(copies, expected.map(|name| folder.join(name)));
        let copy = fs::read(&copies[0]).unwrap();
        assert_eq!(Manifest::from_json(&copy).unwrap(), earlier(2));
        remove(&path).unwrap();
        assert!(!folder.exists());
        remove(&path).unwrap();
    }
}
