//! Jobs that were claimed and wait for a slot.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::Job;
use tokio::time::Instant;

/// A job that this worker holds and has not begun.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) job: Job,
    /// Tells it to stop.
    pub(super) stop: CancellationToken,
    since: Instant,
}

impl Claimed {
    pub(super) fn new(job: Job, stop: CancellationToken) -> Self {
        let since = Instant::now();
        Self { job, stop, since }
    }
}

/// They are begun in the order in which they were claimed.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<VecDeque<Claimed>>);

impl Waiting {
    pub(super) fn add(&self, jobs: impl Iterator<Item = Claimed>) {
        self.jobs().extend(jobs);
    }

    pub(super) fn next(&self) -> Option<Claimed> {
        self.jobs().pop_front()
    }

    pub(super) fn count(&self) -> usize {
        self.jobs().len()
    }

    /// Takes away those that have waited at least for so long.
    pub(super) fn take(&self, at_least: Duration) -> Vec<Claimed> {
        let mut jobs = self.jobs();
        let old = jobs.partition_point(|job| job.since.elapsed() >= at_least);
        jobs.drain(..old).collect()
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Claimed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
