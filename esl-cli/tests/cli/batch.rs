//! `esl batch` makes the homework of a whole folder, whatever happens to some of it.

use serde_json::Value;

use crate::bench::{Bench, LESSON};

fn shelf() -> Bench {
    let bench = Bench::new();
    bench.file("shelf/a.md", LESSON);
    bench.file(
        "shelf/unit 2/b.md",
        LESSON.replacen("Breakfast", "Supper", 1),
    );
    bench.file(
        "shelf/unit 2/broken.md",
        LESSON.replacen("icon: ☕", "icon: no", 1),
    );
    bench.file("shelf/README.md", "# Our lessons\n");
    bench
}

fn statuses(result: &Value) -> Vec<(&str, &str)> {
    let lessons = result["lessons"].as_array().unwrap().iter();
    lessons
        .map(|lesson| {
            let field = |name: &str| lesson[name].as_str().unwrap();
            (field("file"), field("status"))
        })
        .collect()
}

#[test]
fn one_bad_lesson_does_not_keep_the_others_back() {
    let bench = shelf();
    let ended = bench.esl(&["batch", "shelf", "--no-tts", "--json"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let result = &ended.json()["result"];
    let expected = [
        ("shelf/README.md", "skipped"),
        ("shelf/a.md", "done"),
        ("shelf/unit 2/b.md", "done"),
        ("shelf/unit 2/broken.md", "failed"),
    ];
    assert_eq!(statuses(result), expected);
    assert_eq!(result["done"], 2);
    let findings = &result["lessons"][3]["error"]["details"]["diagnostics"];
    assert_eq!(findings[0]["code"], "icon-invalid");
    assert!(bench.path("shelf/unit 2/b.manifest.json").is_file());
    let pages = bench.files();
    let pages = pages.iter().filter(|file| file.ends_with("teacher.html"));
    assert_eq!(pages.count(), 2);
}

#[test]
fn each_lesson_has_its_line_and_the_end_tells_what_failed() {
    let bench = shelf();
    let ended = bench.esl(&["batch", "shelf", "--no-tts", "--jobs", "1"]);
    let is_time = |word: &&str| word.parse::<f64>().is_err();
    let lines = ended.stdout.lines().map(|line| {
        let words: Vec<_> = line.split(' ').filter(is_time).collect();
        bench.redacted(&words.join(" "))
    });
    let lines: Vec<_> = lines.collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_there_is_not_made_again() {
    let bench = shelf();
    let line = [
        "batch",
        "shelf/a.md",
        "shelf/unit 2/b.md",
        "--no-tts",
        "--json",
    ];
    assert_eq!(bench.esl(&line).code, Some(0));
    let files = bench.contents();
    let again = bench.esl(&line);
    assert_eq!(again.json()["result"]["unchanged"], 2);
    assert_eq!(bench.contents(), files);
}

#[test]
fn lessons_that_speak_at_once_do_not_disturb_each_other() {
    let bench = Bench::that_speaks();
    for name in ["1", "2", "3", "4"] {
        let words = format!("Anything else, number {name}?");
        let lesson = LESSON.replacen("Anything else?", &words, 1);
        bench.file(&format!("shelf/{name}.md"), lesson);
    }
    let ended = bench.esl(&["batch", "shelf", "--jobs", "4", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    let result = &ended.json()["result"];
    let mut recordings: Vec<_> = result["lessons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lesson| lesson["report"]["audio"]["path"].as_str().unwrap())
        .collect();
    recordings.sort_unstable();
    recordings.dedup();
    assert_eq!(recordings.len(), 4);
}

#[test]
fn a_file_that_cannot_be_read_fails_alone() {
    let bench = shelf();
    let line = ["batch", "nowhere.md", "shelf/a.md", "--no-tts", "--json"];
    let ended = bench.esl(&line);
    assert_eq!(ended.code, Some(1));
    let result = &ended.json()["result"];
    assert_eq!((&result["done"], &result["failed"]), (&1.into(), &1.into()));
}

#[test]
fn a_folder_without_lessons_is_told() {
    let bench = Bench::new();
    bench.file("shelf/README.md", "# Our lessons\n");
    let ended = bench.esl(&["batch", "shelf", "--no-tts"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    let message = "error: there are no lessons in shelf\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
}
