//! Files that are no lessons, given to every command that reads one.

use crate::bench::{Bench, LESSON};

const COMMANDS: [&[&str]; 5] = [
    &["run", "--no-tts"],
    &["validate"],
    &["extract"],
    &["blocks"],
    &["status"],
];

/// The message that each command gives for `name`; nothing but the message may be left behind.
fn messages_about(bench: &Bench, name: &str, expected_exit: i32) -> Vec<String> {
    let before = bench.files();
    let message = |command: &&[&str]| {
        let ended = bench.esl(&[command, &[name][..]].concat());
        assert_eq!(
            ended.code,
            Some(expected_exit),
            "{command:?}: {}",
            ended.stderr
        );
        assert_eq!(bench.files(), before, "{command:?}");
        bench.redacted(&(ended.stdout + &ended.stderr))
    };
    COMMANDS.iter().map(message).collect()
}

#[test]
fn a_missing_file_is_named() {
    for message in messages_about(&Bench::new(), "nowhere.md", 1) {
        assert!(message.contains("nowhere.md"), "{message}");
        assert!(message.contains("No such file"), "{message}");
    }
}

#[test]
fn a_folder_is_no_lesson() {
    let bench = Bench::new();
    bench.file("unit/lesson.md", "");
    for message in messages_about(&bench, "unit", 1) {
        assert!(message.contains("Is a directory"), "{message}");
    }
}

#[test]
fn a_file_that_is_no_text_is_no_lesson() {
    let bench = Bench::new();
    let picture: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    bench.file("picture.md", picture);
    bench.file("latin1.md", b"---\ntitle: Caf\xe9\n---\n");
    for name in ["picture.md", "latin1.md"] {
        for message in messages_about(&bench, name, 1) {
            assert!(
                message.contains(name) && message.contains("not "),
                "{message}"
            );
        }
    }
}

#[test]
fn a_lesson_of_two_megabytes_is_too_large() {
    let bench = Bench::new();
    bench.file(
        "book.md",
        LESSON.replace("Good morning!", &"Good morning! ".repeat(150_000)),
    );
    for command in [&["run", "--no-tts"][..], &["validate"]] {
        let ended = bench.esl(&[command, &["book.md"]].concat());
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        let said = ended.stdout + &ended.stderr;
        assert!(said.contains("error[lesson-too-large]"), "{said}");
        assert!(said.len() < 2000, "{} characters", said.len());
    }
    assert_eq!(bench.files(), ["book.md"]);
}

#[test]
fn nothing_without_end_is_read() {
    let ended = Bench::new().esl(&["validate", "/dev/zero"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.stderr.contains("it is larger than 4194304 bytes"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_run_needs_a_file_for_its_manifest_to_lie_beside() {
    let bench = Bench::new();
    for command in ["run", "status"] {
        let ended = bench.esl_reading(b"", &[command, "-"]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    }
    assert_eq!(bench.files(), [""; 0]);
}
