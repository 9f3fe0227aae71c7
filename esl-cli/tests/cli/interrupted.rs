//! Workers are killed, told to end and told to stop in the middle of a lesson. It is made once all the
//! same, and nothing is bought twice.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use esl_testkit::fakes::{Fault, Service, ServiceLimits, most_in_flight};
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

    /// Waits until `told` happened to the job.
    fn until(&self, told: &str) {
        let line = ["jobs", "watch", &self.id];
        let mut watching = self.outside.command(&self.bench, &line, &[]);
        let pipes = watching.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut watching = pipes.spawn().unwrap();
        let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
        let found = lines.find(|line| line.as_ref().unwrap().contains(told));
        watching.kill().unwrap();
        watching.wait().unwrap();
        assert!(found.is_some(), "the job ended without {told}");
    }

    /// How often each service was asked something.
    fn asked(&self) -> [usize; 4] {
        Service::ALL.map(|service| self.outside.fakes.requests(service).len())
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

/// Nothing takes effect later than this in the fakes, so a page that was under way is waited for no
/// longer.
const SHORT_TIMEOUT: (&str, &str) = ("NOTION_CLIENT_TIMEOUT", "1000");

fn killed_at(service: Service, method: &str, bought: usize) {
    let stuck = Stuck::at(service, method, &[SHORT_LEASE, SHORT_TIMEOUT]);
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

/// One line after the other, so that there is always a next one to ask for.
#[test]
fn cancelled_by_another_process_it_asks_nobody_for_anything_more() {
    let one_by_one = [
        ("ELEVENLABS_TTS_MODE", "monologue"),
        ("ELEVENLABS_CONCURRENCY_LIMIT", "1"),
    ];
    let mut stuck = Stuck::at(Service::ElevenLabs, "POST", &one_by_one);
    // The page is made beside the recording; what comes after it waits for that.
    stuck.until("colorize start");
    let asked = stuck.asked();
    stuck.esl(&["jobs", "cancel", &stuck.id]);
    let id = stuck.id.as_str().into();
    stuck.worker.until_job("worker_stopped", &id);
    stuck.worker.signal("TERM");
    assert_eq!(stuck.worker.wait().code(), Some(0));
    assert_eq!(stuck.asked(), asked);
}

/// One worker's request hangs all the time, so the other one can have one under way.
#[test]
fn workers_have_no_more_speech_under_way_than_one_of_them_might() {
    let limit = [
        ("ELEVENLABS_TTS_MODE", "monologue"),
        ("ELEVENLABS_CONCURRENCY_LIMIT", "2"),
    ];
    let stuck = Stuck::at(Service::ElevenLabs, "POST", &limit);
    let slow = ServiceLimits {
        latency: Duration::from_millis(20),
        ..ServiceLimits::default()
    };
    stuck.outside.fakes.set_limits(Service::ElevenLabs, slow);
    let other = Worker::start(stuck.outside.command(&stuck.bench, &WORKER, &[]));
    let lesson = std::fs::read_to_string(stuck.bench.path("lesson.md")).unwrap();
    let spoken_otherwise = lesson.replace("\nClara: ", "\nClara: Well. ");
    stuck.bench.file("other.md", spoken_otherwise);
    let done = stuck.esl(&["jobs", "submit", "other.md", "--wait"]);
    assert_eq!(done["jobs"][0]["job"]["state"], "succeeded");
    other.end();
    let mut requests = stuck.outside.fakes.requests(Service::ElevenLabs);
    requests.retain(|request| request.method == "POST");
    assert!(requests.len() > 2);
    assert_eq!(most_in_flight(&requests), 2);
}
