//! How long a job waits after an attempt that failed. Pure: callers bring the dice.

use std::time::Duration;

use crate::Retry;

/// Exponential back-off with a fifth of jitter either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first attempt; doubles with each. Default 1 s.
    pub base: Duration,
    /// The longest wait that is chosen here. Default 60 s.
    pub cap: Duration,
    /// The longest wait that a service can ask for. Default 10 min.
    pub cap_asked: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(60),
            cap_asked: Duration::from_secs(600),
        }
    }
}

impl Backoff {
    /// The wait after attempt number `attempt` (from 1) failed with this advice, or `None` where
    /// trying again cannot help. `dice` is a number from 0 to 1.
    ///
    /// An attempt that gave up after tries of its own ([`Retry::Exhausted`]) is repeated like any
    /// other: those tries were seconds apart, the attempts of a job may be minutes apart.
    #[must_use]
    pub fn delay(&self, attempt: u32, advice: Retry, dice: f64) -> Option<Duration> {
        let doublings = attempt.saturating_sub(1).min(31);
        let chosen = self.base.saturating_mul(1 << doublings).min(self.cap);
        let chosen = chosen.mul_f64(0.8 + 0.4 * dice.clamp(0.0, 1.0));
        match advice {
            Retry::Never => None,
            Retry::Backoff | Retry::Exhausted => Some(chosen),
            Retry::After(asked) => Some(chosen.max(asked.min(self.cap_asked))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(attempt: u32, advice: Retry, dice: f64) -> Option<f64> {
        let delay = Backoff::default().delay(attempt, advice, dice)?;
        Some(delay.as_secs_f64())
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits = [1, 2, 3, 6, 7, 100].map(|attempt| seconds(attempt, Retry::Backoff, 0.5));
        assert_eq!(waits.map(Option::unwrap), [1.0, 2.0, 4.0, 32.0, 60.0, 60.0]);
    }

    #[test]
    fn the_dice_move_a_wait_by_a_fifth() {
        assert_eq!(seconds(1, Retry::Backoff, 0.0), Some(0.8));
        assert_eq!(seconds(1, Retry::Backoff, 1.0), Some(1.2));
    }

    #[test]
    fn a_service_can_only_ask_for_more_and_for_ten_minutes_at_most() {
        let after = |seconds| Retry::After(Duration::from_secs(seconds));
        assert_eq!(seconds(3, after(1), 0.5), Some(4.0));
        assert_eq!(seconds(3, after(90), 0.5), Some(90.0));
        assert_eq!(seconds(3, after(86_400), 0.5), Some(600.0));
    }

    #[test]
    fn what_cannot_help_is_not_repeated() {
        assert_eq!(seconds(1, Retry::Never, 0.5), None);
        assert_eq!(seconds(1, Retry::Exhausted, 0.5), Some(1.0));
    }
}
