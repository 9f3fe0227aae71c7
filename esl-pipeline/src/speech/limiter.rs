//! How many requests one credential has under way at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests answered in a row without complaint before one more is allowed again.
const RECOVERY: usize = 10;

/// A bound on concurrent requests. Clones share it: hand one to every recorder of a credential.
///
/// It halves when the provider asks for fewer requests, and recovers slowly.
#[derive(Debug, Clone)]
pub struct Limiter {
    permits: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    max: usize,
    /// What is allowed now.
    allowed: usize,
    /// Permits that exist: more than allowed while some to be withdrawn are still in use.
    existing: usize,
    /// Answers since the last change.
    answered: usize,
}

/// The right to have one request under way; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    limiter: Limiter,
}

impl Limiter {
    /// Allows `max` requests at once, at least one.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(max)),
            state: Arc::new(Mutex::new(State {
                max,
                allowed: max,
                existing: max,
                answered: 0,
            })),
        }
    }

    /// Waits for a turn, first come, first served.
    pub async fn acquire(&self) -> Permit {
        Permit {
            // The semaphore is never closed; without a permit the request would just go ahead.
            permit: Arc::clone(&self.permits).acquire_owned().await.ok(),
            limiter: self.clone(),
        }
    }

    /// Requests allowed at once now.
    #[must_use]
    pub fn allowed(&self) -> usize {
        self.state().allowed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Takes note that the provider wants fewer requests.
    pub fn throttle(&self) {
        let mut state = self.limiter.state();
        state.allowed = (state.allowed / 2).max(1);
        state.answered = 0;
    }

    /// Takes note that the request was answered.
    pub fn answered(&self) {
        let mut state = self.limiter.state();
        state.answered += 1;
        if state.answered >= RECOVERY && state.allowed < state.max {
            state.answered = 0;
            state.allowed += 1;
            if state.existing < state.allowed {
                state.existing += 1;
                self.limiter.permits.add_permits(1);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.existing > state.allowed
            && let Some(permit) = self.permit.take()
        {
            state.existing -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many permits can be held together now.
    fn available(limiter: &Limiter) -> usize {
        limiter.permits.available_permits()
    }

    #[tokio::test]
    async fn a_complaint_halves_the_limit_and_answers_restore_it() {
        let limiter = Limiter::new(4);
        let permits = [
            limiter.acquire().await,
            limiter.acquire().await,
            limiter.acquire().await,
        ];
        permits[0].throttle();
        drop(permits);
        assert_eq!((limiter.allowed(), available(&limiter)), (2, 2));
        for _ in 0..2 * RECOVERY {
            limiter.acquire().await.answered();
        }
        assert_eq!((limiter.allowed(), available(&limiter)), (4, 4));
        for _ in 0..2 * RECOVERY {
            limiter.acquire().await.answered();
        }
        assert_eq!(available(&limiter), 4);
    }

    #[tokio::test]
    async fn one_request_is_always_allowed() {
        let limiter = Limiter::new(0);
        for _ in 0..3 {
            limiter.acquire().await.throttle();
        }
        assert_eq!((limiter.allowed(), available(&limiter)), (1, 1));
    }

    #[tokio::test]
    async fn clones_share_the_limit() {
        let limiter = Limiter::new(1);
        let _held = limiter.clone().acquire().await;
        assert_eq!(available(&limiter), 0);
    }
}
