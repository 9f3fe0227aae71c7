//! Fetching work for free slots.

use std::sync::Arc;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::Job;
use esl_core::ports::{Claim, Hint, StoreError};
use tokio::sync::OwnedSemaphorePermit;

use super::health::Breaker;
use super::{Shared, Worker, envelope};

/// What one look for work came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was nothing to start.
    Idle,
    /// So many jobs were started.
    Started(usize),
}

impl Worker {
    /// Looks for work once, waiting for it up to `wait`, and starts what it finds in free slots. What
    /// [`Worker::run`] repeats; useful by itself in tests.
    ///
    /// # Errors
    /// [`StoreError`] if nothing could be claimed because of the store.
    pub async fn step(&self, wait: Duration) -> Result<Step, StoreError> {
        step(&self.shared, wait, &CancellationToken::new()).await
    }
}

/// Looks for work until there is a shutdown.
pub(super) async fn fetch(shared: &Arc<Shared>, shutdown: &CancellationToken) {
    let config = &shared.config;
    let mut breaker = Breaker::new(&shared.health, config.failures, config.rest);
    while !shutdown.is_cancelled() {
        match step(shared, config.idle, shutdown).await {
            Ok(_) => breaker.succeeded(),
            Err(error) => {
                tracing::warn!(%error, worker.id = %shared.id, "cannot fetch jobs, trying again");
                let pause = tokio::time::sleep(breaker.failed());
                let _ = shutdown.run_until_cancelled(pause).await;
            }
        }
    }
}

/// A shutdown ends waiting, but never a claim: its answer would be lost.
async fn step(
    shared: &Arc<Shared>,
    wait: Duration,
    shutdown: &CancellationToken,
) -> Result<Step, StoreError> {
    let Some(slots) = shutdown.run_until_cancelled(free_slots(shared)).await else {
        return Ok(Step::Idle);
    };
    let mut slots = slots?;
    let jobs = reserve(shared, slots.len(), wait, shutdown).await?;
    if jobs.is_empty() {
        return Ok(Step::Idle);
    }
    let started = jobs.len();
    for job in jobs {
        let stop = shared.running.enter(job.head.attempt());
        tokio::spawn(envelope::run(shared.clone(), job, stop, slots.pop()));
    }
    Ok(Step::Started(started))
}

/// Waits for a free slot and takes all there are.
async fn free_slots(shared: &Shared) -> Result<Vec<OwnedSemaphorePermit>, StoreError> {
    let first = shared.slots.clone().acquire_owned().await;
    let mut slots = vec![first.map_err(|_| StoreError::Closed)?];
    while let Ok(next) = shared.slots.clone().try_acquire_owned() {
        slots.push(next);
    }
    Ok(slots)
}

async fn reserve(
    shared: &Shared,
    count: usize,
    wait: Duration,
    shutdown: &CancellationToken,
) -> Result<Vec<Job>, StoreError> {
    let any = Claim::next(shared.id, count, shared.config.lease);
    if !shared.queue.capabilities().names_jobs {
        let found = shared.store.claim(any.clone()).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let listening = shared.queue.next(shared.id, count, wait);
    let Some(hint) = shutdown.run_until_cancelled(listening).await else {
        return Ok(Vec::new());
    };
    match hint? {
        Hint::Nothing => Ok(Vec::new()),
        Hint::Next => shared.store.claim(any).await,
        Hint::Jobs(hinted) => {
            // As many as were announced, but whatever ranks first by now.
            let as_many = Claim::next(shared.id, hinted.len(), shared.config.lease);
            let found = shared.store.claim(as_many).await?;
            // The hints come again; what was claimed does not.
            if let Err(error) = shared.queue.acknowledge(shared.id, &hinted).await {
                tracing::warn!(%error, "cannot tell the queue what was heard");
            }
            Ok(found)
        }
    }
}
