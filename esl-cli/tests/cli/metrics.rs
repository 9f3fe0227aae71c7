//! A worker shows its figures to programs that watch it.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::bench::{Bench, Ended};
use crate::worker::Worker;

/// The whole answer to a request.
fn answer(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn figures_and_health_are_shown_until_the_worker_ends() {
    let bench = Bench::with_lesson();
    let line = ["worker", "--log-format", "json", "--metrics", "127.0.0.1:0"];
    let (worker, listening) = Worker::start_telling(bench.command(&line), "metrics_listening");
    let address = listening["fields"]["address"].as_str().unwrap();
    // What was reported before another job was submitted has been counted when that one has ended.
    for _ in 0..2 {
        let submitted = bench.esl(&["jobs", "submit", "lesson.md", "--no-tts", "--wait"]);
        assert_eq!(submitted.code, Some(0), "{}", submitted.stderr);
    }
    let metrics = answer(address, "GET /metrics");
    assert!(metrics.starts_with("HTTP/1.1 200 OK"), "{metrics}");
    assert!(
        metrics.contains("application/openmetrics-text"),
        "{metrics}"
    );
    assert!(metrics.contains("\nesl_job_store_up 1\n"), "{metrics}");
    let ended = "esl_jobs_ended_total{type=\"lesson.run\",state=\"succeeded\"} ";
    let ended = metrics.lines().find_map(|line| line.strip_prefix(ended));
    assert!(ended.is_some_and(|number| number != "0"), "{metrics}");

    for (request, status) in [
        ("GET /healthz", "200"),
        ("POST /healthz", "405"),
        ("GET /other", "404"),
    ] {
        let told = answer(address, request);
        assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{told}");
    }
    worker.end();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_job_that_runs_is_shown() {
    let bench = Bench::that_speaks();
    bench.engine("exec sleep 600;");
    let line = ["worker", "--log-format", "json", "--metrics", "127.0.0.1:0"];
    let (mut worker, listening) = Worker::start_telling(bench.command(&line), "metrics_listening");
    let address = listening["fields"]["address"].as_str().unwrap();
    let submitted = bench.esl(&["jobs", "submit", "lesson.md", "--json"]).json();
    let job = &submitted["result"]["jobs"][0]["job"]["jobId"];
    worker.until_job("worker_active", job);
    let metrics = answer(address, "GET /metrics");
    let running = "\nesl_jobs{state=\"running\",type=\"lesson.run\"} 1\n";
    assert!(metrics.contains(running), "{metrics}");
    bench.esl(&["jobs", "cancel", job.as_str().unwrap()]);
    worker.until_job("worker_stopped", job);
    worker.end();
}

#[test]
fn an_address_that_cannot_be_listened_on_is_told() {
    let bench = Bench::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for address in [&*taken, "9464", "localhost:many"] {
        let ended: Ended = bench.esl(&["worker", "--metrics", address]);
        assert_eq!(ended.code, Some(78), "{address}: {}", ended.stderr);
        assert!(ended.stderr.contains("--metrics"), "{}", ended.stderr);
    }
}
