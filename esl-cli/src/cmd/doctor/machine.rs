//! What this machine has: folders that can be written, an encoder, a terminal.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use super::check::{Check, Health};
use crate::config::Settings;
use crate::output::style;

/// Files counted for the size of the cache. Bounds the work in a folder that is something else.
const MOST_FILES: usize = 100_000;

pub(super) fn encoder() -> Check {
    if cfg!(feature = "mp3-encoder") {
        return Check::ok("MP3 encoder", "built in");
    }
    let mend = "cargo install esl-cli --features mp3-encoder".to_owned();
    Check::fail("MP3 encoder", "left out of this build", Some(mend))
}

pub(super) fn cache(settings: &Settings) -> Check {
    let folder_of_segments = match settings.cache() {
        Ok(folder) => folder,
        Err(failure) => return Check::failed("spoken segments", failure),
    };
    let mut check = folder("spoken segments", folder_of_segments, "XDG_CACHE_HOME");
    if check.health == Health::Ok && folder_of_segments.exists() {
        let (files, bytes) = size(folder_of_segments);
        let megabytes = bytes as f64 / 1_000_000.0;
        let more = if files == MOST_FILES { "at least " } else { "" };
        check.message += &format!(", {more}{files} files, {megabytes:.1} MB");
    }
    check
}

/// Files below `folder` and their bytes. Links are not followed; what cannot be read counts
/// nothing.
fn size(folder: &Path) -> (usize, u64) {
    let mut folders = vec![folder.to_owned()];
    let (mut files, mut bytes) = (0, 0);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.take(MOST_FILES - files) {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) => {
                    files += 1;
                    bytes += data.len();
                }
                Err(_) => {}
            }
        }
    }
    (files, bytes)
}

/// Whether files can be made in a folder, or in the nearest one above it that is there.
pub(super) fn folder(name: &'static str, folder: &Path, setting: &str) -> Check {
    let shown = folder.display();
    let existing = folder.ancestors().find(|above| above.exists());
    let is_new = existing != Some(folder);
    let tried = existing.map_or_else(
        || Err(io::Error::from(io::ErrorKind::NotFound)),
        tempfile::tempfile_in,
    );
    match tried {
        Ok(_) if is_new => Check::ok(name, format!("{shown}, made by the first run")),
        Ok(_) => Check::ok(name, shown.to_string()),
        Err(error) => {
            let mend = format!("choose another folder with {setting}");
            Check::fail(
                name,
                format!("cannot write to {shown}: {error}"),
                Some(mend),
            )
        }
    }
}

pub(super) fn terminal() -> Check {
    if !io::stderr().is_terminal() {
        return Check::ok("terminal", "none: progress comes as lines");
    }
    if style::colours_stderr() {
        return Check::ok("terminal", "colours and moving progress");
    }
    let mend = "unset NO_COLOR, or set TERM to what your terminal is";
    Check::warn("terminal", "no colours, as NO_COLOR or TERM asks", mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_counts_files_in_folders_below() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("a/b"), "four").unwrap();
        fs::write(root.path().join("c"), "!").unwrap();
        assert_eq!(size(root.path()), (2, 5));
        assert_eq!(size(&root.path().join("nowhere")), (0, 0));
    }
}
