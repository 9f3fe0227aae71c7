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
fn a_missing_engine_is_a_problem_and_the_plan_is_told_nevertheless() {
    let bench = Bench::with_lesson().without_programs();
    let ended = bench.esl(&["plan", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let plan = &ended.json()["result"]["plan"];
    assert!(work(plan).contains(&"import"));
    let problems = plan["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let hint = problems[0]["hint"].as_str().unwrap();
    assert!(hint.contains("install"), "{hint}");
}

#[test]
fn a_plan_tells_what_an_update_takes_and_how_much_is_spoken_at_once() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let edited = LESSON.replacen("Anything else?", "Is that all?", 1);
    bench.file("lesson.md", edited);
    let plan = bench
        .esl(&["plan", "lesson.md", "--concurrency", "3"])
        .stdout;
    assert!(plan.contains("requests: 1 head, 1 update"), "{plan}");
    assert!(plan.contains("3 at once"), "{plan}");
}

#[test]
fn a_local_page_that_lost_its_files_is_out_of_date_and_mended_by_a_run() {
    let bench = Bench::with_lesson().without_programs();
    let run = ["run", "lesson.md", "--no-tts", "--json"];
    let page = bench.esl(&run).json()["result"]["studentPageUrl"].clone();
    let file = page.as_str().unwrap().strip_prefix("file://").unwrap();
    std::fs::remove_file(file).unwrap();
    let status = ["status", "lesson.md", "--exit-code"];
    assert_eq!(bench.esl(&status).code, Some(10));
    assert_eq!(bench.esl(&run).code, Some(0));
    assert!(std::path::Path::new(file).exists());
    assert_eq!(bench.esl(&status).code, Some(0));
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
