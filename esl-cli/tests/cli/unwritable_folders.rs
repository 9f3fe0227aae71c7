//! Folders that cannot be written. A folder below a file cannot be made by anybody, root included.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;

use crate::bench::{Bench, Ended};

fn assert_told(flag: &str) {
    let bench = Bench::that_speaks();
    bench.file("taken", "a file");
    let ended = bench.esl(&["run", "lesson.md", flag, "taken/folder"]);
    assert_eq!(ended.code, Some(6), "{flag}: {}", ended.stderr);
    assert!(
        ended.stderr.contains("taken/folder"),
        "{flag}: {}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("Not a directory"),
        "{flag}: {}",
        ended.stderr
    );
}

#[test]
fn a_workspace_that_cannot_be_made_is_named() {
    assert_told("--workspace");
}

#[test]
fn a_folder_for_the_recording_that_cannot_be_made_is_named() {
    assert_told("--out");
}

/// A name that some file systems take and JSON does not.
fn not_utf8() -> OsString {
    OsString::from_vec(b"\xff".to_vec())
}

#[test]
fn paths_that_no_manifest_can_hold_are_refused() {
    for flag in ["--workspace", "--out", "--voices", "--presets-path"] {
        let bench = Bench::that_speaks();
        let files = bench.files();
        let mut command = bench.command(&["run", "lesson.md", flag]);
        let ended = Ended::from(command.arg(not_utf8()).output().unwrap());
        assert_eq!(ended.code, Some(4), "{flag}: {}", ended.stderr);
        assert!(ended.stderr.contains("UTF-8"), "{flag}: {}", ended.stderr);
        assert_eq!(bench.files(), files, "{flag}");
    }
}

#[test]
fn a_current_folder_that_no_manifest_can_hold_is_refused() {
    let bench = Bench::with_lesson();
    let folder = bench.path("").join(not_utf8());
    fs::create_dir(&folder).unwrap();
    fs::copy(bench.path("lesson.md"), folder.join("lesson.md")).unwrap();
    for line in [&["run", "lesson.md"][..], &["config", "show", "--json"]] {
        let mut command = bench.command(line);
        let ended = Ended::from(command.current_dir(&folder).output().unwrap());
        assert_eq!(ended.code, Some(4), "{line:?}: {}", ended.stderr);
    }
    let elsewhere = [
        "run",
        "lesson.md",
        "--no-tts",
        "--workspace",
        "/tmp/elsewhere",
    ];
    let mut command = bench.command(&elsewhere);
    let ended = Ended::from(command.current_dir(&folder).output().unwrap());
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
}
