//! How often and how late to try again. Pure: callers bring the clock and the dice.

use std::time::Duration;

use crate::Retry;

/// Exponential back-off with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all, the first included. Default 5.
    pub attempts: u32,
    /// Upper bound of the first delay; doubles with each attempt. Default 400 ms.
    pub base: Duration,
    /// Upper bound of any delay that the policy chooses. Default 20 s.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            base: Duration::from_millis(400),
            cap: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// How long to wait after attempt number `attempt` (from 1) failed with this advice, or `None`
    /// to give up.
    ///
    /// `dice` is a number from 0 to 1: the share of the upper bound to wait. What a service asked
    /// for ([`Retry::After`]) is never shortened.
    #[must_use]
    pub fn delay(&self, attempt: u32, advice: Retry, dice: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let bound = self.base.saturating_mul(1 << doublings).min(self.cap);
        let jittered = bound.mul_f64(dice.clamp(0.0, 1.0));
        match advice {
            Retry::Never | Retry::Exhausted => None,
            Retry::Backoff => Some(jittered),
            Retry::After(asked) => Some(asked.saturating_add(jittered.min(self.base))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap_and_end() {
        let policy = RetryPolicy {
            attempts: 5,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(3),
        };
        let delays: Vec<_> = (1..=5)
            .map(|attempt| {
                policy
                    .delay(attempt, Retry::Backoff, 1.0)
                    .map(|d| d.as_secs())
            })
            .collect();
        assert_eq!(delays, [Some(1), Some(2), Some(3), Some(3), None]);
    }

    #[test]
    fn what_the_service_asked_for_is_not_shortened() {
        let asked = Duration::from_secs(90);
        let delay = RetryPolicy::default().delay(1, Retry::After(asked), 0.0);
        assert_eq!(delay, Some(asked));
    }

    #[test]
    fn permanent_and_exhausted_failures_are_final() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, Retry::Never, 0.5), None);
        assert_eq!(policy.delay(1, Retry::Exhausted, 0.5), None);
    }
}
