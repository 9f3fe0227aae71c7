//! `esl watch` follows a lesson while it is written. Every wait is for a line of the program, and
//! every line for an event: nothing sleeps.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::bench::{Bench, Ended, LESSON};

struct Watch {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn start(bench: &Bench, flags: &[&str]) -> Self {
        let mut command = bench.command(&[&["watch", "lesson.md"], flags].concat());
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line, without the time it took.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        let is_time = |word: &&str| word.parse::<u32>().is_err();
        line.split_whitespace()
            .filter(is_time)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Presses Ctrl-C.
    fn end(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(killed.success());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.lines, &mut rest).unwrap();
        let ended = Ended::from(self.child.wait_with_output().unwrap());
        (ended.code, rest)
    }
}

/// Replaces the lesson by one in which `old` is `new`.
fn save(bench: &Bench, old: &str, new: &str) {
    let draft = bench.file("draft", LESSON.replacen(old, new, 1));
    fs::rename(draft, bench.path("lesson.md")).unwrap();
}

fn page(bench: &Bench, line: &str) -> String {
    let url = line.rsplit(' ').next().unwrap();
    assert!(line.ends_with("/teacher.html"), "{line}");
    assert!(
        url.contains(bench.path("homework").to_str().unwrap()),
        "{line}"
    );
    fs::read_to_string(url.strip_prefix("file://").unwrap()).unwrap()
}

#[test]
fn each_save_refreshes_the_page_until_ctrl_c() {
    let bench = Bench::that_speaks();
    let mut watch = Watch::start(&bench, &[]);
    let first = watch.line();
    assert!(
        first.starts_with("lesson.md: refreshed in ms, file://"),
        "{first}"
    );
    bench.file(
        "lesson.md",
        LESSON.replacen("Anything else?", "Is that all?", 1),
    );
    let second = watch.line();
    assert_eq!(second, first);
    assert!(page(&bench, &second).contains("small juice. Is that all?"));
    assert_eq!(watch.end(), (Some(130), String::new()));
}

#[test]
fn an_editor_may_put_another_file_in_its_place() {
    let bench = Bench::with_lesson();
    let mut watch = Watch::start(&bench, &["--no-tts"]);
    watch.line();
    for words in ["Once more?", "And again?"] {
        save(&bench, "Anything else?", words);
        let line = watch.line();
        assert!(page(&bench, &line).contains(words), "{words}");
    }
    assert_eq!(watch.end().0, Some(130));
}

#[test]
fn an_invalid_lesson_is_told_and_watched_on() {
    let bench = Bench::with_lesson();
    let mut watch = Watch::start(&bench, &["--no-tts"]);
    let first = watch.line();
    save(&bench, "icon: ☕", "icon: no");
    assert_eq!(watch.line(), "lesson.md: not refreshed after ms");
    fs::remove_file(bench.path("lesson.md")).unwrap();
    assert_eq!(watch.line(), "lesson.md: not refreshed after ms");
    bench.file(
        "lesson.md",
        LESSON.replacen("Anything else?", "Is that all?", 1),
    );
    assert_eq!(watch.line(), first);
    assert_eq!(watch.end().0, Some(130));
}

#[test]
fn with_json_the_document_comes_at_the_end() {
    let bench = Bench::with_lesson();
    let mut command = bench.command(&["watch", "lesson.md", "--no-tts", "--json"]);
    let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.starts_with("lesson.md: refreshed in "), "{line}");
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let document = Ended::from(child.wait_with_output().unwrap()).json();
    assert_eq!(document["cancelled"], true);
    let lesson = &document["result"]["lessons"][0];
    assert_eq!(lesson["refreshes"], 1);
    assert_eq!(lesson["failures"], 0);
}

#[test]
fn a_folder_that_is_not_there_cannot_be_watched() {
    let ended = Bench::new().esl(&["watch", "nowhere/lesson.md", "--no-tts"]);
    assert_eq!(ended.code, Some(1));
    let message = "error: cannot watch nowhere/lesson.md\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
}
