//! `validate --fix` changes what is certain, once, and shows the rest.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::bench::{Bench, LESSON};

/// Three certain fixes and one finding that only a person can mend.
fn broken() -> String {
    LESSON
        .replacen("\nSam: Yes", "\nSamm: Yes", 1)
        .replacen("This Week's Mission Briefing", "This Weeks Mission", 1)
        .replacen("input_type:", "input_tpe:", 1)
        .replacen("icon: ☕", "icon: no", 1)
}

#[test]
fn what_is_certain_is_mended_and_told() {
    let bench = Bench::new();
    let lesson = bench.file("lesson.md", broken());
    let ended = bench.esl(&["validate", "lesson.md", "--fix"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    insta::assert_snapshot!(ended.stdout);
    let mended = fs::read_to_string(lesson).unwrap();
    assert_eq!(mended, LESSON.replacen("icon: ☕", "icon: no", 1));
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    let bench = Bench::new();
    bench.file("lesson.md", broken());
    bench.esl(&["validate", "lesson.md", "--fix"]);
    let files = bench.contents();
    let again = bench.esl(&["validate", "lesson.md", "--fix", "--json"]);
    let file = &again.json()["result"]["files"][0];
    assert_eq!(file["changes"], serde_json::json!([]));
    assert_eq!(file["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(bench.contents(), files);
}

#[test]
fn permissions_and_links_stay() {
    let bench = Bench::new();
    let lesson = bench.file("shelf/lesson.md", broken());
    fs::set_permissions(&lesson, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("shelf/lesson.md", bench.path("link.md")).unwrap();
    bench.esl(&["validate", "link.md", "--fix"]);
    let mode = fs::metadata(&lesson).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(bench.path("link.md").is_symlink());
    assert!(!fs::read_to_string(lesson).unwrap().contains("Samm"));
    assert_eq!(bench.files(), ["link.md", "shelf/lesson.md"]);
}

#[test]
fn line_ends_and_byte_order_mark_stay() {
    let bench = Bench::new();
    let text = format!("\u{feff}{}", broken().replace('\n', "\r\n"));
    let lesson = bench.file("lesson.md", text);
    bench.esl(&["validate", "lesson.md", "--fix"]);
    let mended = LESSON.replacen("icon: ☕", "icon: no", 1);
    let mended = format!("\u{feff}{}", mended.replace('\n', "\r\n"));
    assert_eq!(fs::read_to_string(lesson).unwrap(), mended);
}

#[test]
fn from_standard_input_the_mended_lesson_is_the_answer() {
    let lesson = LESSON.replacen("\nSam: Yes", "\nSamm: Yes", 1);
    let ended = Bench::new().esl_reading(lesson.as_bytes(), &["validate", "--fix", "-"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, LESSON);
    assert!(
        ended.stderr.contains("(speaker-unknown)"),
        "{}",
        ended.stderr
    );
}

#[test]
fn without_fix_nothing_is_changed() {
    let bench = Bench::new();
    bench.file("lesson.md", broken());
    let files = bench.contents();
    bench.esl(&["validate", "lesson.md"]);
    assert_eq!(bench.contents(), files);
}
