//! `esl new` writes lessons in which nothing is wrong, and nothing over another file.

use std::fs;

use crate::bench::Bench;

#[test]
fn a_new_lesson_of_any_level_is_valid_in_strict_mode() {
    for level in ["A1", "a2", "B1", "b2", "C1", "C2"] {
        for form in [&[][..], &["--monologue"][..]] {
            let bench = Bench::new();
            let line = [&["new", "--level", level], form].concat();
            assert_eq!(bench.esl(&line).code, Some(0));
            let checked = bench.esl(&["validate", "lesson.md", "--strict", "--json"]);
            assert_eq!(checked.code, Some(0), "{level}: {}", checked.stdout);
            let file = &checked.json()["result"]["files"][0];
            assert_eq!(file["meta"]["level"], level.to_uppercase());
            assert_eq!(file["diagnostics"], serde_json::json!([]));
        }
    }
}

#[test]
fn words_of_ones_own_are_taken_over() {
    let bench = Bench::new();
    let topic = r#"Verbs: "to do" \ 'to make'"#;
    let line = [
        "new",
        "my lesson.md",
        "--topic",
        topic,
        "--student",
        "Zoë #1",
    ];
    let ended = bench.esl(&line);
    insta::assert_snapshot!(ended.stdout, @"
    my lesson.md is ready

    make its page with: esl run 'my lesson.md'
    ");
    let settings = bench.esl(&[
        "extract",
        "my lesson.md",
        "--what",
        "front-matter",
        "--json",
    ]);
    let settings = &settings.json()["result"];
    assert_eq!(settings["title"], topic);
    assert_eq!(settings["topic"], topic);
    assert_eq!(settings["student"], "Zoë #1");
}

#[test]
fn a_title_beats_the_topic() {
    let bench = Bench::new();
    bench.esl(&["new", "--topic", "Food", "--title", "Breakfast"]);
    let settings = bench.esl(&["extract", "lesson.md", "--what", "front-matter", "--json"]);
    assert_eq!(settings.json()["result"]["title"], "Breakfast");
}

#[test]
fn a_file_that_is_there_stays_unless_forced() {
    let bench = Bench::new();
    let lesson = bench.file("lesson.md", "precious");
    let ended = bench.esl(&["new", "lesson.md"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stderr, @"
    error: lesson.md exists already
      help: give another name, or --force to replace it
    ");
    assert_eq!(fs::read_to_string(&lesson).unwrap(), "precious");
    assert_eq!(bench.esl(&["new", "lesson.md", "--force"]).code, Some(0));
    assert_ne!(fs::read_to_string(&lesson).unwrap(), "precious");
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let ended = Bench::new().esl(&["new", "nowhere/lesson.md"]);
    assert_eq!(ended.code, Some(1));
    let message = "error: cannot write nowhere/lesson.md\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
}

#[test]
fn a_new_lesson_can_be_piped_and_run() {
    let bench = Bench::new();
    let text = bench.esl(&["new", "-", "--level", "B1"]).stdout;
    assert_eq!(bench.files(), [""; 0]);
    assert_eq!(
        bench.esl(&["new", "--level", "B1", "--json"]).json()["result"]["file"],
        "lesson.md"
    );
    assert_eq!(fs::read_to_string(bench.path("lesson.md")).unwrap(), text);
    assert_eq!(
        bench
            .esl(&["run", "lesson.md", "--no-tts", "--strict"])
            .code,
        Some(0)
    );
}
