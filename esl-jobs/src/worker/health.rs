//! Whether the worker finds work, and how long it leaves a store alone that fails it.

use std::time::Duration;

use tokio::sync::watch;

/// How long to wait after the first failure; doubles with each one after it.
const PAUSE: Duration = Duration::from_millis(100);

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

/// Counts failures in a row.
#[derive(Debug)]
pub(super) struct Breaker<'a> {
    health: &'a watch::Sender<Health>,
    most_failures: u32,
    rest: Duration,
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
            rest,
            failures: 0,
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.tell(Health::Working);
    }

    /// How long to wait now.
    pub(super) fn failed(&mut self) -> Duration {
        self.failures += 1;
        if self.failures >= self.most_failures {
            self.tell(Health::Resting);
            return self.rest;
        }
        let doublings = (self.failures - 1).min(16);
        (PAUSE * (1 << doublings)).min(self.rest)
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
        let rest = Duration::from_secs(60);
        let mut breaker = Breaker::new(&health, 3, rest);
        let now = || *health.borrow();
        assert_eq!([breaker.failed(), breaker.failed()], [PAUSE, 2 * PAUSE]);
        breaker.succeeded();
        for pause in [PAUSE, 2 * PAUSE] {
            assert_eq!((breaker.failed(), now()), (pause, Health::Working));
        }
        for _ in 0..2 {
            assert_eq!((breaker.failed(), now()), (rest, Health::Resting));
        }
        breaker.succeeded();
        assert_eq!(now(), Health::Working);
        assert_eq!(breaker.failed(), PAUSE);
    }
}
