//! Waking those of this process who wait for events or for work.

use std::future::Future;
use std::time::Duration;

use esl_core::Timestamp;
use esl_core::job::{Cursor, JobHead, JobState};
use esl_core::ports::{Clock, Hint, StoreError};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// The bells of a process, one for each sort of news.
#[derive(Debug, Default)]
pub(crate) struct Wakeups {
    events: watch::Sender<()>,
    work: watch::Sender<()>,
    settings: watch::Sender<()>,
    permits: watch::Sender<()>,
}

/// Whether there is something to start.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Startable {
    /// There is.
    Now,
    /// There will be at that time.
    At(Timestamp),
    /// Not until something happens.
    Nothing,
}

/// What a commit brought about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// Something happened.
    pub(crate) events: bool,
    /// There may be something to start.
    pub(crate) work: bool,
    /// Settings changed.
    pub(crate) settings: bool,
    /// Others have, or want, other permits than before.
    pub(crate) permits: bool,
}

impl News {
    /// Anything may have happened.
    pub(crate) const ALL: Self = Self {
        events: true,
        work: true,
        settings: true,
        permits: true,
    };

    /// Something happened to jobs, and there may be something to start.
    pub(crate) const JOBS: Self = Self {
        settings: false,
        permits: false,
        ..Self::ALL
    };

    /// Both.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            events: self.events | other.events,
            work: self.work | other.work,
            settings: self.settings | other.settings,
            permits: self.permits | other.permits,
        }
    }

    /// Takes note of a job that has just become `head`.
    pub(crate) fn note(&mut self, head: &JobHead) {
        self.events = true;
        self.work |= head.state == JobState::Queued;
    }
}

impl Wakeups {
    /// Wakes whom it concerns.
    pub(crate) fn ring(&self, news: News) {
        for (is_news, bell) in [
            (news.events, &self.events),
            (news.work, &self.work),
            (news.settings, &self.settings),
            (news.permits, &self.permits),
        ] {
            if is_news {
                bell.send_replace(());
            }
        }
    }

    /// The bell that there may be more to start.
    pub(crate) fn work(&self) -> watch::Receiver<()> {
        self.work.subscribe()
    }

    /// The bell that settings changed.
    pub(crate) fn settings(&self) -> watch::Receiver<()> {
        self.settings.subscribe()
    }

    /// The bell that others have, or want, other permits.
    pub(crate) fn permits(&self) -> watch::Receiver<()> {
        self.permits.subscribe()
    }

    /// Waits until there is an event after `cursor`, a wake-up, or `timeout` has passed. `head` looks
    /// for the newest event.
    pub(crate) async fn wait_for_event<F>(
        &self,
        cursor: Cursor,
        timeout: Duration,
        head: F,
    ) -> Result<(), StoreError>
    where
        F: Future<Output = Result<Cursor, StoreError>>,
    {
        // Listening starts before looking: what happens in between is heard.
        let mut bell = self.events.subscribe();
        if head.await? > cursor {
            return Ok(());
        }
        let _ = timeout_at(deadline(timeout), bell.changed()).await;
        Ok(())
    }

    /// Waits until there is something to start, at most for `wait`.
    pub(crate) async fn wait_for_work<F>(
        &self,
        clock: &dyn Clock,
        wait: Duration,
        mut startable: impl FnMut() -> F,
    ) -> Result<Hint, StoreError>
    where
        F: Future<Output = Result<Startable, StoreError>>,
    {
        let end = deadline(wait);
        let mut bell = self.work.subscribe();
        loop {
            bell.mark_unchanged();
            let next_look = match startable().await? {
                Startable::Now => return Ok(Hint::Next),
                Startable::At(due) => deadline(due.since(clock.now())).min(end),
                Startable::Nothing => end,
            };
            let heard = timeout_at(next_look, bell.changed()).await;
            if heard.is_err() && next_look == end {
                return Ok(Hint::Nothing);
            }
        }
    }
}

/// The instant after `wait`; far away if that is more than a clock can count.
fn deadline(wait: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + wait.min(FAR)
}

#[cfg(test)]
mod tests {
    use esl_core::ports::SystemClock;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn what_happens_while_looking_is_heard() {
        let wakeups = Wakeups::default();
        let started = Instant::now();
        let look = async {
            wakeups.ring(News::ALL);
            Ok(Cursor::START)
        };
        let waited = wakeups.wait_for_event(Cursor::START, LONG, look).await;
        waited.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_comes_while_looking_is_found() {
        let wakeups = Wakeups::default();
        let mut looks = 0;
        let look = || {
            looks += 1;
            let found = match looks {
                1 => Startable::Nothing,
                _ => Startable::Now,
            };
            wakeups.ring(News::ALL);
            async move { Ok(found) }
        };
        let hint = wakeups.wait_for_work(&SystemClock, LONG, look).await;
        assert_eq!(hint.unwrap(), Hint::Next);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_after_its_time() {
        let wakeups = Wakeups::default();
        let started = Instant::now();
        let look = || async { Ok(Startable::Nothing) };
        let hint = wakeups.wait_for_work(&SystemClock, LONG, look).await;
        assert_eq!(hint.unwrap(), Hint::Nothing);
        assert_eq!(started.elapsed(), LONG);
    }
}
