//! Commands that only look at a lesson: they print and leave nothing behind.

use serde_json::Value;

use crate::bench::{Bench, LESSON};

#[test]
fn blocks_are_the_array_that_notion_takes() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["blocks", "lesson.md"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let blocks: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(blocks[0]["type"], "table_of_contents");
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn headings_have_the_colours_of_the_preset() {
    let bench = Bench::with_lesson();
    bench.file("presets.json", r#"{"calm": {"h2": "blue"}}"#);
    let colour = |flags: &[&str]| {
        let ended = bench.esl(&[&["blocks", "lesson.md"], flags].concat());
        let blocks: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
        blocks[1]["heading_2"]["color"].clone()
    };
    assert_eq!(colour(&[]), "yellow_background");
    assert_eq!(colour(&["--no-preset"]), Value::Null);
    let calm = ["--presets-path", "presets.json", "--preset", "calm"];
    assert_eq!(colour(&calm), "blue");
}

#[test]
fn an_unknown_preset_is_answered_with_the_known_ones() {
    let ended = Bench::with_lesson().esl(&["blocks", "lesson.md", "--preset", "b2"]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @r#"error: there is no preset "b2"; known presets: b1-default"#);
}

#[test]
fn a_presets_file_that_is_none_is_named_with_the_place() {
    let bench = Bench::with_lesson();
    bench.file("presets.json", r#"{"calm": {"h2": "mauve"}}"#);
    let ended = bench.esl(&["blocks", "lesson.md", "--presets-path", "presets.json"]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @r#"
    error: presets.json: cannot read the presets
      because: "mauve" is no Notion colour; use a name such as `blue` or `blue_background` at line 1 column 24
    "#);
}

#[test]
fn the_study_text_is_what_extract_prints() {
    let ended = Bench::with_lesson().esl(&["extract", "lesson.md"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let first = ended.stdout.lines().next();
    assert_eq!(first, Some("Clara: Good morning! A table for one?"));
    assert_eq!(ended.stdout.lines().count(), 13);
}

#[test]
fn every_part_can_be_extracted_as_json() {
    let bench = Bench::with_lesson();
    for part in [
        "study-text",
        "answer-key",
        "teacher-notes",
        "sections",
        "front-matter",
    ] {
        let ended = bench.esl(&["extract", "lesson.md", "--what", part, "--json"]);
        insta::assert_json_snapshot!(format!("extract_{part}"), ended.json()["result"]);
    }
}

#[test]
fn a_part_that_is_not_there_is_a_failure() {
    let bench = Bench::new();
    bench.file(
        "lesson.md",
        LESSON.replace(":::study-text", ":::callout 🎯"),
    );
    let ended = bench.esl(&["extract", "lesson.md"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""));
    insta::assert_snapshot!(ended.stderr, @"
    error: the lesson has no study text
      help: `esl validate` shows what is wrong with the lesson
    ");
}

#[test]
fn status_tells_by_exit_code_that_nothing_was_done() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["status", "lesson.md"]);
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(bench.redacted(&ended.stdout), @"
    Lesson    lesson.md
    Manifest  [bench]/desk/lesson.manifest.json
    Exists    no
    Next      run
    ");
    assert_eq!(
        bench.esl(&["status", "lesson.md", "--exit-code"]).code,
        Some(11)
    );
    assert_eq!(bench.files(), ["lesson.md"]);
}
