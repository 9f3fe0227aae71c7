//! `esl run` on a terminal, as somebody sees it who presses keys.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pty_process::blocking::{Command, Pty};
use pty_process::{Size, blocking};

use crate::bench::Bench;

const ENTER: &str = "\r";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const ESCAPE: &str = "\x1b";
const CTRL_C: &str = "\x03";

/// Longest that the program may take until something is seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal on which the program runs.
struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// All that was written, escape sequences included.
    raw: Vec<u8>,
}

impl Terminal {
    fn open(bench: &Bench, line: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let (rows, columns) = size;
        let (pty, pts) = blocking::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let wanted = bench.command(line);
        let mut command = Command::new(wanted.get_program())
            .args(wanted.get_args())
            .current_dir(wanted.get_current_dir().unwrap())
            .env_clear()
            .env("TERM", "xterm-256color");
        for (name, value) in wanted.get_envs() {
            command = command.env(name, value.unwrap());
        }
        let command = command.envs(variables.iter().copied());
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        Self {
            output: listen(Arc::clone(&pty)),
            pty,
            child,
            screen: vt100::Parser::new(rows, columns, 0),
            raw: Vec::new(),
        }
    }

    fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    fn shown(&self) -> String {
        let lines = self.screen.screen().contents();
        let lines = lines.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Waits until the screen satisfies `is_there`.
    fn until(&mut self, is_there: impl Fn(&str) -> bool) -> String {
        while !is_there(&self.shown()) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("nothing happens:\n{}", self.shown()),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended:\n{}", self.shown()),
            }
        }
        self.shown()
    }

    /// Waits for the form with the cursor on the line that begins with `line`.
    fn until_on(&mut self, line: &str) -> String {
        let cursor = format!("> {line}");
        self.until(|shown| shown.contains(&cursor) && shown.contains("Esc to leave]"))
    }

    /// Waits for the end; the exit code, and what the screen shows then.
    fn ended(&mut self) -> (i32, String) {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.shown()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().unwrap();
        (status.code().unwrap(), self.shown())
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.raw.extend(bytes);
        // Whoever asks where the cursor is waits for the answer.
        if bytes.windows(4).any(|window| window == b"\x1b[6n") {
            let (row, column) = self.screen.screen().cursor_position();
            self.press(&format!("\x1b[{};{}R", row + 1, column + 1));
        }
    }
}

