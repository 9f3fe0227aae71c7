//! Keeping the window of announced jobs full.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{Clock, EventLog, JobStore, Queue, StoreError};
use tokio::task::JoinHandle;

use super::RedisQueue;

/// How many jobs are announced by one call.
const PAGE: usize = 500;

/// How long to go without a look at most.
const PAUSE: Duration = Duration::from_secs(5);

/// How long to wait after something failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Announces jobs for as long as it lives.
#[derive(Debug)]
pub struct Pump(JoinHandle<()>);

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl RedisQueue {
    /// Announces the jobs of a store, in the order of their ranks, as soon as there is room for them.
    #[must_use = "jobs are announced for as long as the pump lives"]
    pub fn keep_filled(
        self: Arc<Self>,
        store: Arc<dyn JobStore>,
        events: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
    ) -> Pump {
        Pump(tokio::spawn(async move {
            loop {
                let pumped = pump(&self, store.as_ref(), events.as_ref(), clock.as_ref()).await;
                if let Err(error) = pumped {
                    tracing::warn!(%error, "cannot announce jobs, trying again");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }))
    }
}

/// Fills the window, then waits until something happens.
async fn pump(
    queue: &RedisQueue,
    store: &dyn JobStore,
    events: &dyn EventLog,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    // Looked at first: what happens meanwhile is not waited for.
    let seen = events.head().await?;
    let is_full = fill(queue, store).await?;
    let wait = match store.next_due().await? {
        Some(due) if !is_full => due.since(clock.now()).min(PAUSE),
        _ => PAUSE,
    };
    events.wait(seen, wait).await
}

/// Whether the window is full.
async fn fill(queue: &RedisQueue, store: &dyn JobStore) -> Result<bool, StoreError> {
    // Asked first: while Redis is out of reach, no job is marked as announced.
    queue.make_group().await?;
    loop {
        let room = queue.room().await?.min(PAGE);
        // Few large announcements cost less than many small ones.
        if room <= queue.window / 4 {
            return Ok(true);
        }
        let jobs = store.announce(room, queue.lost_after()).await?;
        queue.announce(&jobs).await?;
        if jobs.len() < room {
            return Ok(false);
        }
    }
}
