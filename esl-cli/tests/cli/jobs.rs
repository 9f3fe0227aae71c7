//! Jobs are submitted, looked at and changed from a terminal, without a worker.

use crate::bench::{Bench, Ended, LESSON};

/// Submits the lesson; the id of its job.
fn submitted(bench: &Bench, flags: &[&str]) -> String {
    let ended = bench.esl(&[&["jobs", "submit", "lesson.md", "--json"], flags].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let job = &ended.json()["result"]["jobs"][0]["job"];
    job["jobId"].as_str().unwrap().to_owned()
}

fn jobs(bench: &Bench, line: &[&str]) -> Ended {
    bench.esl(&[&["jobs"], line].concat())
}

fn well(ended: Ended) -> Ended {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended
}

#[test]
fn a_submitted_job_has_every_field() {
    let bench = Bench::with_lesson();
    let line = [
        "submit",
        "lesson.md",
        "--preset",
        "b1-default",
        "--voice",
        "river",
        "--json",
    ];
    let ended = well(jobs(&bench, &line));
    insta::assert_json_snapshot!("submitted", bench.redacted_json(&ended.json()));
    let uploads: Vec<_> = bench.files();
    let upload = uploads
        .iter()
        .find(|file| file.starts_with("uploads/shared/"));
    let copy = std::fs::read_to_string(bench.path(upload.unwrap())).unwrap();
    assert_eq!(copy, LESSON);
}

#[test]
fn the_same_lesson_is_accepted_once_while_it_waits() {
    let bench = Bench::with_lesson();
    let first = submitted(&bench, &[]);
    assert_eq!(submitted(&bench, &[]), first);
    bench.file("copy.md", LESSON);
    let again = well(jobs(&bench, &["submit", "copy.md"])).stdout;
    assert_eq!(again, format!("{first}  queued, as before  copy.md\n"));
    let uploads = bench.files();
    let uploads = uploads.iter().filter(|file| file.starts_with("uploads/"));
    assert_eq!(uploads.count(), 1, "the other copies are gone");
    assert_ne!(submitted(&bench, &["--no-tts"]), first);
    assert_ne!(submitted(&bench, &["--force"]), first);
}

#[test]
fn lessons_submitted_together_are_all_accepted_or_none() {
    let bench = Bench::with_lesson();
    bench.file(
        "two.md",
        LESSON.replacen("Anything else?", "Is that all?", 1),
    );
    let missing = jobs(&bench, &["submit", "lesson.md", "two.md", "three.md"]);
    assert_eq!(missing.code, Some(1));
    let unknown = jobs(
        &bench,
        &["submit", "lesson.md", "two.md", "--preset", "gaudy"],
    );
    assert_eq!(unknown.code, Some(4), "{}", unknown.stderr);
    let none = well(jobs(&bench, &["list"]));
    assert!(none.stdout.is_empty());
    let told = none.stderr;
    assert!(told.contains("data/esl.db (namespace esl-jobs)"), "{told}");
    assert_eq!(
        bench
            .files()
            .iter()
            .filter(|file| file.contains("shared"))
            .count(),
        0
    );
    let both = well(jobs(&bench, &["submit", "lesson.md", "two.md", "--json"])).json();
    assert_eq!(both["result"]["jobs"].as_array().unwrap().len(), 2);
    assert!(both["result"]["batchId"].is_string());
}

#[test]
fn a_lesson_that_is_too_large_is_refused_with_the_setting_that_bounds_it() {
    let bench = Bench::with_lesson();
    bench.file("esl.toml", "[limits]\nmax_lesson_bytes = 100\n");
    let refused = jobs(&bench, &["submit", "lesson.md"]);
    assert_eq!(refused.code, Some(3));
    let told = refused.stderr;
    assert!(told.contains("limits.max_lesson_bytes"), "{told}");
}

#[test]
fn a_lesson_on_the_shelf_is_named_by_its_path_below_it() {
    let bench = Bench::new();
    bench.file("school/a1/cafe.md", LESSON);
    bench.file("esl.toml", "[lessons]\nfolder = 'school'\n");
    let ended = well(jobs(&bench, &["submit", "lesson:a1/cafe.md", "--json"]));
    let job = &ended.json()["result"]["jobs"][0]["job"];
    assert_eq!(job["md"], "lesson:a1/cafe.md");
    assert_eq!(job["fileName"], "cafe.md");
    for (name, code) in [("lesson:../esl.toml", 6), ("lesson:nowhere.md", 6)] {
        assert_eq!(jobs(&bench, &["submit", name]).code, Some(code), "{name}");
    }
    std::fs::remove_file(bench.path("esl.toml")).unwrap();
    assert_eq!(jobs(&bench, &["submit", "lesson:a1/cafe.md"]).code, Some(6));
}

#[test]
fn jobs_are_listed_newest_first_by_state_type_and_page() {
    let bench = Bench::with_lesson();
    let ids = ["1", "2", "3"].map(|_| submitted(&bench, &["--force"]));
    well(jobs(&bench, &["cancel", &ids[1]]));
    let listed = |flags: &[&str]| -> Vec<String> {
        let text = well(jobs(&bench, &[&["list"], flags].concat())).stdout;
        let lines = text.lines().take_while(|line| !line.is_empty());
        lines
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let newest_first: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(listed(&[]), newest_first);
    assert_eq!(listed(&["--state", "cancelled"]), [ids[1].clone()]);
    assert_eq!(
        listed(&["--state", "queued,running"]),
        [ids[2].clone(), ids[0].clone()]
    );
    assert_eq!(listed(&["--type", "lesson.run"]), newest_first);
    assert_eq!(listed(&["--type", "school.print"]), [""; 0]);
    assert_eq!(listed(&["--type", "all"]), newest_first);
    let page = well(jobs(&bench, &["list", "--limit", "2", "--json"])).json();
    let cursor = page["result"]["nextCursor"].as_str().unwrap();
    assert_eq!(
        listed(&["--limit", "2", "--cursor", cursor]),
        [ids[0].clone()]
    );
    let text = well(jobs(&bench, &["list"])).stdout;
    insta::assert_snapshot!("list", bench.redacted_times(&text));
}

#[test]
fn a_job_is_shown_with_what_happened_to_it() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &[]);
    well(jobs(&bench, &["cancel", &id, "--reason", "wrong file"]));
    let text = well(jobs(&bench, &["show", &id])).stdout;
    insta::assert_snapshot!("show", bench.redacted_times(&text));
    let json = well(jobs(&bench, &["show", &id, "--json"])).json();
    insta::assert_json_snapshot!("events", bench.redacted_json(&json["result"]["events"]));
}

