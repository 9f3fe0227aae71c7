//! The requests that one recording has under way, under a limit that it shares with others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::speech::limiter::{Limiter, Permit};

/// Counts the requests of one recording. Clones share the count.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Count>>);

#[derive(Debug, Default)]
struct Count {
    requests: usize,
    /// Listeners know that the recording waits.
    is_told: bool,
}

/// One of the requests, until it is dropped.
#[derive(Debug)]
pub(super) struct Counted(UnderWay);

impl UnderWay {
    /// Waits for a turn; calls `tell`, once, if others have all of them.
    pub(super) async fn enter(&self, limiter: &Limiter, tell: impl FnOnce()) -> (Permit, Counted) {
        if let Some(entered) = self.enter_at_once(limiter) {
            return entered;
        }
        if self.waits_for_others() {
            tell();
        }
        let permit = limiter.acquire().await;
        self.count().requests += 1;
        (permit, self.counted())
    }

    fn enter_at_once(&self, limiter: &Limiter) -> Option<(Permit, Counted)> {
        // Both at once: otherwise another request of ours might seem to be somebody else's.
        let mut count = self.count();
        let permit = limiter.try_acquire()?;
        count.requests += 1;
        drop(count);
        Some((permit, self.counted()))
    }

    fn waits_for_others(&self) -> bool {
        let mut count = self.count();
        count.requests == 0 && !std::mem::replace(&mut count.is_told, true)
    }

    fn counted(&self) -> Counted {
        self.count().is_told = false;
        Counted(self.clone())
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.count().requests -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_requests_of_others_are_waited_for_aloud() {
        let limiter = Limiter::new(1);
        let (ours, others) = (UnderWay::default(), UnderWay::default());
        let held = ours.enter(&limiter, || panic!("there is a turn")).await;
        let told = std::cell::Cell::new(0);
        let tell = || told.set(told.get() + 1);
        tokio::join!(
            async {
                drop(ours.enter(&limiter, || panic!("it is our own")).await);
            },
            async {
                drop(others.enter(&limiter, tell).await);
            },
            async {
                tokio::task::yield_now().await;
                drop(held);
            },
        );
        assert_eq!(told.get(), 1);
    }
}
