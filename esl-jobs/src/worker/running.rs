//! What a worker runs at the moment.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use esl_core::CancellationToken;
use esl_core::job::Attempt;
use tokio::sync::Notify;

/// The attempts of a worker, from the claim until the store knows how they ended.
#[derive(Debug, Default)]
pub(super) struct Running {
    attempts: Mutex<HashMap<Attempt, CancellationToken>>,
    left: Notify,
}

impl Running {
    /// Takes note of an attempt; the token tells it to stop.
    pub(super) fn enter(&self, attempt: Attempt) -> CancellationToken {
        let stop = CancellationToken::new();
        self.attempts().insert(attempt, stop.clone());
        stop
    }

    /// Forgets an attempt.
    pub(super) fn leave(&self, attempt: Attempt) {
        self.attempts().remove(&attempt);
        self.left.notify_waiters();
    }

    pub(super) fn all(&self) -> Vec<Attempt> {
        self.attempts().keys().copied().collect()
    }

    /// Tells those of `attempts` to stop that are not among the ones held.
    pub(super) fn stop_lost(&self, attempts: &[Attempt], held: &[Attempt]) {
        let held: HashSet<_> = held.iter().collect();
        let running = self.attempts();
        for attempt in attempts.iter().filter(|attempt| !held.contains(attempt)) {
            if let Some(stop) = running.get(attempt) {
                stop.cancel();
            }
        }
    }

    /// Tells all to stop.
    pub(super) fn stop_all(&self) {
        for stop in self.attempts().values() {
            stop.cancel();
        }
    }

    /// Waits until nothing runs.
    pub(super) async fn idle(&self) {
        loop {
            let left = self.left.notified();
            if self.attempts().is_empty() {
                return;
            }
            left.await;
        }
    }

    fn attempts(&self) -> MutexGuard<'_, HashMap<Attempt, CancellationToken>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