#[test]
fn the_beginning_of_an_id_is_enough_if_no_other_begins_so() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &[]);
    for beginning in [
        &id[..6],
        &id[..20],
        &id.to_uppercase().replace('-', "")[..9],
    ] {
        let shown = well(jobs(&bench, &["show", beginning, "--json"])).json();
        assert_eq!(shown["result"]["job"]["jobId"], *id);
    }
    submitted(&bench, &["--force"]);
    let ambiguous = jobs(&bench, &["show", &id[..4]]);
    assert_eq!(ambiguous.code, Some(2), "{}", ambiguous.stderr);
    assert!(ambiguous.stderr.contains(&id), "{}", ambiguous.stderr);
    let unknown = jobs(&bench, &["show", "ffffffff"]);
    assert_eq!(unknown.code, Some(6));
    assert!(unknown.stderr.contains("data/esl.db"), "{}", unknown.stderr);
    assert_eq!(jobs(&bench, &["show", "lesson"]).code, Some(2));
}

#[test]
fn what_a_job_does_not_allow_is_refused_with_what_would_be_allowed() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &[]);
    let refused = |line: &[&str]| {
        let ended = jobs(&bench, &[line, &["--json"]].concat());
        assert_eq!(ended.code, Some(6), "{line:?}: {}", ended.stderr);
        ended.json()["error"]["details"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(refused(&["rerun", &id]), "invalid_state");
    assert_eq!(refused(&["retry", &id]), "invalid_state");
    let long = "x".repeat(501);
    assert_eq!(
        refused(&["cancel", &id, "--reason", &long]),
        "invalid_action_payload"
    );
    well(jobs(&bench, &["cancel", &id]));
    assert_eq!(refused(&["cancel", &id]), "invalid_state");
    let told = jobs(&bench, &["cancel", &id]).stderr;
    assert!(told.contains("it is for queued or running jobs"), "{told}");
}

#[test]
fn a_waiting_job_is_edited() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &[]);
    let line = [
        "edit",
        &id,
        "--mode",
        "dialogue",
        "--database",
        "d1",
        "--json",
    ];
    let edited = well(jobs(&bench, &line)).json();
    let job = &edited["result"]["job"];
    assert_eq!(
        (&job["mode"], &job["notionDatabase"]),
        (&"dialogue".into(), &"d1".into())
    );
    assert_eq!(edited["result"]["manifestSync"], "skipped");
    assert_eq!(jobs(&bench, &["edit", &id]).code, Some(2));
    assert_eq!(
        jobs(&bench, &["edit", &id, "--preset", "gaudy"]).code,
        Some(4)
    );
}

#[test]
fn a_cancelled_job_is_retried_by_another_one() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &["--priority", "8"]);
    well(jobs(&bench, &["cancel", &id]));
    let retried = well(jobs(&bench, &["retry", &id, "--json"])).json();
    let new = retried["result"]["newJobId"].as_str().unwrap();
    let shown = well(jobs(&bench, &["show", new, "--json"])).json();
    let job = &shown["result"]["job"];
    assert_eq!(
        (&job["parentJobId"], &job["priority"]),
        (&(*id).into(), &3.into())
    );
    assert_eq!(job["fileName"], "lesson.md");
}

#[test]
fn jobs_are_counted() {
    let bench = Bench::with_lesson();
    let id = submitted(&bench, &[]);
    well(jobs(&bench, &["cancel", &id]));
    submitted(&bench, &[]);
    let text = well(jobs(&bench, &["stats"])).stdout;
    insta::assert_snapshot!("stats", bench.redacted(&text));
    let json = well(jobs(&bench, &["stats", "--json"])).json();
    insta::assert_json_snapshot!("stats_json", bench.redacted_json(&json["result"]));
}
