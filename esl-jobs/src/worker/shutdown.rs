//! Ending a worker without leaving anything behind.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::Shared;
use super::keeper::{give_back, give_back_waiting};

/// Lets running jobs come to a point from which another attempt can go on, and gives back those that do
/// not within the grace time.
pub(super) async fn wind_down(shared: &Arc<Shared>) {
    shared.shutting_down.cancel();
    give_back_waiting(shared, Duration::ZERO);
    let ended = timeout(shared.config.grace, shared.running.idle()).await;
    if ended.is_err() {
        // Given back first: what a handler says after it was stopped does not count any more.
        let left = shared.running.all();
        tracing::info!(worker.id = %shared.id, jobs = left.len(), "giving back what still runs");
        give_back(shared, left.into_iter().collect());
        shared.running.stop_all();
        // Bounded by the patience with handlers, and in any case by the lease, which ends everything.
        let _ = timeout(shared.config.lease, shared.running.idle()).await;
    }
    // Claimed, but the answer never came.
    match shared.store.held(shared.id).await {
        Ok(held) => give_back(shared, held.into_iter().collect()),
        Err(error) => tracing::warn!(%error, worker.id = %shared.id, "cannot give jobs back"),
    }
}
