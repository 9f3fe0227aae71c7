//! How many requests one credential has under way at once.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use esl_core::ports::{HeldPermit, PermitKey, Permits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Requests answered in a row without complaint before one more is allowed again.
const RECOVERY: usize = 10;

/// Longest that everybody is held up; whoever is told to stay away for longer is told so again.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// A bound on concurrent requests. Clones share it: hand one to every recorder of a credential. With
/// [permits](Limiter::sharing) it holds over all processes.
///
/// It halves when the provider asks for fewer requests, and recovers slowly. When the provider says
/// for how long, nobody begins a request before that.
#[derive(Debug, Clone)]
pub struct Limiter {
    permits: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
    shared: Option<(Arc<dyn Permits>, PermitKey)>,
}

#[derive(Debug)]
struct State {
    /// What was asked for.
    asked: usize,
    /// What is allowed in good times.
    max: usize,
    /// What is allowed now.
    allowed: usize,
    /// Permits that exist: more than allowed while some to be withdrawn are still in use.
    existing: usize,
    /// Answers since the last change.
    answered: usize,
    /// How often it was halved.
    halvings: u64,
    /// No request begins before.
    paused_until: Option<Instant>,
}

/// The right to have one request under way; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    _shared: Option<HeldPermit>,
    limiter: Limiter,
    /// How often the limit had been halved when the request began.
    halvings: u64,
}

impl Limiter {
    /// Allows `max` requests at once, at least one.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(max)),
            state: Arc::new(Mutex::new(State {
                asked: max,
                max,
                allowed: max,
                existing: max,
                answered: 0,
                halvings: 0,
                paused_until: None,
            })),
            shared: None,
        }
    }

    /// The same limit, and over all processes that share the permits of `key` no more requests than a
    /// single one may have under way in good times.
    #[must_use]
    pub fn sharing(mut self, permits: Arc<dyn Permits>, key: PermitKey) -> Self {
        self.shared = Some((permits, key));
        self
    }

    /// Waits for a turn, first come, first served.
    pub async fn acquire(&self) -> Permit {
        let mut permit = Permit {
            // The semaphore is never closed; without a permit the request would just go ahead.
            permit: Arc::clone(&self.permits).acquire_owned().await.ok(),
            _shared: self.acquire_shared().await,
            limiter: self.clone(),
            halvings: 0,
        };
        while let Some(end) = self.pause() {
            tokio::time::sleep_until(end).await;
        }
        permit.halvings = self.state().halvings;
        permit
    }

    async fn acquire_shared(&self) -> Option<HeldPermit> {
        let (permits, key) = self.shared.as_ref()?;
        let max = u32::try_from(self.state().max).unwrap_or(u32::MAX);
        let limit = NonZeroU32::new(max)?;
        Some(permits.acquire(key, limit).await)
    }

    /// Until when no request may begin, if that is not over.
    fn pause(&self) -> Option<Instant> {
        let end = self.state().paused_until?;
        (Instant::now() < end).then_some(end)
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
    /// Takes note that the provider wants fewer requests, and none for as long as `pause`. Of
    /// requests that were under way together the first halves the limit.
    pub fn throttle(&self, pause: Option<Duration>) {
        let mut state = self.limiter.state();
        state.answered = 0;
        if state.halvings == self.halvings {
            state.halvings += 1;
            state.allowed = (state.allowed / 2).max(1);
            self.withdraw_idle(&mut state);
        }
        let end = pause.map(|pause| Instant::now() + pause.min(MAX_PAUSE));
        state.paused_until = state.paused_until.max(end);
    }

    /// Takes note that the account may have `max` requests under way, and no more.
    pub fn bound(&self, max: usize) {
        let mut state = self.limiter.state();
        state.max = state.asked.min(max.max(1));
        state.allowed = state.allowed.min(state.max);
        self.withdraw_idle(&mut state);
    }

    fn withdraw_idle(&self, state: &mut State) {
        let superfluous = state.existing.saturating_sub(state.allowed);
        state.existing -= self.limiter.permits.forget_permits(superfluous);
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
pub(crate) mod tests {
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
        permits[0].throttle(None);
        permits[1].throttle(None);
        assert_eq!((limiter.allowed(), available(&limiter)), (2, 0));
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
            limiter.acquire().await.throttle(None);
        }
        assert_eq!((limiter.allowed(), available(&limiter)), (1, 1));
    }

    #[tokio::test]
    async fn what_the_account_may_have_is_kept_until_it_changes() {
        let limiter = Limiter::new(8);
        limiter.acquire().await.bound(3);
        assert_eq!(available(&limiter), 3);
        for (bound, expected) in [(3, 3), (5, 5), (20, 8)] {
            limiter.acquire().await.bound(bound);
            for _ in 0..6 * RECOVERY {
                limiter.acquire().await.answered();
            }
            assert_eq!(
                (limiter.allowed(), available(&limiter)),
                (expected, expected)
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody() {
        let limiter = Limiter::new(2);
        let begin = Instant::now();
        let pause = Duration::from_secs(7);
        limiter.acquire().await.throttle(Some(pause));
        limiter.clone().acquire().await;
        assert_eq!(begin.elapsed(), pause);
    }

    /// Permits of a place where each limit is what was asked for first.
    #[derive(Debug, Default)]
    pub(crate) struct Place(tokio::sync::OnceCell<Arc<Semaphore>>);

    #[async_trait::async_trait]
    impl Permits for Place {
        async fn acquire(&self, _key: &PermitKey, limit: NonZeroU32) -> HeldPermit {
            let make = async || Arc::new(Semaphore::new(limit.get() as usize));
            let permits = self.0.get_or_init(make).await.clone();
            HeldPermit::new(permits.acquire_owned().await.unwrap())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn limiters_of_several_processes_keep_one_limit_together() {
        let place = Arc::new(Place::default());
        let process = || Limiter::new(2).sharing(place.clone(), PermitKey::of("test", "key"));
        let (one, other) = (process(), process());
        let _held = one.acquire().await;
        let last = other.acquire().await;
        let second = Duration::from_secs(1);
        for limiter in [&one, &other] {
            assert!(
                tokio::time::timeout(second, limiter.acquire())
                    .await
                    .is_err()
            );
        }
        drop(last);
        one.acquire().await;
        assert_eq!((available(&one), available(&other)), (1, 2));
    }

    #[tokio::test]
    async fn clones_share_the_limit() {
        let limiter = Limiter::new(1);
        let _held = limiter.clone().acquire().await;
        assert_eq!(available(&limiter), 0);
    }
}
