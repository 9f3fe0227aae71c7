//! A run that was stopped goes on as it was begun.

use crate::bench::{Bench, LESSON};

#[test]
fn an_interrupted_run_goes_on_with_its_own_options() {
    let bench = Bench::that_speaks();
    bench.engine("exit 1;");
    let line = [
        "run",
        "lesson.md",
        "--workspace",
        "pages",
        "--no-preset",
        "--voice",
        "rms",
    ];
    assert_eq!(bench.esl(&line).code, Some(5));
    bench.engine("cp");
    let resumed = bench.esl(&["resume", "lesson.md", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let document = resumed.json();
    let page = document["result"]["pageUrl"].as_str().unwrap();
    assert!(page.contains("/pages/"), "{page}");
    let steps = document["result"]["steps"].to_string();
    assert!(
        !steps.contains("colorize") && steps.contains("tts"),
        "{steps}"
    );
    assert!(!bench.path("homework").exists());
}

#[test]
fn a_finished_run_leaves_nothing_to_resume() {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["resume", "lesson.md"]);
    let nothing = "lesson.md: there is nothing to resume\n";
    assert_eq!((ended.code, &*ended.stdout), (Some(0), nothing));
    assert_eq!(bench.files(), ["lesson.md"]);
    bench.esl(&["run", "lesson.md"]);
    let files = bench.contents();
    let ended = bench.esl(&["resume", "lesson.md", "--json"]);
    assert_eq!(ended.json()["result"]["resumed"], false);
    assert_eq!(bench.contents(), files);
}

#[test]
fn what_dead_runs_left_is_swept_away() {
    let bench = Bench::that_speaks();
    let left = [".esl-dead.tmp", "homework/files/.esl-dead.tmp"];
    for name in left {
        bench.file(name, "half a file");
    }
    bench.esl(&["run", "lesson.md"]);
    let files = bench.files();
    assert!(!files.iter().any(|file| file.contains("dead")), "{files:?}");
}

#[test]
fn a_replaced_recording_goes_and_nothing_else() {
    let bench = Bench::that_speaks();
    bench.file("mine.mp3", "not yours");
    bench.esl(&["run", "lesson.md"]);
    let first = bench.files();
    let edited = LESSON.replacen("Anything else?", "Is that all?", 1);
    bench.file("lesson.md", edited);
    assert_eq!(bench.esl(&["run", "lesson.md"]).code, Some(0));
    let second = bench.files();
    assert_eq!(second.len(), first.len(), "{first:?} {second:?}");
    assert_ne!(second, first);
    assert!(second.contains(&"mine.mp3".to_owned()));
}
