//! A worker in a process of its own, to be killed: this test binary, started once more.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::Job;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::ports::{Done, HandlePayload, JobContext, JobError};
use esl_jobs::worker::{Worker, WorkerConfig};

const ADDRESS: &str = "ESL_TEST_CHILD_DATABASE_URL";

/// Leases that a test can wait for.
pub(crate) fn short_leases() -> WorkerConfig {
    let mut config = WorkerConfig::default();
    config.lease = Duration::from_secs(2);
    config.heartbeat = Duration::from_millis(500);
    config.reap = Duration::from_millis(200);
    config
}

pub(crate) fn start(url: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new(program)
        .args(["--exact", "child::works_until_it_is_killed", "--ignored"])
        .env(ADDRESS, url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Never done.
#[derive(Debug)]
struct Hangs;

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for Hangs {
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of other tests"]
async fn works_until_it_is_killed() {
    let Ok(url) = std::env::var(ADDRESS) else {
        return;
    };
    let jobs = super::open(&url).await;
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .config(short_leases())
        .handles(Hangs)
        .build()
        .unwrap();
    worker.run(CancellationToken::new()).await;
}
