//! Parts of the homework are made again.

use crate::bench::{Bench, LESSON};

fn steps(bench: &Bench, flags: &[&str]) -> Vec<String> {
    let ended = bench.esl(&[&["rerun", "lesson.md", "--json"], flags].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let document = ended.json();
    let steps = document["result"]["steps"].as_array().unwrap().iter();
    steps
        .map(|step| step.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_named_step_is_done_alone() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let alone = steps(&bench, &["--steps", "tts"]);
    assert_eq!(alone, ["validate", "tts", "manifest"]);
    let both = steps(&bench, &["--steps", "add-audio,tts"]);
    assert_eq!(both, ["validate", "tts", "add-audio", "manifest"]);
}

#[test]
fn without_steps_only_what_is_out_of_date_is_done() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let files = bench.contents();
    steps(&bench, &[]);
    assert_eq!(bench.contents(), files);
    bench.file(
        "lesson.md",
        LESSON.replacen("Anything else?", "Is that all?", 1),
    );
    assert!(steps(&bench, &[]).contains(&"tts".to_owned()));
    assert_eq!(
        bench.esl(&["status", "lesson.md", "--exit-code"]).code,
        Some(0)
    );
}

#[test]
fn a_recording_that_was_turned_off_is_made_only_if_asked_for() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md", "--no-tts"]);
    let files = bench.contents();
    for flags in [&[][..], &["--no-tts"]] {
        steps(&bench, flags);
        assert_eq!(bench.contents(), files);
    }
    assert!(steps(&bench, &["--with-tts"]).contains(&"tts".to_owned()));
}

#[test]
fn the_page_needs_no_voices() {
    let bench = Bench::with_lesson().without_programs();
    bench.esl(&["run", "lesson.md", "--no-tts"]);
    let page = steps(&bench, &["--steps", "import"]);
    assert!(page.contains(&"import".to_owned()), "{page:?}");
}

#[test]
fn a_dry_run_changes_nothing() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let files = bench.contents();
    let line = [
        "rerun",
        "lesson.md",
        "--steps",
        "tts",
        "--dry-run",
        "--json",
    ];
    let plan = bench.esl(&line).json();
    assert!(plan["result"]["plan"]["audio"].is_object());
    assert_eq!(bench.contents(), files);
}

#[test]
fn a_lesson_that_never_ran_cannot_be_rerun() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["rerun", "lesson.md", "--no-tts"]);
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    assert_eq!(bench.files(), ["lesson.md"]);
}
