//! How many pieces of sound are worked on at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bound on decoding, measuring and encoding. Clones share it: hand one to everything that runs on
/// a machine. By default as many at once as there are processors.
#[derive(Debug, Clone)]
pub struct Encoders(Arc<Semaphore>);

impl Encoders {
    /// Allows `max` pieces at once, at least one.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(max)))
    }

    /// Waits for a turn; none if turns are over, which they never are.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().acquire_owned().await.ok()
    }
}

impl Default for Encoders {
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }
}
