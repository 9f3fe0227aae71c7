//! What is stored about lessons and students can be erased.

use std::fs;

use crate::bench::{Bench, LESSON};
use crate::outside::{Outside, lesson};

/// The files that are not empty: locks stay.
fn stored(bench: &Bench) -> Vec<String> {
    let files = bench.contents().into_iter();
    files
        .filter(|(_, content)| !content.is_empty())
        .map(|(name, _)| name)
        .collect()
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
    assert!(bench.segments() > 0);

    let ended = bench.esl(&["forget", "lesson.md", "--yes", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    assert_eq!(result["erased"], true);
    assert_eq!(result["lessons"][0]["stays"][0], "lesson lesson.md");
    assert_eq!(stored(&bench), ["lesson.md"]);
    assert_eq!(bench.segments(), 0);
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
    let before = bench.segments();
    bench.esl(&["forget", "lesson.md", "--yes"]);
    assert_eq!(bench.segments(), before);
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

#[test]
fn what_is_elsewhere_goes_only_when_that_is_asked_for() {
    let (bench, outside) = (lesson(), Outside::new());
    let made = outside.esl(&bench, &["run", "lesson.md", "--json"], &[]);
    let page = made.json()["result"]["pageUrl"].clone();
    let there = || {
        let pages = outside.fakes.notion().pages().len();
        (pages, outside.fakes.s3().objects().len())
    };
    let line = ["forget", "lesson.md", "--remote", "--json"];
    let listed = outside.esl(&bench, &line, &[]).json();
    let lesson = &listed["result"]["lessons"][0];
    assert_eq!(lesson["notionPages"][0], page);
    assert_eq!(lesson["objects"].as_array().unwrap().len(), 1);
    assert_eq!(lesson["stays"].as_array().unwrap().len(), 1);
    assert_eq!(there(), (1, 1));
    let manifest = fs::read(bench.path("lesson.manifest.json")).unwrap();

    let here = outside.esl(&bench, &["forget", "lesson.md", "--yes", "--json"], &[]);
    assert_eq!(here.code, Some(0), "{}", here.stderr);
    let stays = &here.json()["result"]["lessons"][0]["stays"];
    assert_eq!(stays.as_array().unwrap().len(), 3, "{stays}");
    assert_eq!(there(), (1, 1));

    bench.file("lesson.manifest.json", manifest);
    let gone = outside.esl(&bench, &[&line[..], &["--yes"]].concat(), &[]);
    assert_eq!(gone.code, Some(0), "{}", gone.stderr);
    assert_eq!(there(), (0, 0));
    assert_eq!(stored(&bench), ["lesson.md"]);
}

#[test]
fn a_recording_that_another_manifest_names_stays_in_the_bucket() {
    let (bench, outside) = (lesson(), Outside::new());
    outside.esl(&bench, &["run", "lesson.md"], &[]);
    let manifest = fs::read_to_string(bench.path("lesson.manifest.json")).unwrap();
    bench.file(
        "twin.manifest.json",
        manifest.replace("lesson.md", "twin.md"),
    );
    let line = ["forget", "lesson.md", "--remote", "--yes", "--json"];
    let ended = outside.esl(&bench, &line, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(outside.fakes.s3().objects().len(), 1);
}

#[test]
fn a_replaced_recording_leaves_the_bucket_once_the_page_plays_the_new_one() {
    let (bench, outside) = (lesson(), Outside::new());
    outside.esl(&bench, &["run", "lesson.md"], &[]);
    let before = outside.fakes.s3().objects();
    let text = fs::read_to_string(bench.path("lesson.md")).unwrap();
    bench.file(
        "lesson.md",
        text.replace("A table for one?", "A table for two?"),
    );
    let ended = outside.esl(&bench, &["run", "lesson.md"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let after = outside.fakes.s3().objects();
    assert_eq!(after.len(), 1);
    assert_ne!(before.keys().next(), after.keys().next());
}
