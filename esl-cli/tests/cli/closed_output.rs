//! Nobody reads the answer, or there is no room for it.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use crate::bench::{Bench, Ended, LESSON};

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::new();
    let mut command = bench.command(&["blocks", "-"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    // Only now does the command have anything to say.
    child
        .stdin
        .take()
        .unwrap()
        .write_all(LESSON.as_bytes())
        .unwrap();
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let bench = Bench::with_lesson();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = bench
        .command(&["blocks", "lesson.md"])
        .stdout(full)
        .output();
    let ended = Ended::from(output.unwrap());
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stderr
            .starts_with("error: cannot write to standard output: ")
    );
}
