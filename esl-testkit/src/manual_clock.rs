//! A clock that stands still until told otherwise.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use esl_core::Timestamp;
use esl_core::ports::Clock;

/// Tells the time it was set to.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// Set to this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().expect("no holder panics");
        *now = (SystemTime::from(*now) + by).into();
    }

    /// Jumps to any instant, earlier ones included.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().expect("no holder panics") = now;
    }
}

impl Default for ManualClock {
    /// 2026-01-01, midnight.
    fn default() -> Self {
        Self::at("2026-01-01T00:00:00Z".parse().expect("a valid instant"))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no holder panics")
    }
}
