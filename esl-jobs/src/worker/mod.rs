//! The worker: runs the jobs of a store by handlers, in slots that do not wait for each other.
//!
//! ```text
//! queue ─hint─► fetcher ─claim─► slots ─result─► reporter ─batch─► store
//!                 one            many              one
//!        keeper: renews leases, notices cancelled and lost jobs
//!        reaper: takes jobs away from workers that died
//!     scheduler: submits upkeep when its time has come, where there is one
//! ```
//!
//! Knows ports only. Every report names its attempt, so whatever a worker says about a job that was
//! taken away from it changes nothing.

mod builder;
mod dice;
mod envelope;
mod health;
mod hints;
mod keeper;
mod observer;
mod outcomes;
mod pace;
mod progress;
mod reaper;
mod reporter;
mod running;
mod shutdown;
mod slots;
mod stages;
mod step;
mod waiting;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::{Actor, Backoff, JobKind, WorkerId};
use esl_core::ports::{JobHandler, JobStore, Queue};
use tokio::sync::{Notify, watch};

use crate::scheduler::Scheduler;

pub use builder::{BuildError, WorkerBuilder};
pub use health::Health;
pub use observer::{Observer, Seen};
pub use step::Step;

use pace::Pace;
use reporter::Reporter;
use running::Running;
use slots::Slots;
use waiting::Waiting;

/// What a worker can be told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkerConfig {
    /// How many jobs run at the same time. Default 3; 1 to 64.
    pub concurrency: usize,
    /// How long a job stays this worker's own if nothing is heard of it. Default 60 s.
    pub lease: Duration,
    /// How often leases are renewed. Default 15 s.
    pub heartbeat: Duration,
    /// How soon a job that somebody cancelled is noticed. Default 1 s.
    pub look_for_cancelled: Duration,
    /// How often jobs are taken away from workers that died. Default 15 s.
    pub reap: Duration,
    /// How long one attempt may take. Default 30 min.
    pub timeout: Duration,
    /// How long a handler that was told to stop may take before it is dropped. Default 5 s.
    pub patience: Duration,
    /// How long running jobs may go on after a shutdown began. Default 20 s.
    pub grace: Duration,
    /// How long an idle worker waits at most before it looks by itself. Default 5 s.
    pub idle: Duration,
    /// How long a job waits after an attempt that failed.
    pub backoff: Backoff,
    /// After how many failures in a row to fetch jobs the worker rests. Default 5.
    pub failures: u32,
    /// For how long it rests then, unless the store is heard to answer again before. Default 60 s.
    pub rest: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            concurrency: 3,
            lease: seconds(60),
            heartbeat: seconds(15),
            look_for_cancelled: seconds(1),
            reap: seconds(15),
            timeout: seconds(30 * 60),
            patience: seconds(5),
            grace: seconds(20),
            idle: seconds(5),
            backoff: Backoff::default(),
            failures: 5,
            rest: seconds(60),
        }
    }
}

/// Runs jobs. Made by [`Worker::builder`].
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    scheduler: Option<Scheduler>,
}

/// What all parts of a worker have in common.
struct Shared {
    /// Made anew at each start.
    id: WorkerId,
    config: WorkerConfig,
    store: Arc<dyn JobStore>,
    queue: Arc<dyn Queue>,
    handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
    observer: Arc<dyn Observer>,
    slots: Slots,
    waiting: Waiting,
    pace: Pace,
    /// Whether the last claim found less than it asked for.
    is_drained: AtomicBool,
    /// Whether to ask the store again: it did not answer, and may hold jobs for this worker that it
    /// has not heard of.
    is_in_doubt: AtomicBool,
    /// Whether the queue is out of reach, though the store may not be.
    is_deaf: AtomicBool,
    /// Rung when the store answers again.
    store_is_back: Notify,
    running: Running,
    reporter: Reporter,
    shutting_down: CancellationToken,
    health: watch::Sender<Health>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("id", &self.id)
            .field("store", &self.store)
            .field("handlers", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn actor(&self) -> Actor {
        Actor::Worker(self.id)
    }
}

impl Worker {
    /// A worker on the jobs of a store, told of them by a queue.
    #[must_use]
    pub fn builder(store: Arc<dyn JobStore>, queue: Arc<dyn Queue>) -> WorkerBuilder {
        WorkerBuilder::new(store, queue)
    }

    /// Who the worker is in the store.
    #[must_use]
    pub fn id(&self) -> WorkerId {
        self.shared.id
    }

    /// Whether the worker gets on, now and later.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.subscribe()
    }

    /// Runs jobs until `shutdown` is cancelled, then lets running ones end or gives them back. If the
    /// store is out of reach by then, it is waited for until the leases have run out.
    pub async fn run(self, shutdown: CancellationToken) {
        let shared = &self.shared;
        let reporting = tokio::spawn(reporter::report_all(shared.clone()));
        let keeping = tokio::spawn(keeper::keep(shared.clone()));
        let reaping = tokio::spawn(reaper::reap(shared.clone()));
        let scheduling = self
            .scheduler
            .map(|scheduler| tokio::spawn(scheduler.run()));
        step::fetch(shared, &shutdown).await;
        reaping.abort();
        if let Some(scheduling) = scheduling {
            scheduling.abort();
        }
        shutdown::end(shared, reporting).await;
        keeping.abort();
    }
}
