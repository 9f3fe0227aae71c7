//! A clock that goes as fast as the runtime's timers, which tests pause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use esl_core::Timestamp;
use esl_core::ports::Clock;
use tokio::time::Instant;

/// Tells a made-up date that advances with `tokio::time`: while a test's runtime is paused, both
/// stand still until everything waits.
#[derive(Debug)]
pub struct RuntimeClock {
    started: Instant,
    date: Mutex<SystemTime>,
}

impl RuntimeClock {
    /// Set to this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            started: Instant::now(),
            date: Mutex::new(now.into()),
        }
    }

    /// Jumps ahead, as a machine's clock may when it is corrected.
    pub fn jump_ahead(&self, by: Duration) {
        *self.date() += by;
    }

    /// Jumps back, as a machine's clock may when it is corrected.
    pub fn jump_back(&self, by: Duration) {
        *self.date() -= by;
    }

    fn date(&self) -> std::sync::MutexGuard<'_, SystemTime> {
        self.date.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RuntimeClock {
    /// 2026-01-01, midnight.
    fn default() -> Self {
        Self::at("2026-01-01T00:00:00Z".parse().expect("a valid instant"))
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        (*self.date() + self.started.elapsed()).into()
    }
}