/// A program that nobody looks at any more ends.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the program writes, until it ends: then reading fails.
fn listen(pty: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = (&*pty).read(&mut bytes) {
            if sender.send(bytes[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    output
}

const USUAL: (u16, u16) = (24, 100);

fn with_two_lessons() -> Bench {
    let bench = Bench::that_speaks();
    let other = crate::bench::LESSON.replacen("title: \"", "title: \"Older: ", 1);
    bench.file("older/lesson.md", other);
    let past = std::time::SystemTime::now() - Duration::from_secs(3600);
    let older = std::fs::File::options()
        .write(true)
        .open(bench.path("older/lesson.md"));
    older.unwrap().set_modified(past).unwrap();
    bench
}

#[test]
fn one_screen_shows_what_would_be_done_and_enter_begins() {
    let bench = with_two_lessons();
    let mut terminal = Terminal::open(&bench, &["run"], USUAL, &[]);
    let shown = terminal.until_on("Begin");
    insta::assert_snapshot!(bench.redacted(&shown));
    terminal.press(ENTER);
    let (code, shown) = terminal.ended();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("teacher.html"), "{shown}");
    assert!(!shown.contains("Only tell"), "the form is gone: {shown}");
    assert!(bench.files().iter().any(|file| file.ends_with(".mp3")));
}

#[test]
fn lines_are_changed_where_they_stand() {
    let bench = with_two_lessons();
    bench.file(
        "configs/presets.json",
        r#"{"b1-default": {"h2": "red"}, "calm": {"h2": "blue"}}"#,
    );
    let mut terminal = Terminal::open(&bench, &["run"], USUAL, &[]);
    terminal.until_on("Begin");
    terminal.press(&[DOWN, DOWN].concat());
    terminal.until_on("Lesson");
    terminal.press(ENTER);
    terminal.until(|shown| shown.contains("> lesson.md"));
    terminal.press(DOWN);
    terminal.until(|shown| shown.contains("> older/lesson.md"));
    terminal.press(ENTER);
    terminal.until_on("Lesson     older/lesson.md: Older: ");
    terminal.press(&[DOWN, DOWN, ENTER].concat());
    terminal.until(|shown| shown.contains("Colours of the headings"));
    terminal.press(&[DOWN, DOWN, ENTER].concat());
    terminal.until_on("Colours    calm");
    terminal.press(&[DOWN, ENTER].concat());
    let shown = terminal.until_on("Recording  none");
    insta::assert_snapshot!(bench.redacted(&shown));
    terminal.press(&[UP; 5].concat());
    terminal.until_on("Begin");
    terminal.press(ENTER);
    let (code, shown) = terminal.ended();
    assert_eq!(code, 0, "{shown}");
    let files = bench.files();
    assert!(
        files.contains(&"older/lesson.manifest.json".to_owned()),
        "{files:?}"
    );
    assert!(
        !files.iter().any(|file| file.ends_with(".mp3")),
        "{files:?}"
    );
}

#[test]
fn a_student_is_typed_and_the_plan_is_only_told() {
    let bench = with_two_lessons();
    let mut terminal = Terminal::open(&bench, &["run", "--no-tts"], USUAL, &[]);
    terminal.until_on("Begin");
    terminal.press(&[DOWN, DOWN, DOWN, ENTER].concat());
    terminal.until(|shown| shown.contains("somebody else"));
    terminal.press(&[UP, ENTER].concat());
    terminal.until(|shown| shown.contains("Name of the student:"));
    terminal.press("Maya\r");
    terminal.until_on("Student    Maya");
    terminal.press(&[UP, UP, ENTER].concat());
    let (code, shown) = terminal.ended();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(
        bench.files(),
        ["lesson.md", "older/lesson.md"],
        "nothing was done"
    );
}

#[test]
fn whoever_leaves_has_done_nothing() {
    for keys in [CTRL_C, ESCAPE] {
        let bench = with_two_lessons();
        let mut terminal = Terminal::open(&bench, &["run"], USUAL, &[]);
        terminal.until_on("Begin");
        terminal.press(keys);
        let (code, shown) = terminal.ended();
        assert_eq!(code, 130, "{shown}");
        assert!(shown.contains("nothing was done"), "{shown}");
        assert_eq!(bench.files(), ["lesson.md", "older/lesson.md"]);
    }
}

#[test]
fn ctrl_c_in_a_question_leaves_as_well() {
    let bench = with_two_lessons();
    let mut terminal = Terminal::open(&bench, &["run"], USUAL, &[]);
    terminal.until_on("Begin");
    terminal.press(&[DOWN, DOWN, ENTER].concat());
    terminal.until(|shown| shown.contains("> lesson.md"));
    terminal.press(CTRL_C);
    let (code, shown) = terminal.ended();
    assert_eq!(code, 130, "{shown}");
}

#[test]
fn a_small_terminal_shows_a_part_and_moves_along() {
    let bench = with_two_lessons();
    let mut terminal = Terminal::open(&bench, &["run"], (7, 34), &[]);
    let shown = terminal.until_on("Begin");
    assert!(shown.lines().count() <= 7, "{shown}");
    terminal.press(&[DOWN; 5].concat());
    let shown = terminal.until(|shown| shown.contains("> Recording"));
    assert!(shown.contains('…'), "{shown}");
    terminal.press(ENTER);
    terminal.until(|shown| shown.contains("> Recording  none"));
    terminal.press(&[UP; 5].concat());
    terminal.until(|shown| shown.contains("> Begin"));
    terminal.press(ENTER);
    let (code, shown) = terminal.ended();
    assert_eq!(code, 0, "{shown}");
}

#[test]
fn without_colours_none_are_written() {
    let colours = |variables: &[(&str, &str)]| {
        let bench = with_two_lessons();
        let mut terminal = Terminal::open(&bench, &["run"], USUAL, variables);
        terminal.until_on("Begin");
        terminal.press(ESCAPE);
        let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
        terminal.ended();
        raw.contains("\x1b[38;5;") || raw.contains("\x1b[36m")
    };
    assert!(colours(&[]));
    assert!(!colours(&[("NO_COLOR", "1")]));
}

#[test]
fn what_stands_in_the_way_is_told_and_another_lesson_may_be_chosen() {
    let bench = with_two_lessons();
    bench.file("lesson.md", "---\ntitle: \n---\n");
    let mut terminal = Terminal::open(&bench, &["run", "--no-tts"], USUAL, &[]);
    let shown = terminal.until_on("Begin");
    assert!(shown.contains("Problem: "), "{shown}");
    terminal.press(&[DOWN, DOWN, ENTER].concat());
    terminal.until(|shown| shown.contains("> lesson.md"));
    terminal.press(&[DOWN, ENTER].concat());
    let shown = terminal.until_on("Lesson     older");
    assert!(!shown.contains("Problem: "), "{shown}");
}

#[test]
fn yes_takes_the_newest_lesson_as_it_is() {
    let bench = with_two_lessons();
    let mut terminal = Terminal::open(&bench, &["run", "--yes", "--no-tts"], USUAL, &[]);
    let (code, shown) = terminal.ended();
    assert_eq!(code, 0, "{shown}");
    let files = bench.files();
    assert!(
        files.contains(&"lesson.manifest.json".to_owned()),
        "{files:?}"
    );
}

#[test]
fn without_a_terminal_a_lesson_has_to_be_named() {
    let bench = with_two_lessons();
    for line in [&["run"][..], &["run", "--yes"]] {
        let ended = bench.esl(line);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("esl run LESSON"), "{}", ended.stderr);
    }
}
