//! Taking jobs away from workers that died, and announcing what a queue does not know.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::StoreError;
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;

/// How many jobs are taken away, or announced, by one call.
const BATCH: usize = 100;

/// After how long an announcement that led to nothing is taken for lost.
const LOST: Duration = Duration::from_secs(60);

/// Looks for lost jobs and lost announcements, at once and then from time to time.
pub(super) async fn reap(shared: Arc<Shared>) {
    let mut ticks = interval(shared.config.reap);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = reap_once(&shared).await {
            tracing::warn!(%error, "cannot look for lost jobs");
        }
        if let Err(error) = reconcile(&shared).await {
            tracing::warn!(%error, "cannot announce jobs");
        }
    }
}

async fn reap_once(shared: &Shared) -> Result<(), StoreError> {
    loop {
        let reaped = shared.store.reap(BATCH).await?;
        for head in &reaped {
            tracing::warn!(job.id = %head.id, attempt = head.attempt, job.state = %head.state,
                "a job was taken away from a worker that is gone");
        }
        if reaped.len() < BATCH {
            return Ok(());
        }
    }
}

/// Tells a queue that names jobs of those it does not know, or does not know any more.
async fn reconcile(shared: &Shared) -> Result<(), StoreError> {
    if !shared.queue.capabilities().names_jobs {
        return Ok(());
    }
    let jobs = shared.store.announce(BATCH, LOST).await?;
    shared.queue.announce(&jobs).await
}
