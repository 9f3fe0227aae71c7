//! How many jobs to claim beyond the free slots.
//!
//! A claim takes some milliseconds. Jobs that take less would leave their slots empty meanwhile, so as
//! many more are claimed as will be started before another claim can be answered. Of longer jobs that
//! is none: no worker keeps from others what it cannot start at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many jobs are claimed ahead at most.
const MOST: f64 = 250.0;

/// How long things take, lately.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Lately>);

#[derive(Debug, Default)]
struct Lately {
    claim: Option<f64>,
    job: Option<f64>,
}

impl Pace {
    /// Takes note of a claim that found something.
    pub(super) fn claimed(&self, took: Duration) {
        note(&mut self.lately().claim, took);
    }

    /// Takes note of a job that ended.
    pub(super) fn ended(&self, took: Duration) {
        note(&mut self.lately().job, took);
    }

    /// How many jobs to have waiting for `slots`: those of two claims, the one that is being worked on
    /// and the one that is on its way.
    pub(super) fn ahead(&self, slots: usize) -> usize {
        let lately = self.lately();
        let (Some(claim), Some(job)) = (lately.claim, lately.job) else {
            return 0;
        };
        let per_slot = 2.0 * claim / job.max(f64::MIN_POSITIVE);
        (per_slot * slots as f64).min(MOST) as usize
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mean that forgets: what is newest counts for an eighth.
fn note(mean: &mut Option<f64>, took: Duration) {
    let took = took.as_secs_f64();
    *mean = Some(mean.map_or(took, |mean| mean + (took - mean) / 8.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    fn ahead(claim: Duration, job: Duration) -> usize {
        let pace = Pace::default();
        for _ in 0..10 {
            pace.claimed(claim);
            pace.ended(job);
        }
        pace.ahead(10)
    }

    #[test]
    fn only_short_jobs_are_claimed_ahead() {
        assert_eq!(ahead(4 * MILLISECOND, 2000 * MILLISECOND), 0);
        assert_eq!(ahead(4 * MILLISECOND, 8 * MILLISECOND), 10);
        assert_eq!(ahead(4 * MILLISECOND, MILLISECOND / 100), 250);
        assert_eq!(ahead(4 * MILLISECOND, Duration::ZERO), 250);
        assert_eq!(ahead(Duration::ZERO, Duration::ZERO), 0);
    }

    #[test]
    fn nothing_is_claimed_ahead_before_a_job_has_ended() {
        let pace = Pace::default();
        pace.claimed(MILLISECOND);
        assert_eq!(pace.ahead(10), 0);
    }

    #[test]
    fn long_jobs_after_short_ones_are_noticed() {
        let pace = Pace::default();
        for _ in 0..100 {
            pace.claimed(MILLISECOND);
            pace.ended(MILLISECOND / 100);
        }
        pace.ended(1000 * MILLISECOND);
        assert_eq!(pace.ahead(10), 0);
    }
}
