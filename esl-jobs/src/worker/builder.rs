//! Putting a worker together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use esl_core::CancellationToken;
use esl_core::job::{JobKind, Payload, WorkerId};
use esl_core::ports::{HandlePayload, JobHandler, JobStore, Queue, ReadsPayload};
use tokio::sync::{Notify, watch};

use super::observer::{NoObserver, Observer};
use super::pace::Pace;
use super::reporter::Reporter;
use super::running::Running;
use super::slots::Slots;
use super::waiting::Waiting;
use super::{Shared, Worker, WorkerConfig};
use crate::scheduler::Scheduler;

/// How many jobs one worker may run at the same time.
const MOST_SLOTS: usize = 64;

/// Collects what a worker needs. Made by [`Worker::builder`].
#[derive(Debug)]
pub struct WorkerBuilder {
    store: Arc<dyn JobStore>,
    queue: Arc<dyn Queue>,
    config: WorkerConfig,
    handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
    scheduler: Option<Scheduler>,
    observer: Arc<dyn Observer>,
}

/// A worker cannot be made like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nobody would do any work.
    #[error("a worker needs at least one handler")]
    NoHandler,
    /// Too few or too many jobs at the same time.
    #[error("a worker runs 1 to {MOST_SLOTS} jobs at the same time, not {0}")]
    Concurrency(usize),
    /// Leases would run out between two renewals.
    #[error("leases must last longer than two heartbeats")]
    Lease,
}

impl WorkerBuilder {
    pub(super) fn new(store: Arc<dyn JobStore>, queue: Arc<dyn Queue>) -> Self {
        Self {
            store,
            queue,
            config: WorkerConfig::default(),
            handlers: HashMap::new(),
            scheduler: None,
            observer: Arc::new(NoObserver),
        }
    }

    /// Has jobs of one kind done by a handler that reads its payload itself.
    #[must_use]
    pub fn handler(mut self, kind: JobKind, handler: Arc<dyn JobHandler>) -> Self {
        self.handlers.insert(kind, handler);
        self
    }

    /// Has jobs of the kind that `P` belongs to done by a handler that is given their payloads.
    #[must_use]
    pub fn handles<P: Payload>(self, handler: impl HandlePayload<P>) -> Self {
        self.handler(P::KIND, Arc::new(ReadsPayload::<P, _>::new(handler)))
    }

    /// Has upkeep submitted while the worker runs. To be handled like any other kind of job.
    #[must_use]
    pub fn schedule(mut self, scheduler: Scheduler) -> Self {
        self.scheduler = Some(scheduler);
        self
    }

    /// Replaces the defaults.
    #[must_use]
    pub fn config(mut self, config: WorkerConfig) -> Self {
        self.config = config;
        self
    }

    /// Shows what the worker does to an observer, such as metrics.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Puts the worker together.
    ///
    /// # Errors
    /// [`BuildError`] if something is missing or out of range.
    pub fn build(self) -> Result<Worker, BuildError> {
        let config = self.config;
        if self.handlers.is_empty() {
            return Err(BuildError::NoHandler);
        }
        if !(1..=MOST_SLOTS).contains(&config.concurrency) {
            return Err(BuildError::Concurrency(config.concurrency));
        }
        if config.lease <= config.heartbeat * 2 {
            return Err(BuildError::Lease);
        }
        let shared = Shared {
            id: WorkerId::new(),
            slots: Slots::new(config.concurrency),
            waiting: Waiting::default(),
            pace: Pace::default(),
            is_drained: AtomicBool::new(false),
            is_in_doubt: AtomicBool::new(false),
            is_deaf: AtomicBool::new(false),
            store_is_back: Notify::new(),
            config,
            store: self.store,
            queue: self.queue,
            handlers: self.handlers,
            observer: self.observer,
            running: Running::default(),
            reporter: Reporter::default(),
            shutting_down: CancellationToken::new(),
            health: watch::Sender::default(),
        };
        Ok(Worker {
            shared: Arc::new(shared),
            scheduler: self.scheduler,
        })
    }
}
