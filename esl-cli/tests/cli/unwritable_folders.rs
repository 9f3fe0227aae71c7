//! Folders that cannot be written. A folder below a file cannot be made by anybody, root included.

use crate::bench::Bench;

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
