//! Workers make what was submitted: whole processes, a database between them.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::services::redis::RedisServer;
use serde_json::Value;

use crate::bench::{Bench, Ended, LESSON};
use crate::worker::Worker;

const WORKER: [&str; 5] = ["worker", "--log-format", "json", "--concurrency", "1"];

fn worker(bench: &Bench) -> Worker {
    Worker::start(bench.command(&WORKER))
}

fn well(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    ended.json()["result"].clone()
}

/// The teacher's pages that were made.
fn pages(bench: &Bench) -> Vec<String> {
    let mut files = bench.files();
    files.retain(|file| file.starts_with("homework/") && file.ends_with("/teacher.html"));
    files
}

#[test]
fn a_submitted_lesson_becomes_homework() {
    let bench = Bench::that_speaks();
    let mut worker = worker(&bench);
    let done = well(&bench.esl(&["jobs", "submit", "lesson.md", "--wait", "--json"]));
    let job = &done["jobs"][0]["job"];
    assert_eq!(
        (&job["state"], &job["attempt"]),
        (&"succeeded".into(), &1.into())
    );
    assert_eq!(pages(&bench).len(), 1);
    let shown = well(&bench.esl(&["jobs", "show", job["jobId"].as_str().unwrap(), "--json"]));
    let address = shown["made"]["pageUrl"].as_str().unwrap();
    let page = std::fs::read_to_string(address.strip_prefix("file://").unwrap()).unwrap();
    assert!(page.contains("<audio"), "it can be heard");
    for event in ["worker_active", "worker_completed"] {
        let line = worker.until_job(event, &job["jobId"]);
        assert_eq!(line["span"]["run.id"], job["jobId"], "{line}");
    }
    let again = well(&bench.esl(&["jobs", "submit", "lesson.md", "--wait", "--json"]));
    assert_ne!(again["jobs"][0]["job"]["jobId"], job["jobId"]);
    worker.end();
}

#[test]
fn the_recording_is_made_again_by_a_job_of_its_own() {
    let bench = Bench::that_speaks();
    let worker = worker(&bench);
    let done = well(&bench.esl(&["jobs", "submit", "lesson.md", "--wait", "--json"]));
    let id = done["jobs"][0]["job"]["jobId"].as_str().unwrap();
    let rerun = well(&bench.esl(&["jobs", "rerun", id, "--accent", "british", "--json"]));
    let rerun = rerun["newJobId"].as_str().unwrap();
    let watched = well(&bench.esl(&["jobs", "watch", rerun, "--json"]));
    let job = &watched["jobs"][0];
    assert_eq!(
        (&job["state"], &job["type"]),
        (&"succeeded".into(), &"lesson.rerun_audio".into())
    );
    assert_eq!(
        (&job["parentJobId"], &job["withTts"]),
        (&id.into(), &true.into())
    );
    assert_eq!(pages(&bench).len(), 1);
    worker.end();
}

#[test]
fn a_lesson_with_errors_fails_at_once_with_its_exit_code() {
    let bench = Bench::new();
    bench.file("lesson.md", LESSON.replacen("icon: ☕", "icon: no", 1));
    let worker = worker(&bench);
    let ended = bench.esl(&[
        "jobs",
        "submit",
        "lesson.md",
        "--no-tts",
        "--wait",
        "--json",
    ]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let job = &ended.json()["result"]["jobs"][0]["job"];
    assert_eq!(
        (&job["state"], &job["attempt"]),
        (&"failed".into(), &1.into())
    );
    assert_eq!(job["errorCode"], "lesson_invalid");
    worker.end();
}

#[test]
fn lessons_on_the_shelf_keep_their_manifests_beside_them() {
    let bench = Bench::new();
    bench.file("school/cafe.md", LESSON);
    bench.file("esl.toml", "[lessons]\nfolder = 'school'\n");
    let worker = worker(&bench);
    let line = [
        "jobs",
        "submit",
        "lesson:cafe.md",
        "--no-tts",
        "--wait",
        "--json",
    ];
    let done = well(&bench.esl(&line));
    let job = &done["jobs"][0]["job"];
    assert_eq!(job["manifestPath"], "cafe.manifest.json");
    assert!(
        bench
            .files()
            .contains(&"school/cafe.manifest.json".to_owned())
    );
    worker.end();
}

#[test]
fn an_edit_reaches_the_manifest_at_once_where_that_can_be_read() {
    let bench = Bench::new();
    bench.file("school/cafe.md", LESSON);
    bench.file("esl.toml", "[lessons]\nfolder = 'school'\n");
    let worker = worker(&bench);
    let line = ["jobs", "submit", "lesson:cafe.md", "--no-tts", "--wait"];
    let done = well(&bench.esl(&[&line[..], &["--json"]].concat()));
    let id = done["jobs"][0]["job"]["jobId"].as_str().unwrap();
    worker.end();
    let manifest = bench.path("school/cafe.manifest.json");
    let edited = |accent| {
        let line = ["jobs", "edit", id, "--accent", accent, "--json"];
        well(&bench.esl(&line))["manifestSync"].clone()
    };
    assert_eq!(edited("british"), "done");
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("british"), "{text}");
    bench.file("school/cafe.manifest.json", "{");
    assert_eq!(edited("irish"), "failed");
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), "{");
    let rerun = bench.esl(&["jobs", "rerun", id, "--json"]).json();
    assert_eq!(rerun["error"]["details"]["code"], "manifest_missing");
    // It may be on another machine.
    std::fs::remove_file(&manifest).unwrap();
    assert_eq!(edited("american"), "queued");
    let listed = well(&bench.esl(&["jobs", "list", "--json"]));
    assert_eq!(
        listed["jobs"][0]["type"], "lesson.sync_metadata",
        "{listed}"
    );
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 2);
}

