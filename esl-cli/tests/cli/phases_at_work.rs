//! What is changed about phases changes what workers do.

use std::process::Command;

use esl_testkit::fakes::Service;
use serde_json::Value;

use crate::bench::{Bench, Ended, LESSON};
use crate::outside::{Outside, lesson};
use crate::worker::Worker;

/// Changes phases, and has a worker that begins then make the lesson on the shelf.
fn make(esl: &dyn Fn(&[&str]) -> Command, phases: &[&str], flags: &[&str]) -> Value {
    let esl = |line: &[&str]| {
        let mut command = esl(line);
        command.env("LESSONS_DIR", ".");
        command
    };
    let well = |line: &[&str]| {
        let ended = Ended::from(esl(line).output().unwrap());
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        ended
    };
    well(&[&["phases", "set"], phases].concat());
    let worker = Worker::start(esl(&["worker", "--log-format", "json"]));
    let line = ["jobs", "submit", "lesson:lesson.md", "--wait", "--json"];
    let submitted = well(&[&line, flags].concat());
    worker.end();
    submitted.json()["result"]["jobs"][0]["job"].clone()
}

fn copies(bench: &Bench) -> usize {
    let files = bench.files();
    let kept = files.iter();
    let kept = kept.filter(|file| file.starts_with(".lesson.manifest/"));
    kept.count()
}

#[test]
fn recordings_are_reached_as_the_phase_says() {
    let (bench, outside) = (lesson(), Outside::new());
    let address = |phases: &[&str]| {
        let esl = |line: &[&str]| outside.command(&bench, line, &[]);
        let job = make(&esl, phases, &[]);
        job["audioUrl"].as_str().unwrap().to_owned()
    };
    let set_up = address(&["phase.upload.publicRead=false"]);
    assert!(set_up.contains("X-Amz-Expires=604800"), "{set_up}");
    let public = address(&["phase.upload.publicRead=true"]);
    assert!(!public.contains('?'), "{public}");
    let signed = [
        "phase.upload.publicRead=null",
        "phase.upload.presignSeconds=120",
    ];
    let signed = address(&signed);
    assert!(signed.contains("X-Amz-Expires=120"), "{signed}");
    assert_eq!(outside.fakes.s3().objects().len(), 1);
}

#[test]
fn recordings_go_where_the_phase_says() {
    let (bench, outside) = (lesson(), Outside::new());
    let no_bucket = [("STORAGE_PROVIDER", "filesystem")];
    let objects = |target: &str| {
        let target = format!("phase.upload.target={target}");
        let esl = |line: &[&str]| outside.command(&bench, line, &no_bucket);
        make(&esl, &[&target], &[]);
        outside.fakes.s3().objects().len()
    };
    assert_eq!(objects("none"), 0);
    assert_eq!(objects("auto"), 0);
    let sent = outside.fakes.requests(Service::Notion);
    assert!(sent.iter().any(|request| request.path.ends_with("/send")));
    assert_eq!(objects("s3"), 1);
}

#[test]
fn as_many_earlier_manifests_are_kept_as_the_phase_says() {
    let bench = Bench::new();
    let mut kept = Vec::new();
    for (number, versions) in ["2", "2", "2", "2", "0"].iter().enumerate() {
        let said = format!("Anything {number}?");
        bench.file("lesson.md", LESSON.replacen("Anything else?", &said, 1));
        let versions = format!("phase.manifest.keepVersions={versions}");
        make(&|line| bench.command(line), &[&versions], &["--no-tts"]);
        kept.push(copies(&bench));
    }
    assert_eq!(kept, [0, 1, 2, 2, 0]);
}
