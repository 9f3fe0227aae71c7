//! Servers that stop, die and forget in the middle of the work, in real time.
#![cfg(all(feature = "postgres", feature = "redis"))]

#[path = "../together/counting.rs"]
mod counting;
mod servers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Cursor, Job, JobId, JobState, NewJob};
use esl_core::ports::{Done, EventLog, EventPage, HandlePayload, JobContext, JobError};
use esl_core::{CancellationToken, Classify, ErrorKind};
use esl_jobs::Jobs;
use esl_jobs::worker::{Health, Worker, WorkerConfig};
use esl_testkit::services::postgres::PostgresDatabase;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use counting::{Counts, Tally};
use servers::{Servers, flush};

const PATIENCE: Duration = Duration::from_secs(60);

/// How often readers and workers look by themselves: a wake-up that was to be told while nobody
/// listened is lost.
const LOOK: Duration = Duration::from_secs(1);

/// A worker that counts what it runs.
struct Working {
    tally: Arc<Tally>,
    health: watch::Receiver<Health>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    fn on(jobs: &Jobs) -> Self {
        Self::resting_after(WorkerConfig::default().failures, jobs)
    }

    /// One that rests after so many failures, for longer than a test waits.
    fn resting_after(failures: u32, jobs: &Jobs) -> Self {
        let tally = Arc::new(Tally::default());
        let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone());
        let mut config = WorkerConfig::default();
        config.failures = failures;
        config.rest = 60 * PATIENCE;
        config.idle = LOOK;
        let worker = worker.config(config).handles(Counts(tally.clone()));
        let worker = worker.build().unwrap();
        let health = worker.health();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(worker.run(shutdown.clone()));
        Self {
            tally,
            health,
            shutdown,
            task,
        }
    }

    async fn until(&mut self, health: Health) {
        let changed = self.health.wait_for(|now| *now == health);
        let changed = timeout(PATIENCE, changed).await;
        changed.expect("its health changes").unwrap();
    }

    /// The jobs that were run, in their order.
    async fn end(self) -> Vec<JobId> {
        self.shutdown.cancel();
        self.task.await.unwrap();
        self.tally.runs()
    }
}

/// Work that is done when the test says so.
#[derive(Debug, Clone, Default)]
struct Waits {
    begun: CancellationToken,
    done: CancellationToken,
}

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for Waits {
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        self.begun.cancel();
        self.done.cancelled().await;
        Ok(Done::default())
    }
}

/// The states of each job, once `count` jobs have ended.
async fn states(servers: &Servers, jobs: &Jobs, count: usize) -> BTreeMap<JobId, Vec<JobState>> {
    let states = timeout(PATIENCE, read_states(servers, jobs.events.as_ref(), count)).await;
    states.expect("all jobs end")
}

async fn read_states(
    servers: &Servers,
    events: &dyn EventLog,
    count: usize,
) -> BTreeMap<JobId, Vec<JobState>> {
    let mut has_postgres = servers.has_postgres();
    let (mut after, mut ends) = (Cursor::START, 0);
    let mut states: BTreeMap<JobId, Vec<JobState>> = BTreeMap::new();
    while ends < count {
        for one in events
            .read(EventPage::after(after, 100))
            .await
            .unwrap_or_default()
        {
            assert!(after < one.cursor);
            after = one.cursor;
            ends += usize::from(one.event.state.is_terminal());
            states
                .entry(one.event.job)
                .or_default()
                .push(one.event.state);
        }
        if events.wait(after, LOOK).await.is_err() {
            has_postgres.wait_for(|is_there| *is_there).await.unwrap();
        }
    }
    states
}

fn jobs(count: usize) -> Vec<NewJob> {
    (0..count).map(|_| counting::job()).collect()
}

/// Submits jobs one by one, each as often as it takes to get an answer.
async fn submit_stubbornly(jobs: &Jobs, new: Vec<NewJob>, mut has_postgres: watch::Receiver<bool>) {
    for job in new {
        while let Err(error) = jobs.store.submit(vec![job.clone()]).await {
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            has_postgres.wait_for(|is_there| *is_there).await.unwrap();
        }
    }
}

