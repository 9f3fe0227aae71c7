//! Keeping the window of announced jobs full.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{EventLog, JobStore, Queue, StoreError};
use esl_core::with_causes;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::RedisQueue;

/// How many jobs are announced by one call.
const PAGE: usize = 500;

/// How many jobs that wait for a time are told of by one call.
const DELAYED: usize = 100;

/// How long to go without a look at most.
const PAUSE: Duration = Duration::from_secs(5);

/// How long to let jobs be started, once as many as may be are announced, before more are.
const FULL: Duration = Duration::from_millis(10);

/// How long to wait after something failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Announces jobs for as long as it lives.
#[derive(Debug)]
pub struct Pump(JoinHandle<()>);

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl RedisQueue {
    /// Announces the jobs of a store, in the order of their ranks, as soon as there is room for them.
    #[must_use = "jobs are announced for as long as the pump lives"]
    pub fn keep_filled(
        self: Arc<Self>,
        store: Arc<dyn JobStore>,
        events: Arc<dyn EventLog>,
    ) -> Pump {
        let mut filling = Filling {
            queue: self,
            store,
            events,
            room: 0,
        };
        Pump(tokio::spawn(async move {
            loop {
                if let Err(error) = filling.fill().await {
                    tracing::warn!(
                        error = %with_causes(&error),
                        "cannot announce jobs, trying again"
                    );
                    filling.start_over();
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }))
    }
}

struct Filling {
    queue: Arc<RedisQueue>,
    store: Arc<dyn JobStore>,
    events: Arc<dyn EventLog>,
    /// How many more jobs may be announced, as far as is known.
    room: usize,
}

impl Filling {
    /// Announces what there is and there is room for, then waits for more of either.
    async fn fill(&mut self) -> Result<(), StoreError> {
        // Listened to first: what happens meanwhile is heard.
        let (work, doubted) = (self.store.watch(), self.queue.doubted.subscribe());
        if self.is_full() {
            self.room = self.wait_for_room().await?;
        }
        while !self.is_full() {
            let page = self.room.min(PAGE);
            let jobs = self.store.announce(page, self.queue.lost_after()).await?;
            self.queue.announce(&jobs).await?;
            self.room -= jobs.len();
            if jobs.len() < page {
                return self.wait_for_work(work, doubted).await;
            }
        }
        Ok(())
    }

    /// Few large announcements cost less than many small ones.
    fn is_full(&self) -> bool {
        self.room <= self.queue.window / 4
    }

    /// Jobs were marked as announced and may not have been; until Redis answers, no more are.
    fn start_over(&mut self) {
        self.queue.doubt();
        self.room = 0;
    }

    async fn wait_for_room(&self) -> Result<usize, StoreError> {
        loop {
            let seen = self.events.head().await?;
            let room = self.queue.room().await?;
            if room > self.queue.window / 4 {
                return Ok(room);
            }
            tokio::time::sleep(FULL).await;
            self.events.wait(seen, PAUSE).await?;
        }
    }

    async fn wait_for_work(
        &mut self,
        mut work: watch::Receiver<()>,
        mut doubted: watch::Receiver<Option<Instant>>,
    ) -> Result<(), StoreError> {
        let pause = self.delay().await?;
        tokio::select! {
            _ = work.changed() => {}
            _ = doubted.changed() => {}
            // Redis may have forgotten something.
            () = tokio::time::sleep(pause) => self.room = 0,
        }
        Ok(())
    }

    /// Tells of the jobs that are due next, and says for how long that is enough.
    async fn delay(&self) -> Result<Duration, StoreError> {
        let delayed = self.store.delayed(DELAYED).await?;
        self.queue.delay(&delayed).await?;
        let last = delayed.get(DELAYED - 1);
        Ok(last.map_or(PAUSE, |last| {
            last.due.since(self.queue.clock.now()).min(PAUSE)
        }))
    }
}
