//! The process is killed on the spot, without a chance to clean up. The next run ends where one run
//! would have ended: one page, one player, one recording, nothing left over, nothing spoken again.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::bench::Bench;

/// Lines of the lesson's dialogue.
const LINES: usize = 13;

/// The files of the finished homework, without what differs from run to run.
fn files(bench: &Bench) -> Vec<String> {
    let names = bench.files();
    let mut names: Vec<_> = names.iter().map(|name| bench.redacted(name)).collect();
    names.sort();
    names
}

/// Lines whose finished sound is kept.
fn segments(bench: &Bench) -> usize {
    let folder = bench.path("../home/.cache/esl-pipeline/segments/segments");
    let files = fs::read_dir(folder).into_iter().flatten();
    let names = files.map(|file| file.unwrap().file_name());
    names
        .filter(|name| name.to_string_lossy().ends_with(".seg"))
        .count()
}

fn homework_of_one_run() -> Vec<String> {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["run", "lesson.md"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    files(&bench)
}

fn assert_done_once(bench: &Bench, expected: &[String], case: &str) {
    let ended = bench.esl(&["run", "lesson.md"]);
    assert_eq!(ended.code, Some(0), "{case}: {}", ended.stderr);
    assert_eq!(files(bench), expected, "{case}");
    let names = bench.files();
    let page = names.iter().find(|name| name.ends_with("page.json"));
    let page = fs::read_to_string(bench.path(page.unwrap())).unwrap();
    assert_eq!(page.matches("\"audio\": {").count(), 1, "players, {case}");
    let again = bench.esl(&["run", "lesson.md", "--json"]).json();
    assert_eq!(again["result"]["changed"], false, "{case}");
}

/// Runs the lesson and kills the process when it has told of `lines` steps; `false` if it ended
/// before.
fn killed_after(bench: &Bench, lines: usize) -> bool {
    let mut command = bench.command(&["run", "lesson.md"]);
    let pipes = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let steps = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = steps.take(lines).count();
    child.kill().unwrap();
    child.wait().unwrap();
    told == lines
}

#[test]
fn killed_at_any_step_it_is_taken_up_again() {
    let expected = homework_of_one_run();
    for step in 1.. {
        let bench = Bench::that_speaks();
        if !killed_after(&bench, step) {
            assert!(step > 10, "a run tells of {step} steps");
            break;
        }
        assert_done_once(&bench, &expected, &format!("killed at step {step}"));
    }
}

#[test]
fn killed_again_and_again_it_is_done_once() {
    let expected = homework_of_one_run();
    let bench = Bench::that_speaks();
    for step in [3, 5, 2, 7, 8, 9] {
        killed_after(&bench, step);
    }
    assert_done_once(&bench, &expected, "killed six times");
}

#[test]
fn killed_while_it_speaks_it_speaks_only_the_rest() {
    let expected = homework_of_one_run();
    for call in [1, LINES / 2, LINES] {
        let bench = Bench::that_speaks();
        let calls = bench.path("../calls");
        let count = format!("echo spoken >> '{}'", calls.display());
        let spoken = || {
            fs::read_to_string(&calls)
                .unwrap_or_default()
                .lines()
                .count()
        };
        let deadly = format!(
            "{count}; [ $(wc -l < '{}') -lt {call} ] || kill -9 $PPID; cp",
            calls.display()
        );
        bench.engine(&deadly);
        let killed = bench.esl(&["run", "lesson.md", "--concurrency", "1"]);
        assert_eq!(killed.code, None, "killed at call {call}");
        assert_eq!(spoken(), call);
        let kept = segments(&bench);
        bench.engine(&format!("{count}; cp"));
        assert_done_once(&bench, &expected, &format!("killed at call {call}"));
        assert_eq!(
            spoken() - call,
            LINES - kept,
            "what was kept is not spoken again"
        );
    }
}
