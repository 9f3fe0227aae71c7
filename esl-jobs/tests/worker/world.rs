//! A store in memory, workers on it, and ways to look at what they do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::{
    Actor, Attempt, Cursor, Job, JobId, JobState, NewEvent, NewJob, News, Report, WorkerId,
};
use esl_core::ports::{
    EventLog, EventPage, Hint, JobFilter, JobStore, Queue, QueueCapabilities, StoreError,
};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::worker::{Worker, WorkerBuilder, WorkerConfig};
use esl_testkit::RuntimeClock;
use serde_json::Map;
use tokio::task::JoinHandle;

use crate::handlers::{Chore, DoesChores};
use crate::logs::Log;

pub(crate) struct World {
    pub(crate) jobs: Arc<MemoryJobs>,
    pub(crate) clock: Arc<RuntimeClock>,
    config: WorkerConfig,
}

/// Counts how often a worker asks for work. Can be unplugged.
#[derive(Debug)]
pub(crate) struct Counted {
    queue: Arc<MemoryJobs>,
    pub(crate) asked: AtomicUsize,
    pub(crate) is_unplugged: AtomicBool,
}

#[async_trait]
impl Queue for Counted {
    fn capabilities(&self) -> QueueCapabilities {
        self.queue.capabilities()
    }

    async fn announce(&self, jobs: &[JobId]) -> Result<(), StoreError> {
        Queue::announce(self.queue.as_ref(), jobs).await
    }

    async fn next(
        &self,
        worker: WorkerId,
        limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_unplugged.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable {
                operation: "listen",
                source: "unplugged".into(),
            });
        }
        self.queue.next(worker, limit, wait).await
    }

    async fn acknowledge(&self, worker: WorkerId, jobs: &[JobId]) -> Result<(), StoreError> {
        self.queue.acknowledge(worker, jobs).await
    }
}

/// A worker that runs.
pub(crate) struct Working {
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    pub(crate) async fn shut_down(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

pub(crate) fn one_slot() -> WorkerConfig {
    let mut config = WorkerConfig::default();
    config.concurrency = 1;
    config
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(WorkerConfig::default())
    }

    pub(crate) fn with(config: WorkerConfig) -> Self {
        Log::of_all();
        let clock = Arc::new(RuntimeClock::default());
        let jobs = Arc::new(MemoryJobs::new(clock.clone()));
        Self {
            jobs,
            clock,
            config,
        }
    }

    pub(crate) fn builder(&self) -> WorkerBuilder {
        let builder = Worker::builder(self.jobs.clone(), self.jobs.clone());
        builder.config(self.config.clone()).handles(DoesChores)
    }

    pub(crate) fn worker(&self) -> Worker {
        self.builder().build().unwrap()
    }

    pub(crate) async fn run(&self) -> Working {
        self.run_with(self.builder())
    }

    pub(crate) fn run_with(&self, builder: WorkerBuilder) -> Working {
        let shutdown = CancellationToken::new();
        let worker = builder.build().unwrap();
        let task = tokio::spawn(worker.run(shutdown.clone()));
        Working { shutdown, task }
    }

    /// The queue, counting questions.
    pub(crate) fn counted(&self) -> Arc<Counted> {
        Arc::new(Counted {
            queue: self.jobs.clone(),
            asked: AtomicUsize::new(0),
            is_unplugged: AtomicBool::new(false),
        })
    }

    /// A worker whose questions are counted.
    pub(crate) fn run_counted(&self) -> (Working, Arc<Counted>) {
        let counted = self.counted();
        let builder = Worker::builder(self.jobs.clone(), counted.clone());
        (self.run_with(builder.handles(DoesChores)), counted)
    }

    pub(crate) async fn succeed(&self, attempt: Attempt) {
        let output = Map::new();
        let news = News::Succeeded { output };
        self.report(Report::of_attempt(attempt, Actor::System, news))
            .await;
    }

    pub(crate) async fn submit(&self, chore: Chore) -> JobId {
        self.submit_job(NewJob::new(&chore)).await
    }

    pub(crate) async fn submit_job(&self, job: NewJob) -> JobId {
        self.jobs.submit(vec![job]).await.unwrap()[0].id
    }

    pub(crate) async fn report(&self, report: Report) {
        let mut results = self.jobs.report(vec![report]).await.unwrap();
        results.remove(0).unwrap();
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.jobs.jobs(&[id]).await.unwrap().remove(0)
    }

    /// The job once it has ended.
    pub(crate) async fn ended(&self, id: JobId) -> Job {
        self.follow(id, JobState::is_terminal).await
    }

    pub(crate) async fn reaches(&self, id: JobId, state: JobState) -> Job {
        self.follow(id, |now| now == state).await
    }

    async fn follow(&self, id: JobId, is_there: impl Fn(JobState) -> bool) -> Job {
        loop {
            let seen = EventLog::head(self.jobs.as_ref()).await.unwrap();
            let job = self.job(id).await;
            if is_there(job.head.state) {
                return job;
            }
            let wait = Duration::from_secs(24 * 3600);
            self.jobs.wait(seen, wait).await.unwrap();
        }
    }

    pub(crate) async fn events_of(&self, id: JobId) -> Vec<NewEvent> {
        let page = EventPage {
            job: Some(id),
            ..EventPage::after(Cursor::START, 1000)
        };
        let events = self.jobs.read(page).await.unwrap();
        events.into_iter().map(|one| one.event).collect()
    }

    pub(crate) async fn child_of(&self, id: JobId) -> JobId {
        let mut filter = JobFilter::default();
        filter.parent = Some(id);
        self.jobs.list(&filter).await.unwrap()[0].head.id
    }
}
