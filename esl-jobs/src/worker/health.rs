//! Whether the worker finds work, and how long it leaves a store alone that fails it.

use std::time::Duration;

use esl_core::Retry;
use esl_core::job::Backoff;
use tokio::sync::watch;

/// Whether a worker gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Health {
    /// It fetches jobs.
    #[default]
    Working,
    /// Nothing could be fetched several times in a row, and it rests before it tries again. Jobs that
    /// run already are not concerned.
    Resting,
}

/// Counts failures in a row. They are seconds apart, so that it takes more to make a worker rest than
/// the restart of a server.
#[derive(Debug)]
pub(super) struct Breaker<'a> {
    health: &'a watch::Sender<Health>,
    most_failures: u32,
    /// How long to wait after a failure; the rest is the longest wait.
    pauses: Backoff,
    failures: u32,
}

impl<'a> Breaker<'a> {
    pub(super) fn new(
        health: &'a watch::Sender<Health>,
        most_failures: u32,
        rest: Duration,
    ) -> Self {
        Self {
            health,
            most_failures,
            pauses: Backoff {
                cap: rest,
                ..Backoff::default()
            },
            failures: 0,
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.tell(Health::Working);
    }

    /// How long to wait now. `dice` is a number from 0 to 1.
    pub(super) fn failed(&mut self, dice: f64) -> Duration {
        self.failures += 1;
        if self.failures >= self.most_failures {
            self.tell(Health::Resting);
            return self.pauses.cap;
        }
        let pause = self.pauses.delay(self.failures, Retry::Backoff, dice);
        pause.unwrap_or(self.pauses.cap)
    }

    fn tell(&self, health: Health) {
        self.health.send_if_modified(|known| {
            let is_news = *known != health;
            *known = health;
            is_news
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_several_failures_in_a_row_and_until_a_success() {
        let health = watch::Sender::default();
        let second = Duration::from_secs(1);
        let rest = 60 * second;
        let mut breaker = Breaker::new(&health, 3, rest);
        let now = || *health.borrow();
        let pauses = [second, 2 * second];
        assert_eq!([breaker.failed(0.5), breaker.failed(0.5)], pauses);
        breaker.succeeded();
        for pause in pauses {
            assert_eq!((breaker.failed(0.5), now()), (pause, Health::Working));
        }
        for _ in 0..2 {
            assert_eq!((breaker.failed(0.5), now()), (rest, Health::Resting));
        }
        breaker.succeeded();
        assert_eq!(now(), Health::Working);
        assert_eq!(breaker.failed(0.5), second);
    }

    #[test]
    fn failures_of_one_hiccup_do_not_make_it_rest() {
        let health = watch::Sender::default();
        let mut breaker = Breaker::new(&health, 5, Duration::from_secs(60));
        let pauses: Duration = (0..4).map(|_| breaker.failed(0.0)).sum();
        assert_eq!(*health.borrow(), Health::Working);
        assert_eq!(pauses, Duration::from_secs(12));
    }
}
