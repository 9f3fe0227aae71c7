//! The speech engine is missing, dies or hangs. What was done is kept, and the next run goes on.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::bench::{Bench, Ended};

/// Nothing here takes that long unless it never happens.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_missing_engine_is_told_with_the_command_that_installs_one() {
    let bench = Bench::with_lesson().without_programs();
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let document = ended.json();
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(
        hint.contains("install") && hint.contains("--no-tts"),
        "{hint}"
    );
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn after_an_engine_that_dies_the_next_run_takes_the_same_page() {
    let bench = Bench::that_speaks();
    bench.engine("echo no voice today >&2; exit 1;");
    let failed = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(failed.code, Some(5), "{}", failed.stderr);
    let stored = fs::read_to_string(bench.path("lesson.manifest.json")).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    bench.engine("cp");
    let mended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
    assert!(stored["pageId"].is_string(), "{stored}");
    assert_eq!(mended.json()["result"]["pageId"], stored["pageId"]);
}

#[test]
fn an_engine_that_hangs_is_given_up_at_the_timeout() {
    let bench = Bench::that_speaks();
    bench.engine("exec sleep 600;");
    let ended = bench.esl(&["run", "lesson.md", "--timeout", "1", "--json"]);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(ended.json()["error"]["kind"], "timeout");
}

#[test]
fn ctrl_c_ends_the_run_and_its_engine() {
    let bench = Bench::that_speaks();
    let pipe = bench.path("../started");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    bench.engine(&format!("echo $$ > '{}'; exec sleep 600;", pipe.display()));
    let mut command = bench.command(&["run", "lesson.md", "--json"]);
    let pipes = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = pipes.spawn().unwrap();
    let (started, engine) = mpsc::channel();
    thread::spawn(move || started.send(fs::read_to_string(pipe)));
    let engine = engine.recv_timeout(PATIENCE).expect("the engine starts");
    assert!(!engine.unwrap().is_empty());
    let interrupt = ["-INT", &child.id().to_string()];
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    assert_eq!(ended.json()["cancelled"], true);
}
