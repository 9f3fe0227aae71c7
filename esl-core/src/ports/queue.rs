//! Who hears first that there is work.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::job::{JobId, WorkerId};

/// Tells workers that there may be something to claim. Hints only: the store decides who runs what,
/// and a queue that forgets everything loses no job.
///
/// Contract (`esl_testkit::conformance::queue`):
/// - After `announce` returned, a worker that asks, or was waiting, gets a hint that leads to the
///   announced job, unless it was started meanwhile or another worker got the hint.
/// - A hint may be wrong, late or given twice; a claim on it then finds nothing.
/// - A hint that nobody acknowledged is given again, at the latest when its worker has been silent
///   for the time the queue was configured with.
/// - Queues of different namespaces do not hear each other.
#[async_trait]
pub trait Queue: fmt::Debug + Send + Sync + 'static {
    /// What the queue can do.
    fn capabilities(&self) -> QueueCapabilities;

    /// Tells that these jobs may be started. Does not wait for anybody to hear it.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn announce(&self, jobs: &[JobId]) -> Result<(), StoreError>;

    /// Waits until there may be work for `worker`, at most for `wait`, and says what to claim.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn next(
        &self,
        worker: WorkerId,
        limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError>;

    /// Forgets hints that were acted on, whatever came of it.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn acknowledge(&self, worker: WorkerId, jobs: &[JobId]) -> Result<(), StoreError>;
}

/// What a worker should try to claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Nothing was heard.
    Nothing,
    /// Whatever the store has next.
    Next,
    /// Whatever the store has next: there were these, and there may be more urgent ones by now.
    Jobs(Vec<JobId>),
}

/// What queues differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCapabilities {
    /// Whether the queue names jobs: somebody has to announce them and to acknowledge the hints.
    /// Otherwise the store wakes the queue by itself, and a hint says no more than that.
    pub names_jobs: bool,
}
