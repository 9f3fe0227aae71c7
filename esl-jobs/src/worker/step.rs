//! Fetching work for slots.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use esl_core::job::{Job, JobId};
use esl_core::ports::{Claim, Hint, StoreError};
use esl_core::{CancellationToken, with_causes};
use tokio::time::{Instant, sleep, timeout};

use super::health::Breaker;
use super::waiting::Claimed;
use super::{Shared, Worker, dice, hints, slots};

/// What one look for work came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was nothing to start.
    Idle,
    /// So many jobs were claimed: as many as slots were free, or a few more if jobs end sooner than
    /// claims are answered.
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
        // Heard from here on, also while nobody waits for it yet.
        let store_is_back = shared.store_is_back.notified();
        match step(shared, config.idle, shutdown).await {
            Ok(_) => breaker.succeeded(),
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), worker.id = %shared.id, "cannot fetch jobs, trying again");
                // It may have claimed jobs all the same.
                shared.is_in_doubt.store(true, Ordering::Relaxed);
                let pause = timeout(breaker.failed(dice::roll()), store_is_back);
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
    let Some(room) = shutdown.run_until_cancelled(slots::room(shared)).await else {
        return Ok(Step::Idle);
    };
    let hearing = hear(shared, room, wait);
    let Some(heard) = shutdown.run_until_cancelled(hearing).await else {
        return Ok(Step::Idle);
    };
    let Some(hinted) = heard? else {
        return Ok(Step::Idle);
    };
    let found = claim(shared, room).await?;
    let started: HashSet<JobId> = found.iter().map(|job| job.head.id).collect();
    start(shared, found);
    // The hints come again; what was claimed does not.
    if let Err(error) = hints::pass_on(shared, &hinted, &started).await {
        tracing::warn!(error = %with_causes(&error), "cannot tell the queue what was heard");
    }
    Ok(match started.len() {
        0 => Step::Idle,
        count => Step::Started(count),
    })
}

fn start(shared: &Arc<Shared>, jobs: Vec<Job>) {
    let claimed = jobs.into_iter().map(|job| {
        let stop = shared.running.enter(job.head.attempt());
        Claimed::new(job, stop)
    });
    shared.waiting.add(claimed);
    slots::fill(shared);
}

/// Waits until there may be work, and says which hints are to be acknowledged. Nobody has to be told
/// of work as long as there was more than could be claimed; nor does anybody where the queue is lost,
/// which is no more than a hint.
async fn hear(
    shared: &Shared,
    room: usize,
    wait: Duration,
) -> Result<Option<Vec<JobId>>, StoreError> {
    let there_is_more = !shared.is_drained.load(Ordering::Relaxed);
    let names_jobs = shared.queue.capabilities().names_jobs;
    if there_is_more && !names_jobs {
        return Ok(Some(Vec::new()));
    }
    let wait = if there_is_more { Duration::ZERO } else { wait };
    let heard = shared.queue.next(shared.id, room, wait).await;
    if names_jobs {
        tell_of_loss(shared, heard.as_ref().err());
    }
    Ok(match heard {
        Ok(Hint::Jobs(hinted)) => Some(hinted),
        Ok(Hint::Next) => Some(Vec::new()),
        Ok(Hint::Nothing) => there_is_more.then(Vec::new),
        Err(_) if names_jobs => {
            sleep(wait).await;
            Some(Vec::new())
        }
        Err(error) => return Err(error),
    })
}

/// Says when the queue is lost and when it is back, once each.
fn tell_of_loss(shared: &Shared, error: Option<&StoreError>) {
    let was_deaf = shared.is_deaf.swap(error.is_some(), Ordering::Relaxed);
    match error {
        Some(error) if !was_deaf => tracing::warn!(
            error = %with_causes(error),
            worker.id = %shared.id,
            "cannot hear of jobs, looking for them in the store"
        ),
        None if was_deaf => tracing::info!(worker.id = %shared.id, "hears of jobs again"),
        _ => {}
    }
}

/// Whatever ranks first, whichever jobs were hinted at.
async fn claim(shared: &Shared, room: usize) -> Result<Vec<Job>, StoreError> {
    let asked = Instant::now();
    let claim = Claim::next(shared.id, room, shared.config.lease);
    let found = shared.store.claim(claim).await?;
    shared
        .is_drained
        .store(found.len() < room, Ordering::Relaxed);
    if !found.is_empty() {
        shared.pace.claimed(asked.elapsed());
    }
    Ok(found)
}
