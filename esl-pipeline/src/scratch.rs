//! Files in the making, and what is left of those whose maker died.
//!
//! Whoever makes such a file holds a lock on it, which ends with the process. So a file of this kind
//! that nobody holds is nobody's, and whoever finds it may remove it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

const PREFIX: &str = ".esl-";
const SUFFIX: &str = ".tmp";

/// A new file in `folder`, which vanishes unless it is persisted.
pub(crate) fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Narrowed by the umask, as for any other new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    loop {
        let file = builder.tempfile_in(folder)?;
        match file.as_file().lock() {
            // Where nothing can be locked, nothing is swept either.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
            locked => locked?,
        }
        // Before it was locked, another process may have swept it away.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// Removes the files of dead processes from `folder` and says how many. What cannot be removed stays.
pub(crate) fn sweep(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let scratch = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
    });
    scratch
        .filter(|entry| remove_if_abandoned(&entry.path()))
        .count()
}

/// Whether the file was one of a dead process and is gone.
fn remove_if_abandoned(path: &Path) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    if file.try_lock().is_err() {
        return false;
    }
    let removed = fs::remove_file(path);
    if let Err(error) = &removed {
        tracing::warn!(path = %path.display(), %error, "a file that a dead process left cannot be removed");
    }
    removed.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_dead_are_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".esl-dead.tmp", ".esl-note", "notes.tmp"] {
            fs::write(path(name), "").unwrap();
        }
        let alive = file_in(folder.path()).unwrap();
        sweep(folder.path());
        assert!(!path(".esl-dead.tmp").exists());
        assert!(alive.path().exists());
        assert!(path(".esl-note").exists() && path("notes.tmp").exists());
    }

    #[test]
    fn a_finished_file_is_no_scratch_file_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let finished = folder.path().join("finished");
        file_in(folder.path()).unwrap().persist(&finished).unwrap();
        sweep(folder.path());
        assert!(finished.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_has_nothing_to_sweep() {
        sweep(Path::new("/nowhere/at/all"));
    }
}
