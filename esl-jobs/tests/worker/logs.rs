//! What happened to a job can be told from the log by its id alone.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use esl_core::job::{Actor, JobId, JobState, NewJob, News, Report, WorkerId};
use esl_core::ports::{Claim, JobStore as _};
use esl_jobs::worker::WorkerConfig;
use serde_json::Value;

use crate::handlers::Chore;
use crate::world::World;

/// Lines of JSON by all tests of this process: each reads what is said of its own jobs.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let lines = log.clone();
    tracing_subscriber::fmt()
        .json()
        .with_writer(move || lines.clone())
        .init();
    log
});

impl Log {
    /// The log, from now on. Every test begins with it, because a line that is first reached while
    /// nobody listens may be taken for one that nobody will ever listen to.
    pub(crate) fn of_all() -> &'static Self {
        &LOG
    }

    /// What is said of a job, by the line itself or by the span it stands in.
    fn lines_about(&self, job: JobId) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let id = job.to_string();
        let is_about = |line: &Value| {
            let said = [&line["fields"]["job.id"], &line["span"]["job.id"]];
            said.into_iter().any(|said| *said == id.as_str())
        };
        lines.filter(is_about).collect()
    }

    /// The events of a job.
    fn story(&self, job: JobId) -> Vec<String> {
        let lines = self.lines_about(job).into_iter();
        let events = lines.filter_map(|line| line["fields"]["event"].as_str().map(str::to_owned));
        events.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_and_each_wait_is_one_line() {
    let (log, world) = (Log::of_all(), World::new());
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let failing = NewJob {
        max_attempts: 2,
        traceparent: Some(traceparent.parse().unwrap()),
        ..NewJob::new(&Chore::FailForNow)
    };
    let failing = world.submit_job(failing).await;
    let good = world.submit(Chore::Succeed).await;
    world.run().await;
    world.ended(failing).await;
    world.ended(good).await;
    assert_eq!(
        log.story(good),
        ["queue_waiting", "worker_active", "worker_completed"]
    );
    let attempt = ["queue_waiting", "worker_active", "worker_failed"];
    assert_eq!(log.story(failing), [attempt, attempt].concat());
    let lines = log.lines_about(failing);
    let attempts: Vec<_> = lines
        .iter()
        .filter(|line| line["span"].is_object())
        .collect();
    assert_eq!(attempts.len(), 4);
    let failed = lines
        .iter()
        .filter(|line| line["fields"]["event"] == "worker_failed");
    let will_retry = failed.map(|line| line["fields"]["will_retry"].as_bool());
    assert_eq!(will_retry.collect::<Vec<_>>(), [true, false].map(Some));
    for (line, attempt) in attempts.iter().zip([1, 1, 2, 2]) {
        let span = &line["span"];
        assert_eq!(span["attempt"], attempt);
        assert_eq!(span["run.id"], failing.to_string());
        assert_eq!(span["job.kind"], "test.chore");
        assert_eq!(span["traceparent"], traceparent);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_too_late_is_said() {
    let (log, world) = (Log::of_all(), World::new());
    let id = world.submit(Chore::TellMuch).await;
    world.run().await;
    world.reaches(id, JobState::Running).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let news = News::Cancelled { reason: None };
    world.report(Report::about(id, Actor::System, news)).await;
    // The next note is a quarter of a second later, the look for cancelled jobs up to a second.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let story = log.story(id);
    assert_eq!(story[..2], ["queue_waiting", "worker_active"]);
    assert!(story.contains(&"state_conflict".to_owned()), "{story:?}");
}

/// As many as leave nothing to chance: each of them ends as soon as it is told to.
#[tokio::test(start_paused = true)]
async fn a_job_that_is_cancelled_is_stopped_and_does_not_fail() {
    let mut config = WorkerConfig::default();
    config.concurrency = 20;
    let (log, world) = (Log::of_all(), World::with(config));
    let mut jobs = Vec::new();
    for _ in 0..20 {
        jobs.push(world.submit(Chore::UntilCancelled).await);
    }
    let worker = world.run().await;
    for id in &jobs {
        world.reaches(*id, JobState::Running).await;
        let news = News::Cancelled { reason: None };
        world.report(Report::about(*id, Actor::System, news)).await;
    }
    worker.shut_down().await;
    for id in jobs {
        let story = log.story(id);
        assert_eq!(story, ["queue_waiting", "worker_active", "worker_stopped"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_of_a_lost_job_names_its_run() {
    let (log, world) = (Log::of_all(), World::new());
    let id = world.submit(Chore::Succeed).await;
    let claim = Claim::next(WorkerId::new(), 1, Duration::from_secs(1));
    world.jobs.claim(claim).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.run().await;
    world.ended(id).await;
    let lines = log.lines_about(id);
    let message = "a job was taken away from a worker that is gone";
    let is_loss = |line: &&Value| line["fields"]["message"] == message;
    let loss = lines.iter().find(is_loss).unwrap();
    assert_eq!(loss["fields"]["run.id"], id.to_string());
}
