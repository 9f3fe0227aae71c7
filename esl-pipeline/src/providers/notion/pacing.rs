//! Keeps the requests of one token apart, and quiet while Notion asks for a pause.
//!
//! A token bucket. A request waits at most for its place in it; while a pause is on, it is turned
//! away instead, so that whoever waits it out can still be stopped. With permits, no more requests
//! begin within a window of some seconds than the pace allows, in all processes together.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use esl_core::ports::{PermitKey, Permits};
use tokio::time::Instant;

use super::Pace;

/// The longest time between two requests, whatever the settings say.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// Over how long processes together keep to the pace, about.
const WINDOW: Duration = Duration::from_secs(5);

/// Who may go when.
#[derive(Debug)]
pub(super) struct Pacer {
    interval: Duration,
    /// How far ahead of the steady pace a request may be.
    credit: Duration,
    state: Mutex<State>,
    shared: Option<Shared>,
}

/// What processes keep together: each request holds a permit for as long as the window is.
#[derive(Debug)]
struct Shared {
    permits: Arc<dyn Permits>,
    key: PermitKey,
    limit: NonZeroU32,
    window: Duration,
}

#[derive(Debug)]
struct State {
    /// When the next request would go at the steady pace.
    next: Instant,
    paused_until: Instant,
}

/// There is a pause for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paused(pub(super) Duration);

impl Pacer {
    pub(super) fn new(pace: Pace) -> Self {
        let seconds = 1.0 / pace.per_second;
        let interval = Duration::try_from_secs_f64(seconds)
            .unwrap_or(LONGEST_INTERVAL)
            .min(LONGEST_INTERVAL);
        let now = Instant::now();
        Self {
            interval,
            credit: interval * pace.burst.clamp(1, 100) - interval,
            state: Mutex::new(State {
                next: now,
                paused_until: now,
            }),
            shared: None,
        }
    }

    /// The same pace, and in the long run no faster a one over all processes that share the permits
    /// of `key`.
    pub(super) fn sharing(mut self, permits: Arc<dyn Permits>, key: PermitKey) -> Self {
        let fitting = WINDOW.as_secs_f64() / self.interval.as_secs_f64().max(0.01);
        let limit = NonZeroU32::new(fitting as u32).unwrap_or(NonZeroU32::MIN);
        let window = self.interval * limit.get();
        self.shared = Some(Shared {
            permits,
            key,
            limit,
            window,
        });
        self
    }

    /// Waits for a place.
    pub(super) async fn turn(&self) -> Result<(), Paused> {
        let place = self.reserve()?;
        tokio::time::sleep_until(place).await;
        if let Some(shared) = &self.shared {
            shared.turn().await;
        }
        // Somebody may have been asked to pause meanwhile.
        self.lock().check_pause(Instant::now())
    }

    /// Lets nobody go for so long, and those after that only at the steady pace.
    pub(super) fn pause(&self, rest: Duration) {
        let mut state = self.lock();
        let end = Instant::now() + rest;
        state.paused_until = state.paused_until.max(end);
        state.next = state.next.max(end + self.credit);
    }

    fn reserve(&self) -> Result<Instant, Paused> {
        let mut state = self.lock();
        let now = Instant::now();
        state.check_pause(now)?;
        let next = state.next.max(now);
        state.next = next + self.interval;
        Ok(next.checked_sub(self.credit).unwrap_or(now))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    async fn turn(&self) {
        let permit = self.permits.acquire(&self.key, self.limit).await;
        let window = self.window;
        tokio::spawn(async move {
            tokio::time::sleep(window).await;
            drop(permit);
        });
    }
}

impl State {
    fn check_pause(&self, now: Instant) -> Result<(), Paused> {
        let rest = self.paused_until.saturating_duration_since(now);
        if rest.is_zero() {
            Ok(())
        } else {
            Err(Paused(rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer() -> Pacer {
        Pacer::new(Pace {
            per_second: 2.0,
            burst: 3,
        })
    }

    async fn millis_of_turns(pacer: &Pacer, turns: usize) -> Vec<u128> {
        let start = Instant::now();
        let mut millis = Vec::new();
        for _ in 0..turns {
            pacer.turn().await.unwrap();
            millis.push(start.elapsed().as_millis());
        }
        millis
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_followed_by_the_steady_pace() {
        let pacer = pacer();
        assert_eq!(millis_of_turns(&pacer, 5).await, [0, 0, 0, 500, 1000]);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(millis_of_turns(&pacer, 4).await, [0, 0, 0, 500]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_turns_everybody_away_and_ends_without_a_burst() {
        let pacer = pacer();
        pacer.pause(Duration::from_secs(7));
        pacer.pause(Duration::from_secs(3));
        assert_eq!(pacer.turn().await, Err(Paused(Duration::from_secs(7))));
        tokio::time::sleep(Duration::from_secs(7)).await;
        assert_eq!(millis_of_turns(&pacer, 3).await, [0, 500, 1000]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_place_hears_of_a_pause() {
        let pacer = pacer();
        millis_of_turns(&pacer, 3).await;
        let waiting = pacer.turn();
        tokio::pin!(waiting);
        assert!(
            tokio::time::timeout(Duration::from_millis(100), &mut waiting)
                .await
                .is_err()
        );
        pacer.pause(Duration::from_secs(10));
        assert_eq!(waiting.await, Err(Paused(Duration::from_millis(9_600))));
    }

    #[tokio::test(start_paused = true)]
    async fn processes_that_share_a_token_keep_the_pace_together() {
        let place = Arc::new(crate::speech::limiter::tests::Place::default());
        let process = || pacer().sharing(place.clone(), PermitKey::of("notion", "token"));
        let (one, other) = (process(), process());
        let turns = async { tokio::join!(millis_of_turns(&one, 30), millis_of_turns(&other, 30)) };
        let (one, other) = turns.await;
        let mut begun = [one, other].concat();
        begun.sort_unstable();
        // Two a second: ten in any five seconds.
        assert!(
            begun.windows(11).all(|some| some[10] - some[0] >= 5000),
            "{begun:?}"
        );
        assert!(begun[59] <= 30_000, "{begun:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_senseless_pace_is_a_slow_one() {
        for per_second in [0.0, -1.0, f64::NAN] {
            let pacer = Pacer::new(Pace {
                per_second,
                burst: 0,
            });
            assert_eq!(millis_of_turns(&pacer, 2).await, [0, 60_000]);
        }
    }
}
