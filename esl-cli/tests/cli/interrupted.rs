//! Workers are killed, told to end and told to stop in the middle of a lesson. It is made once all the
//! same, and nothing is bought twice.

use std::time::Duration;

use esl_testkit::fakes::{Fault, Service};
use serde_json::Value;

use crate::bench::Bench;
use crate::outside::{Outside, lesson};
use crate::worker::Worker;

const WORKER: [&str; 5] = ["worker", "--log-format", "json", "--concurrency", "1"];

/// A worker that is stuck in the middle of a lesson: its request hangs at the service.
struct Stuck {
    outside: Outside,
    bench: Bench,
    worker: Worker,
    id: String,
}

impl Stuck {
    fn at(service: Service, method: &str, settings: &[(&'static str, &'static str)]) -> Self {
        let (bench, outside) = (lesson(), Outside::new());
        let shelf = ("LESSONS_DIR", ".");
        let text: String = settings
            .iter()
            .chain([&shelf])
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        bench.file(".env", text);
        let forever = Fault::delay(Duration::from_secs(3600));
        outside.fakes.inject(service, forever.on(method, "/**"));
        let worker = Worker::start(outside.command(&bench, &WORKER, &[]));
        let submitted = outside.esl(
            &bench,
            &["jobs", "submit", "lesson:lesson.md", "--json"],
            &[],
        );
        let job = &submitted.json()["result"]["jobs"][0]["job"];
        let id = job["jobId"].as_str().unwrap().to_owned();
        outside.until(service, method);
        Self {
            outside,
            bench,
            worker,
            id,
        }
    }

    fn esl(&self, line: &[&str]) -> Value {
        let ended = self
            .outside
            .esl(&self.bench, &[line, &["--json"]].concat(), &[]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        ended.json()["result"].clone()
    }

    fn job(&self) -> Value {
        self.esl(&["jobs", "show", &self.id])["job"].clone()
    }

    /// Another worker sees the job through, once the service answers again.
    fn recover(&self) -> Value {
        self.outside.fakes.clear_faults();
        let rescuer = Worker::start(self.outside.command(&self.bench, &WORKER, &[]));
        let watched = self.esl(&["jobs", "watch", &self.id]);
        rescuer.end();
        watched["jobs"][0].clone()
    }

    /// There is one page, and one recording for it.
    fn assert_made_once(&self) {
        let requests = self.outside.fakes.requests(Service::Notion);
        let created = requests
            .iter()
            .filter(|request| request.method == "POST" && request.path == "/v1/pages");
        assert_eq!(created.count(), 1, "one page");
        assert_eq!(self.outside.fakes.s3().objects().len(), 1, "one recording");
    }
}

/// The shortest lease, so that a dead worker is found out soon.
const SHORT_LEASE: (&str, &str) = ("JOB_LEASE_SECONDS", "5");

fn killed_at(service: Service, method: &str, bought: usize) {
    let stuck = Stuck::at(service, method, &[SHORT_LEASE]);
    stuck.worker.signal("KILL");
    let job = stuck.recover();
    assert_eq!(
        (&job["state"], &job["attempt"]),
        (&"succeeded".into(), &2.into())
    );
    assert_eq!(stuck.outside.count(Service::ElevenLabs, "POST"), bought);
    stuck.assert_made_once();
}

#[test]
fn killed_while_it_uploads_another_worker_goes_on_and_buys_nothing() {
    killed_at(Service::S3, "PUT", 1);
}

#[test]
fn killed_while_it_speaks_another_worker_asks_once_more() {
    killed_at(Service::ElevenLabs, "POST", 2);
}

#[test]
fn told_to_end_it_gives_the_job_back_and_no_attempt_is_lost() {
    let settings = [("SHUTDOWN_GRACE_SECONDS", "0")];
    let mut stuck = Stuck::at(Service::ElevenLabs, "POST", &settings);
    let before = stuck.job();
    stuck.worker.signal("TERM");
    assert_eq!(stuck.worker.wait().code(), Some(0));
    let job = stuck.job();
    assert_eq!(job["state"], "queued");
    let left =
        |job: &Value| job["maxAttempts"].as_u64().unwrap() - job["attempt"].as_u64().unwrap();
    assert_eq!(left(&job), left(&before) + 1);
    assert_eq!(stuck.recover()["state"], "succeeded");
    stuck.assert_made_once();
}

#[test]
fn told_twice_it_ends_on_the_spot() {
    let settings = [("SHUTDOWN_GRACE_SECONDS", "3600")];
    let mut stuck = Stuck::at(Service::ElevenLabs, "POST", &settings);
    stuck.worker.signal("INT");
    stuck.worker.until("worker_stopping");
    stuck.worker.signal("TERM");
    assert_eq!(stuck.worker.wait().code(), Some(130));
}

#[test]
fn cancelled_by_another_process_it_stops_and_its_slot_takes_the_next_job() {
    let mut stuck = Stuck::at(Service::ElevenLabs, "POST", &[]);
    let cancelled = stuck.esl(&["jobs", "cancel", &stuck.id, "--reason", "wrong file"]);
    assert_eq!(cancelled["job"]["state"], "cancelled");
    stuck
        .worker
        .until_job("worker_stopped", &stuck.id.as_str().into());
    stuck.outside.fakes.clear_faults();
    let next = stuck.esl(&["jobs", "submit", "lesson.md", "--no-tts", "--wait"]);
    assert_eq!(next["jobs"][0]["job"]["state"], "succeeded");
    let job = stuck.job();
    assert_eq!(
        (&job["state"], &job["cancelReason"]),
        (&"cancelled".into(), &"wrong file".into())
    );
    stuck.worker.end();
}
