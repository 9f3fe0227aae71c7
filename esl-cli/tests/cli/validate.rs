//! Lessons are checked and what is wrong is shown where it is.

use serde_json::Value;

use crate::bench::{Bench, LESSON};

#[test]
fn a_good_lesson_is_valid_in_strict_mode() {
    let ended = Bench::with_lesson().esl(&["validate", "lesson.md", "--strict"]);
    insta::assert_snapshot!(ended.stdout, @"
    lesson.md: valid
    title       At the Café: Ordering Breakfast
    student     Sample Student
    level       A1
    topic       Polite requests, Food and drink
    input_type  generate
    ");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_finding_shows_the_line_it_is_about() {
    let bench = Bench::new();
    bench.file(
        "lesson.md",
        LESSON.replacen("Sam: Yes, please.", "Tom: Yes, please.", 1),
    );
    let ended = bench.esl(&["validate", "lesson.md"]);
    assert_eq!(ended.code, Some(3));
    insta::assert_snapshot!(ended.stdout, @"
    error[speaker-unknown]: `Tom` is not one of the speaker labels
      --> lesson.md:41:1
       |
    41 | Tom: Yes, please. By the window, if possible.
       | ^^^
       |
       = help: add `Tom` to `speaker_labels`, or use one of `Clara`, `Sam`

    lesson.md: not valid, 1 error
    ");
}

#[test]
fn the_json_verdict_lists_every_finding_with_its_place() {
    let bench = Bench::new();
    bench.file(
        "lesson.md",
        LESSON.replacen("Sam: Yes, please.", "Tom: Yes, please.", 1),
    );
    let ended = bench.esl(&["validate", "lesson.md", "--json"]);
    insta::assert_json_snapshot!(ended.json());
}

#[test]
fn several_lessons_are_all_checked_though_one_cannot_be_read() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["validate", "nowhere.md", "lesson.md"]);
    assert_eq!(ended.code, Some(1));
    let message = "error: cannot read the lesson nowhere.md\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
    assert!(
        ended.stdout.ends_with("1 of 2 lessons are valid\n"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_lesson_may_come_from_standard_input() {
    let ended = Bench::new().esl_reading(LESSON.as_bytes(), &["validate", "-"]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stdout.starts_with("standard input: valid"),
        "{}",
        ended.stdout
    );
}

#[test]
fn rules_can_be_raised_lowered_and_left_out() {
    let bench = Bench::new();
    let lesson = LESSON.replacen("input_type: generate", "input_type: invented", 1);
    bench.file("lesson.md", lesson);
    let code = |flags: &[&str]| {
        bench
            .esl(&[&["validate", "lesson.md"], flags].concat())
            .code
    };
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--strict"]), Some(3));
    assert_eq!(code(&["--deny", "input-type-unknown"]), Some(3));
    assert_eq!(
        code(&["--strict", "--allow", "input-type-unknown"]),
        Some(0)
    );
}

#[test]
fn sarif_holds_each_finding_with_its_rule_and_region() {
    let bench = Bench::new();
    bench.file(
        "unit 1/lesson.md",
        LESSON.replacen("icon: ☕", "icon: no", 1),
    );
    let ended = bench.esl(&["validate", "unit 1/lesson.md", "--format", "sarif"]);
    assert_eq!(ended.code, Some(3));
    let log: Value = serde_json::from_str(&ended.stdout).unwrap();
    insta::assert_json_snapshot!(log["runs"][0]["results"]);
}
