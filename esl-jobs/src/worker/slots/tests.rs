use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::NotifyEmail;
use esl_core::job::{Job, JobState, NewJob};
use esl_core::ports::{Done, EventLog, HandlePayload, JobContext, JobError, JobStore, SystemClock};

use super::super::keeper::give_back_waiting;
use super::super::{Step, Worker, WorkerConfig, reporter};
use crate::memory::MemoryJobs;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Hangs;

#[async_trait]
impl HandlePayload<NotifyEmail> for Hangs {
    async fn run(
        &self,
        _payload: NotifyEmail,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        std::future::pending().await
    }
}

/// A worker of one slot that has seen short jobs only, and five jobs that never end.
async fn mistaken() -> (Worker, Arc<MemoryJobs>) {
    let jobs = Arc::new(MemoryJobs::new(Arc::new(SystemClock)));
    let config = WorkerConfig {
        concurrency: 1,
        ..WorkerConfig::default()
    };
    let worker = Worker::builder(jobs.clone(), jobs.clone());
    let worker = worker.config(config).handles(Hangs).build().unwrap();
    worker.shared.pace.claimed(SECOND);
    worker.shared.pace.ended(SECOND / 10);
    let new = (0..5).map(|_| NewJob::new(&NotifyEmail::default()));
    jobs.submit(new.collect()).await.unwrap();
    (worker, jobs)
}

async fn count(jobs: &MemoryJobs, state: JobState) -> u64 {
    let counts = jobs.counts().await.unwrap();
    counts.get(&state).copied().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn jobs_that_wait_too_long_for_a_slot_are_given_back() {
    let (worker, jobs) = mistaken().await;
    assert_eq!(worker.step(SECOND).await.unwrap(), Step::Started(5));
    assert_eq!(worker.shared.waiting.count(), 4);
    tokio::spawn(reporter::report_all(worker.shared.clone()));
    give_back_waiting(&worker.shared, SECOND);
    assert_eq!(worker.shared.waiting.count(), 4);
    tokio::time::advance(SECOND).await;
    let seen = EventLog::head(jobs.as_ref()).await.unwrap();
    give_back_waiting(&worker.shared, SECOND);
    jobs.wait(seen, SECOND).await.unwrap();
    assert_eq!(count(&jobs, JobState::Queued).await, 4);
    assert_eq!(count(&jobs, JobState::Running).await, 1);
}
