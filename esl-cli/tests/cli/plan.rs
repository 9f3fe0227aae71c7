//! A plan tells what a run would do, and does nothing.

use serde_json::Value;

use crate::bench::{Bench, LESSON};

/// The stages of a plan that would do something.
fn work(plan: &Value) -> Vec<&str> {
    let stages = plan["stages"].as_array().unwrap().iter();
    let running = stages.filter(|stage| stage["action"] == "run");
    running
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect()
}

#[test]
fn a_plan_changes_nothing_and_the_run_does_what_it_told() {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["plan", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(bench.files(), ["lesson.md"]);
    let plan = &ended.json()["result"]["plan"];
    let told = work(plan);
    assert!(
        told.contains(&"import") && told.contains(&"tts"),
        "{told:?}"
    );
    let segments = &plan["audio"]["segments"];
    let run = bench.esl(&["run", "lesson.md", "--json"]).json();
    let synthesis = &run["result"]["audio"]["synthesis"];
    assert_eq!(&synthesis["segments"], segments);
    let again = bench.esl(&["plan", "lesson.md", "--json"]).json();
    let left = work(&again["result"]["plan"]);
    assert!(
        !left.contains(&"import") && !left.contains(&"tts"),
        "{left:?}"
    );
}

#[test]
fn a_dry_run_is_a_plan() {
    let bench = Bench::that_speaks();
    let plan = bench.esl(&["plan", "lesson.md"]);
    insta::assert_snapshot!(bench.redacted(&plan.stdout));
    for flag in ["--dry-run", "--plan"] {
        let dry = bench.esl(&["run", "lesson.md", flag]);
        assert_eq!((dry.code, &dry.stdout), (Some(0), &plan.stdout));
    }
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn everything_in_the_way_is_told_at_once() {
    let bench = Bench::new();
    bench.file("lesson.md", LESSON.replacen("icon: ☕", "icon: no", 1));
    let line = [
        "plan",
        "lesson.md",
        "--no-tts",
        "--preset",
        "none such",
        "--json",
    ];
    let ended = bench.esl(&line);
    assert_eq!(ended.code, Some(3));
    let document = ended.json();
    let problems = document["result"]["plan"]["problems"].as_array().unwrap();
    let stages: Vec<_> = problems.iter().map(|problem| &problem["stage"]).collect();
    assert_eq!(stages, ["validate", "colorize"], "{problems:?}");
}
