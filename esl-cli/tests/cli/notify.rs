//! Programs are told how jobs ended, as the phase settings say.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{self, channel};
use std::thread;
use std::time::Duration;

use esl_core::Secret;
use esl_jobs::notify::webhook::{DELIVERY_HEADER, SIGNATURE_HEADER, sign};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::worker::Worker;

/// More than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was heard: the head of a request in lower case, and its body.
type Heard = (String, Vec<u8>);

/// A program that is told over HTTP.
fn receiver() -> (SocketAddr, mpsc::Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (hear, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let request = read(&mut stream);
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            // The test may be over.
            let _ = hear.send(request);
        }
    });
    (address, heard)
}

fn read(stream: &mut impl BufRead) -> Heard {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    let head = head.to_lowercase();
    let length = header(&head, "content-length").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let name = name.to_lowercase();
    fields.find(|(known, _)| *known == name).unwrap().1
}

fn worker(bench: &Bench, networks: &str) -> Worker {
    let mut command = bench.command(&["worker", "--log-format", "json"]);
    command.env("WEBHOOK_ALLOWED_NETWORKS", networks);
    Worker::start(command)
}

fn well(bench: &Bench, line: &[&str]) -> Value {
    let ended = bench.esl(&[line, &["--json"]].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    ended.json()["result"].clone()
}

/// Has jobs that are submitted from now on tell the program at `address`.
fn tell(bench: &Bench, address: SocketAddr) {
    let url = format!("http://{address}/hook");
    let endpoints = json!([{ "id": "school", "url": url, "secret": "hush" }]);
    bench.file("endpoints.json", endpoints.to_string());
    let set = well(
        bench,
        &["phases", "set", "phase.notify.webhook=@endpoints.json"],
    );
    assert_eq!(
        set,
        json!({ "phase.notify.webhook": [{ "id": "school", "url": url }] })
    );
}

const SUBMIT: [&str; 5] = ["jobs", "submit", "lesson.md", "--no-tts", "--wait"];

#[test]
fn a_program_is_told_once_and_can_tell_that_it_is_genuine() {
    let bench = Bench::with_lesson();
    let (address, heard) = receiver();
    tell(&bench, address);
    let worker = worker(&bench, "127.0.0.0/8");
    let job = well(&bench, &SUBMIT)["jobs"][0]["job"].clone();
    let (head, body) = heard.recv_timeout(PATIENCE).unwrap();
    let signature = sign(&Secret::new("hush"), &body);
    assert_eq!(header(&head, SIGNATURE_HEADER), signature);
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&message["type"], &message["jobId"], &message["state"]),
        (
            &"job_state_changed".into(),
            &job["jobId"],
            &"succeeded".into()
        )
    );
    let delivery = header(&head, DELIVERY_HEADER).to_owned();
    let watched = well(&bench, &["jobs", "watch", &delivery]);
    assert_eq!(watched["jobs"][0]["type"], "notify.webhook");
    assert_eq!(watched["jobs"][0]["state"], "succeeded");
    worker.end();
    assert!(heard.try_recv().is_err(), "told once");
}

#[test]
fn lessons_that_are_submitted_together_are_told_of_together() {
    let bench = Bench::with_lesson();
    bench.file(
        "other.md",
        crate::bench::LESSON.replacen("Anything else?", "That all?", 1),
    );
    let (address, heard) = receiver();
    tell(&bench, address);
    let worker = worker(&bench, "127.0.0.0/8");
    let both = [&SUBMIT[..], &["other.md"]].concat();
    let batch = well(&bench, &both)["batchId"].clone();
    let (_, body) = heard.recv_timeout(PATIENCE).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&message["type"], &message["batchId"]),
        (&"batch_finished".into(), &batch)
    );
    worker.end();
    assert!(heard.try_recv().is_err(), "told once");
}

#[test]
fn nothing_goes_to_this_machine_unless_it_is_allowed() {
    let bench = Bench::with_lesson();
    let (address, heard) = receiver();
    tell(&bench, address);
    let mut worker = worker(&bench, "");
    let job = well(&bench, &SUBMIT)["jobs"][0]["job"].clone();
    let listed = well(&bench, &["jobs", "list", "--type", "notify.webhook"]);
    let telling = &listed["jobs"][0];
    assert_eq!(telling["parentJobId"], job["jobId"]);
    worker.until_job("worker_failed", &telling["jobId"]);
    let shown = well(
        &bench,
        &["jobs", "show", telling["jobId"].as_str().unwrap()],
    );
    assert_eq!(shown["job"]["errorCode"], "address_refused");
    worker.end();
    assert!(heard.try_recv().is_err(), "told nothing");
}

#[test]
fn a_worker_that_cannot_send_mails_says_so_at_once() {
    let bench = Bench::new();
    for (name, value, told) in [
        ("MAIL_FROM", "nobody", "correct MAIL_FROM"),
        ("MAIL_USER", "me", "MAIL_PASSWORD"),
        ("WEBHOOK_ALLOWED_NETWORKS", "intranet", "10.0.0.0/8"),
    ] {
        let mut command = bench.command(&["worker"]);
        command.env("MAIL_ENABLED", "true").env(name, value);
        let ended: crate::bench::Ended = command.output().unwrap().into();
        assert_eq!(ended.code, Some(78), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains(told), "{name}: {}", ended.stderr);
    }
}