#[test]
fn watching_tells_every_event_in_order() {
    let bench = Bench::that_speaks();
    let mut command = bench.command(&["jobs", "watch", "--after", "0"]);
    let pipes = command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watching = pipes.spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let worker = worker(&bench);
    let done = well(&bench.esl(&["jobs", "submit", "lesson.md", "--wait", "--json"]));
    let id = done["jobs"][0]["job"]["jobId"].as_str().unwrap();
    let shown = bench.esl(&["jobs", "show", id]).stdout;
    let (_, events) = shown.split_once("\n\n").unwrap();
    assert!(events.lines().count() > 5, "{events}");
    // Workers look after themselves by jobs, too.
    let mut of_lesson = lines
        .by_ref()
        .map(Result::unwrap)
        .filter(|line| line.contains(id));
    // The same, with the job that it is about.
    let events = events.lines().map(|event| {
        let (time, happened) = event.split_once("  ").unwrap();
        format!("{}Z  {id}  {happened}\n", &time[..19])
    });
    let events: Vec<_> = events.collect();
    for event in &events {
        assert_eq!(of_lesson.next().as_deref(), Some(event.trim_end()));
    }
    let watched = bench.esl(&["jobs", "watch", id]);
    assert_eq!((watched.code, watched.stdout), (Some(0), events.concat()));
    let pid = watching.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(watching.wait().unwrap().code(), Some(130));
    assert!(!lines.any(|line| line.unwrap().contains(id)));
    worker.end();
}

#[test]
fn two_workers_make_each_lesson_once() {
    let bench = Bench::new();
    let names: Vec<_> = (0..6).map(|number| format!("lesson{number}.md")).collect();
    for name in &names {
        let title = format!("title: \"{name} ");
        bench.file(name, LESSON.replacen("title: \"", &title, 1));
    }
    let workers = [worker(&bench), worker(&bench)];
    let line = ["jobs", "submit", "--no-tts", "--wait", "--json"];
    let names = names.iter().map(String::as_str);
    let done = well(&bench.esl(&line.into_iter().chain(names).collect::<Vec<_>>()));
    for submitted in done["jobs"].as_array().unwrap() {
        let job = &submitted["job"];
        assert_eq!(
            (&job["state"], &job["attempt"]),
            (&"succeeded".into(), &1.into())
        );
    }
    assert_eq!(pages(&bench).len(), 6);
    workers.into_iter().for_each(Worker::end);
}

/// The journey of a lesson where jobs are kept in these places.
fn a_lesson_is_made(variables: &[(&str, &str)]) {
    let bench = Bench::with_lesson();
    let text: String = variables
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    bench.file(".env", text);
    let migrated = well(&bench.esl(&["migrate", "--json"]));
    assert_eq!(migrated["from"], 0);
    let submitted = well(&bench.esl(&["jobs", "submit", "lesson.md", "--no-tts", "--json"]));
    let id = submitted["jobs"][0]["job"]["jobId"].as_str().unwrap();
    let worker = worker(&bench);
    let watched = well(&bench.esl(&["jobs", "watch", id, "--json"]));
    assert_eq!(watched["jobs"][0]["state"], "succeeded");
    let changed = LESSON.replacen("Anything else?", "Is that all?", 1);
    bench.file("lesson.md", changed);
    let line = [
        "jobs",
        "submit",
        "lesson.md",
        "--no-tts",
        "--wait",
        "--json",
    ];
    let done = well(&bench.esl(&line));
    assert_eq!(done["jobs"][0]["job"]["state"], "succeeded");
    assert_eq!(pages(&bench).len(), 2);
    worker.end();
    assert!(!bench.files().iter().any(|file| file.ends_with(".db")));
}

#[test]
fn jobs_may_be_kept_in_postgres() {
    if let Some(database) = PostgresDatabase::create() {
        a_lesson_is_made(&[("DATABASE_URL", &database.url())]);
    }
}

#[test]
fn watching_goes_on_after_the_database_was_restarted() {
    let Some(database) = PostgresDatabase::create_apart() else {
        return;
    };
    let bench = Bench::with_lesson();
    let esl = |line: &[&str]| {
        let mut command = bench.command(line);
        command.env("DATABASE_URL", database.url());
        command
    };
    let submit = || {
        let mut submit = esl(&["jobs", "submit", "lesson.md", "--force", "--json"]);
        well(&submit.output().unwrap().into());
    };
    let mut watch = esl(&["jobs", "watch", "--after", "0"]);
    let pipes = watch.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watching = pipes.spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    submit();
    assert!(lines.next().unwrap().unwrap().ends_with("queued"));
    database.stop();
    database.start_again();
    submit();
    assert!(lines.next().unwrap().unwrap().ends_with("queued"));
    let pid = watching.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(watching.wait().unwrap().code(), Some(130));
}

#[test]
fn jobs_may_be_announced_by_redis() {
    if let Some((database, redis)) = PostgresDatabase::create().zip(RedisServer::start()) {
        a_lesson_is_made(&[
            ("DATABASE_URL", &database.url()),
            ("QUEUE_URL", &redis.url()),
        ]);
    }
}
