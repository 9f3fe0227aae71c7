//! Ending a worker without leaving anything behind.

use std::sync::Arc;
use std::time::Duration;

use esl_core::with_causes;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Shared;
use super::keeper::{give_back, give_back_waiting};

/// Winds down, but waits for a store that is out of reach no longer than until the leases have run
/// out: by then others may do what it was not told of.
pub(super) async fn end(shared: &Arc<Shared>, mut reporting: JoinHandle<()>) {
    let patience = shared.config.grace + shared.config.lease;
    let told = async {
        wind_down(shared).await;
        shared.reporter.close();
        // The task ends once everything is told; it does not panic.
        let _ = (&mut reporting).await;
    };
    if timeout(patience, told).await.is_err() {
        reporting.abort();
        let message = "the store could not be told how jobs ended; they will be run again";
        tracing::warn!(worker.id = %shared.id, "{message}");
    }
}

/// Lets running jobs come to a point from which another attempt can go on, and gives back those that do
/// not within the grace time.
async fn wind_down(shared: &Arc<Shared>) {
    shared.shutting_down.cancel();
    give_back_waiting(shared, Duration::ZERO);
    let ended = timeout(shared.config.grace, shared.running.idle()).await;
    if ended.is_err() {
        // Given back first: what a handler says after it was stopped does not count any more.
        let left = shared.running.all();
        tracing::info!(worker.id = %shared.id, jobs = left.len(), "giving back what still runs");
        give_back(shared, left.into_iter().collect());
        shared.running.stop_all();
        shared.running.idle().await;
    }
    // Claimed, but the answer never came.
    match shared.store.held(shared.id).await {
        Ok(held) => give_back(shared, held.into_iter().collect()),
        Err(error) => {
            tracing::warn!(error = %with_causes(&error), worker.id = %shared.id, "cannot give jobs back");
        }
    }
}
