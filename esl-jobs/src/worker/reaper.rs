//! Taking jobs away from workers that died.

use std::sync::Arc;

use esl_core::ports::StoreError;
use esl_core::with_causes;
use tokio::time::{MissedTickBehavior, interval};

use super::outcomes::log_waiting;
use super::{Seen, Shared};

/// How many jobs are taken away by one call.
const BATCH: usize = 100;

/// Looks for lost jobs, at once and then from time to time.
pub(super) async fn reap(shared: Arc<Shared>) {
    let mut ticks = interval(shared.config.reap);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = reap_all(&shared).await {
            tracing::warn!(error = %with_causes(&error), "cannot look for lost jobs");
        }
    }
}

async fn reap_all(shared: &Shared) -> Result<(), StoreError> {
    loop {
        let reaped = shared.store.reap(BATCH).await?;
        for head in &reaped {
            shared.observer.see(Seen::Lost(head));
            tracing::warn!(
                job.id = %head.id,
                run.id = %head.id,
                attempt = head.attempt,
                job.state = %head.state,
                "a job was taken away from a worker that is gone"
            );
            if head.state.is_terminal() {
                shared.observer.see(Seen::Ended(head));
            } else {
                log_waiting(head);
            }
        }
        if reaped.len() < BATCH {
            return Ok(());
        }
    }
}
