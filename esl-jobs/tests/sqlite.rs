//! Jobs in a SQLite file keep the contracts of their ports.
#![cfg(feature = "sqlite")]

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::payload::NotifyEmail;
use esl_core::job::{FailureCode, Job, JobId, JobState, NewJob, WorkerId};
use esl_core::ports::{
    Claim, Clock, Done, HandlePayload, JobContext, JobError, JobFilter, JobStore as _, Permits,
};
use esl_jobs::permits::{LEASE, SharedPermits};
use esl_jobs::sqlite::SqliteJobs;
use esl_jobs::worker::{Step, Worker};
use esl_testkit::{
    JobPorts, JobsFixture, ManualClock, OpenTransaction, OpensTransactions, PermitsFixture,
};
use rusqlite::Connection;

async fn jobs() -> Option<JobsFixture> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("esl.db");
    let clock = Arc::new(ManualClock::default());
    let open = async |namespace| {
        let clock: Arc<dyn Clock> = clock.clone();
        let opened = SqliteJobs::open(&path, namespace, clock).await;
        JobPorts::of(&Arc::new(opened.unwrap()))
    };
    let ports = [
        open("esl-jobs").await,
        open("esl-jobs").await,
        open("another").await,
    ];
    let transactions = Transactions { path };
    Some(JobsFixture::new(clock.clone(), ports, folder).with_transactions(transactions))
}

esl_testkit::job_store_suite!(jobs);
esl_testkit::event_log_suite!(jobs);
esl_testkit::queue_suite!(jobs);
esl_testkit::settings_store_suite!(jobs);

async fn shared_permits() -> Option<PermitsFixture> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("esl.db");
    let clock = Arc::new(ManualClock::default());
    let process = async || {
        let clock: Arc<dyn Clock> = clock.clone();
        let jobs = SqliteJobs::open(&path, "esl-jobs", clock).await.unwrap();
        Arc::new(SharedPermits::new(Arc::new(jobs))) as Arc<dyn Permits>
    };
    let processes = [process().await, process().await, process().await];
    Some(PermitsFixture::new(clock, processes, LEASE, folder))
}

esl_testkit::permits_suite!(shared_permits);

struct Transactions {
    path: PathBuf,
}

struct Open(Connection);

#[async_trait]
impl OpensTransactions for Transactions {
    async fn append(&self, job: JobId) -> Box<dyn OpenTransaction> {
        let connection = Connection::open(&self.path).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let insert = "INSERT INTO job_events (namespace, job, kind, state, actor, at, data)
            VALUES ('esl-jobs', ?1, 'job_progress', 'running', 'system', 0, '{}')";
        let id = *job.as_uuid().as_bytes();
        connection.execute(insert, [id]).unwrap();
        Box::new(Open(connection))
    }
}

#[async_trait]
impl OpenTransaction for Open {
    async fn commit(self: Box<Self>) {
        self.0.execute_batch("COMMIT").unwrap();
    }
}

/// Has a job follow that no store can accept.
#[derive(Debug)]
struct Chains(NewJob);

#[async_trait]
impl HandlePayload<NotifyEmail> for Chains {
    async fn run(&self, _: NotifyEmail, _: &Job, _: &JobContext) -> Result<Done, JobError> {
        Ok(Done {
            chained: vec![self.0.clone()],
            ..Done::default()
        })
    }
}

#[tokio::test]
async fn a_result_that_is_refused_fails_the_attempt() {
    let fixture = jobs().await.unwrap();
    let JobPorts { store, queue, .. } = &fixture.one;
    let taken = NewJob::new(&NotifyEmail::default());
    let there = fixture.elsewhere.store.submit(vec![taken.clone()]);
    there.await.unwrap();
    let new = NewJob {
        max_attempts: 1,
        ..NewJob::new(&NotifyEmail::default())
    };
    store.submit(vec![new.clone()]).await.unwrap();
    let worker = Worker::builder(store.clone(), queue.clone()).handles(Chains(taken));
    let worker = worker.build().unwrap();
    let started = worker.step(LEASE).await.unwrap();
    assert_eq!(started, Step::Started(1));
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    worker.run(shutdown).await;
    let head = store.jobs(&[new.id]).await.unwrap().remove(0).head;
    assert_eq!(head.state, JobState::Failed);
    assert_eq!(head.failure.unwrap().code, FailureCode::INTERNAL);
}

#[tokio::test]
async fn a_payload_that_is_no_json_fails_its_job_and_no_claim() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("esl.db");
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let jobs = SqliteJobs::open(&path, "esl-jobs", clock).await.unwrap();
    let [spoilt, good] = [(); 2].map(|()| NewJob::new(&NotifyEmail::default()));
    let ids = [spoilt.id, good.id];
    jobs.submit(vec![spoilt, good]).await.unwrap();
    let spoil = "UPDATE job_bodies SET payload = '{' WHERE id = ?1";
    let connection = Connection::open(&path).unwrap();
    let spoilt = *ids[0].as_uuid().as_bytes();
    assert_eq!(connection.execute(spoil, [spoilt]).unwrap(), 1);
    let claim = Claim::next(WorkerId::new(), 9, LEASE);
    let claimed = jobs.claim(claim).await.unwrap();
    let readable = claimed
        .iter()
        .map(|job| job.payload::<NotifyEmail>().is_ok());
    assert_eq!(readable.collect::<Vec<_>>(), [false, true]);
    assert_eq!(jobs.list(&JobFilter::default()).await.unwrap().len(), 2);
}
