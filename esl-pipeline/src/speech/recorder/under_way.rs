//! The requests that one recording has under way, under a limit that it shares with others.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::speech::limiter::{Limiter, Permit};

/// A wait that is not worth telling: other processes may have to be asked for a turn.
const MOMENT: Duration = Duration::from_millis(250);

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
    /// Waits for a turn; calls `tell`, once, if others keep all of them for more than a moment.
    pub(super) async fn enter(&self, limiter: &Limiter, tell: impl FnOnce()) -> (Permit, Counted) {
        let mut turn = pin!(limiter.acquire());
        let permit = match timeout(MOMENT, &mut turn).await {
            Ok(permit) => permit,
            Err(_) => {
                if self.waits_for_others() {
                    tell();
                }
                turn.await
            }
        };
        let mut count = self.count();
        count.requests += 1;
        count.is_told = false;
        drop(count);
        (permit, Counted(self.clone()))
    }

    fn waits_for_others(&self) -> bool {
        let mut count = self.count();
        count.requests == 0 && !std::mem::replace(&mut count.is_told, true)
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

    #[tokio::test(start_paused = true)]
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
                tokio::time::sleep(2 * MOMENT).await;
                drop(held);
            },
        );
        assert_eq!(told.get(), 1);
    }
}
