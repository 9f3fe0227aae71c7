//! What is stored about lessons and students can be erased.

use std::fs;

use crate::bench::{Bench, LESSON};

/// The files that are not empty: locks stay.
fn stored(bench: &Bench) -> Vec<String> {
    let files = bench.contents().into_iter();
    files
        .filter(|(_, content)| !content.is_empty())
        .map(|(name, _)| name)
        .collect()
}

fn segments(bench: &Bench) -> usize {
    let folder = bench.path("../home/.cache/esl-pipeline/segments/segments");
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_lesson_is_forgotten_but_only_when_that_is_confirmed() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let files = bench.contents();
    let listed = bench.esl(&["forget", "lesson.md"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(listed.stdout.contains("--yes"), "{}", listed.stdout);
    assert_eq!(bench.contents(), files);
    assert!(segments(&bench) > 0);

    let ended = bench.esl(&["forget", "lesson.md", "--yes", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    assert_eq!(result["erased"], true);
    assert_eq!(result["lessons"][0]["stays"][0], "lesson lesson.md");
    assert_eq!(stored(&bench), ["lesson.md"]);
    assert_eq!(segments(&bench), 0);
    let again = bench.esl(&["forget", "lesson.md", "--yes"]);
    assert_eq!(again.stdout, "nothing is stored about that\n");
}

#[test]
fn what_another_lesson_uses_stays() {
    let bench = Bench::that_speaks();
    bench.file("twin.md", LESSON);
    for lesson in ["lesson.md", "twin.md"] {
        assert_eq!(bench.esl(&["run", lesson]).code, Some(0));
    }
    let before = segments(&bench);
    bench.esl(&["forget", "lesson.md", "--yes"]);
    assert_eq!(segments(&bench), before);
    let twin = bench.esl(&["run", "twin.md", "--json"]).json();
    assert_eq!(twin["result"]["changed"], false);
    assert!(!bench.path("lesson.manifest.json").exists());
}

#[test]
fn a_student_is_forgotten_in_a_whole_folder() {
    let bench = Bench::with_lesson().without_programs();
    for (lesson, student) in [("a/one.md", "Maya"), ("b/two.md", "Noor")] {
        bench.file(lesson, LESSON);
        let line = ["run", lesson, "--no-tts", "--student", student];
        assert_eq!(bench.esl(&line).code, Some(0));
    }
    // The manifest remembers, though the lesson is gone.
    fs::remove_file(bench.path("a/one.md")).unwrap();
    let refused = bench.esl(&["forget", ".", "--yes"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    let ended = bench.esl(&["forget", ".", "--student", "maya", "--yes", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let document = ended.json();
    let lessons = document["result"]["lessons"].as_array().unwrap();
    assert_eq!(lessons.len(), 1, "{lessons:?}");
    assert!(!bench.path("a/one.manifest.json").exists());
    assert!(bench.path("b/two.manifest.json").exists());
    assert_eq!(
        bench.esl(&["status", "b/two.md", "--exit-code"]).code,
        Some(0)
    );
}

#[test]
fn a_page_elsewhere_is_named_and_stays() {
    let bench = Bench::with_lesson().without_programs();
    bench.esl(&["run", "lesson.md", "--no-tts", "--workspace", "elsewhere"]);
    let ended = bench.esl(&["forget", "lesson.md", "--yes"]);
    assert!(ended.stdout.contains("elsewhere/"), "{}", ended.stdout);
    let files = stored(&bench);
    assert!(
        files.iter().any(|file| file.starts_with("elsewhere/")),
        "{files:?}"
    );
    assert!(!bench.path("lesson.manifest.json").exists());
}