/// Submitters, workers and readers go on by themselves after the database went away under them; what
/// was submitted twice because its answer was lost is one job, and is run once.
async fn a_database_that_goes_away_costs_nothing(go_away: fn(&PostgresDatabase)) {
    let Some(servers) = Servers::start().await else {
        return;
    };
    let (api, host) = (servers.open_postgres().await, servers.open_postgres().await);
    let reader = servers.open_postgres().await;
    let worker = Working::on(&host);
    let new = jobs(1000);
    let ids: Vec<JobId> = new.iter().map(|job| job.id).collect();
    let has_postgres = servers.has_postgres();
    let submitting = tokio::spawn(async move { submit_stubbornly(&api, new, has_postgres).await });
    // Some end before.
    states(&servers, &reader, 20).await;
    servers.without_postgres(go_away).await;
    servers.with_postgres_again().await;
    let states = states(&servers, &reader, ids.len()).await;
    submitting.await.unwrap();
    assert_eq!(states.len(), ids.len());
    for id in &ids {
        let created = states[id]
            .iter()
            .filter(|state| **state == JobState::Queued);
        let runs = states[id]
            .iter()
            .filter(|state| **state == JobState::Running);
        // A claim whose answer was lost is given back, and counts as no run.
        assert_eq!(created.count(), runs.count(), "{:?}", states[id]);
        assert_eq!(states[id].last(), Some(&JobState::Succeeded));
    }
    let mut runs = worker.end().await;
    runs.sort_unstable();
    let mut once = ids;
    once.sort_unstable();
    assert_eq!(runs, once);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_restarted_costs_nothing() {
    a_database_that_goes_away_costs_nothing(PostgresDatabase::stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_killed_costs_nothing() {
    a_database_that_goes_away_costs_nothing(PostgresDatabase::kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_rests_works_as_soon_as_the_database_is_back() {
    let Some(servers) = Servers::start().await else {
        return;
    };
    let host = servers.open_postgres().await;
    // Seconds apart, so that the worker has seen the database gone.
    let mut worker = Working::resting_after(3, &host);
    servers.without_postgres(PostgresDatabase::stop).await;
    worker.until(Health::Resting).await;
    servers.with_postgres_again().await;
    worker.until(Health::Working).await;
    host.store.submit(jobs(20)).await.unwrap();
    states(&servers, &host, 20).await;
    assert_eq!(worker.end().await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_ends_though_it_cannot_tell_a_lost_database_what_it_did() {
    let Some(servers) = Servers::start().await else {
        return;
    };
    let host = servers.open_postgres().await;
    let work = Waits::default();
    let mut config = WorkerConfig::default();
    (config.grace, config.lease, config.heartbeat) = (LOOK, LOOK, LOOK / 4);
    let worker = Worker::builder(host.store.clone(), host.queue.clone()).config(config);
    let worker = worker.handles(work.clone()).build().unwrap();
    let shutdown = CancellationToken::new();
    let ended = tokio::spawn(worker.run(shutdown.clone()));
    host.store.submit(jobs(1)).await.unwrap();
    work.begun.cancelled().await;
    servers.without_postgres(PostgresDatabase::stop).await;
    work.done.cancel();
    shutdown.cancel();
    timeout(PATIENCE, ended).await.expect("it ends").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_down_refuses_everybody_at_once_and_keeps_nothing() {
    let Some(servers) = Servers::start().await else {
        return;
    };
    let api = servers.open_postgres().await;
    servers.without_postgres(PostgresDatabase::stop).await;
    let new = jobs(50);
    let ids: Vec<JobId> = new.iter().map(|job| job.id).collect();
    let mut submitting = tokio::task::JoinSet::new();
    for job in new {
        let store = api.store.clone();
        submitting.spawn(async move { store.submit(vec![job]).await });
    }
    let answers = timeout(PATIENCE, submitting.join_all()).await;
    for answer in answers.expect("nobody waits for the database") {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("submit jobs"), "{error}");
    }
    servers.with_postgres_again().await;
    let again = servers.open_postgres().await;
    assert!(again.store.jobs(&ids).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_run_while_redis_is_down_and_when_it_is_back() {
    let Some(mut servers) = Servers::start().await else {
        return;
    };
    let (api, host) = (servers.open().await, servers.open().await);
    let worker = Working::on(&host);
    servers.redis.stop();
    let submitted = api.store.submit(jobs(20)).await.unwrap();
    assert!(submitted.iter().all(|job| !job.reused));
    states(&servers, &api, 20).await;
    servers.redis.start_again();
    api.store.submit(jobs(20)).await.unwrap();
    let states = states(&servers, &api, 40).await;
    let whole = [JobState::Queued, JobState::Running, JobState::Succeeded];
    assert!(states.values().all(|states| *states == whole));
    assert_eq!(*worker.health.borrow(), Health::Working);
    assert_eq!(worker.end().await.len(), 40);
}

/// More jobs than are announced at a time.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_redis_forgot_are_announced_again_and_run_once() {
    let Some(servers) = Servers::start().await else {
        return;
    };
    let (api, host) = (servers.open().await, servers.open().await);
    api.store.submit(jobs(1500)).await.unwrap();
    flush(&servers.redis);
    let worker = Working::on(&host);
    let states = states(&servers, &api, 1500).await;
    let whole = [JobState::Queued, JobState::Running, JobState::Succeeded];
    assert!(states.values().all(|states| *states == whole));
    assert_eq!(worker.end().await.len(), 1500);
}
