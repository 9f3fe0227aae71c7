//! Jobs for tests, and short ways to move them.

use std::time::Duration;

use esl_core::job::{
    Actor, Attempt, Failure, FailureCode, Job, JobHead, JobId, JobKind, NewJob, News, Payload,
    Priority, Report, WorkerId,
};
use esl_core::ports::{Claim, JobStore};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How long a wait may take before a test fails.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A kind that no part of the project knows: kinds of applications are first class.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Chore {
    pub(super) text: String,
}

impl Payload for Chore {
    const KIND: JobKind = JobKind::from_static("test.chore");
    const VERSION: u32 = 4;
}

pub(super) fn chore() -> NewJob {
    NewJob::new(&Chore::default())
}

pub(super) fn chores(count: usize) -> Vec<NewJob> {
    (0..count).map(|_| chore()).collect()
}

pub(super) fn with_priority(priority: u8) -> NewJob {
    NewJob {
        priority: Priority::try_from(priority).expect("a priority"),
        ..chore()
    }
}

pub(super) fn ids<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Vec<JobId> {
    jobs.into_iter().map(|job| job.head.id).collect()
}

pub(super) async fn submit(store: &dyn JobStore, job: NewJob) -> JobId {
    let submitted = store.submit(vec![job]).await.expect("submitted");
    submitted[0].id
}

pub(super) async fn claim(store: &dyn JobStore, worker: WorkerId, limit: usize) -> Vec<Job> {
    let claim = Claim::next(worker, limit, LEASE);
    store.claim(claim).await.expect("claimed")
}

/// A job under the lease of a worker.
pub(super) async fn running(store: &dyn JobStore, worker: WorkerId) -> Job {
    submit(store, chore()).await;
    let mut claimed = claim(store, worker, 1).await;
    claimed.pop().expect("there is a job to claim")
}

pub(super) async fn report(
    store: &dyn JobStore,
    report: Report,
) -> Result<JobHead, esl_core::job::Ignored> {
    let mut results = store.report(vec![report]).await.expect("reported");
    results.pop().expect("one answer per report")
}

pub(super) async fn find(store: &dyn JobStore, id: JobId) -> Job {
    let mut found = store.jobs(&[id]).await.expect("readable");
    found.pop().expect("the job is there")
}

pub(super) fn said(attempt: Attempt, news: News) -> Report {
    Report::of_attempt(attempt, Actor::System, news)
}

pub(super) fn succeeded(attempt: Attempt) -> Report {
    said(attempt, News::Succeeded { output: Map::new() })
}

pub(super) fn failed(attempt: Attempt, retry_in: Option<Duration>) -> Report {
    let failure = Failure::new(FailureCode::NETWORK, "unplugged");
    said(attempt, News::Failed { failure, retry_in })
}

pub(super) fn cancelled(job: JobId) -> Report {
    let reason = Some("not needed".to_owned());
    Report::about(job, Actor::System, News::Cancelled { reason })
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
