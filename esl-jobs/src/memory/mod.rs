//! Jobs in memory, for tests and for programs that need none of them tomorrow.
//!
//! Keeps the whole contract except the one that matters elsewhere: nothing survives the process.

mod permits;
mod settings;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::Timestamp;
use esl_core::job::{
    Attempt, Cursor, Ignored, Job, JobEvent, JobHead, JobId, JobState, NewJob, Report, WorkerId,
};
use esl_core::ports::{
    Claim, Clock, Delayed, Depth, Ended, EventLog, EventPage, Hint, JobFilter, JobStore, Queue,
    QueueCapabilities, StoreError, Submitted,
};
use tokio::sync::watch;

use crate::accepted;
use crate::wakeups::{News, Wakeups};
use state::State;

/// A store, queue and log of jobs in memory.
#[derive(Debug)]
pub struct MemoryJobs {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    wakeups: Wakeups,
}

impl MemoryJobs {
    /// Without any jobs.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Mutex::default(),
            clock,
            wakeups: Wakeups::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State, Timestamp, &mut News) -> T) -> T {
        let now = self.clock.now();
        let mut news = News::default();
        let answer = change(&mut self.state(), now, &mut news);
        self.wakeups.ring(news);
        answer
    }
}

#[async_trait]
impl JobStore for MemoryJobs {
    async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError> {
        Ok(accepted::log(self.change(|state, now, news| {
            let submit = |job| state.submit(job, now, news);
            jobs.into_iter().map(submit).collect()
        })))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        Ok(self.change(|state, now, news| state.claim(&claim, now, news)))
    }

    async fn report(
        &self,
        reports: Vec<Report>,
    ) -> Result<Vec<Result<JobHead, Ignored>>, StoreError> {
        Ok(self.change(|state, now, news| {
            let report = |report| state.report(report, now, news);
            reports.into_iter().map(report).collect()
        }))
    }

    async fn renew(&self, worker: WorkerId, lease: Duration) -> Result<Vec<Attempt>, StoreError> {
        let expires_at = self.clock.now().plus(lease);
        Ok(self.state().renew(worker, expires_at))
    }

    async fn held(&self, worker: WorkerId) -> Result<Vec<Attempt>, StoreError> {
        Ok(self.state().held(worker))
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobHead>, StoreError> {
        Ok(self.change(|state, now, news| state.reap(limit, now, news)))
    }

    async fn announce(&self, limit: usize, lost_after: Duration) -> Result<Vec<JobId>, StoreError> {
        let now = self.clock.now();
        let lost_before = now.minus(lost_after);
        Ok(self.state().announce(limit, lost_before, now))
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.wakeups.work()
    }

    async fn delayed(&self, limit: usize) -> Result<Vec<Delayed>, StoreError> {
        Ok(self.state().delayed().take(limit).collect())
    }

    async fn jobs(&self, ids: &[JobId]) -> Result<Vec<Job>, StoreError> {
        let state = self.state();
        let found = ids.iter().filter_map(|id| state.job(*id));
        Ok(found.cloned().collect())
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, StoreError> {
        let state = self.state();
        let matching = state.newest_first().filter(|job| filter.matches(&job.head));
        Ok(matching.take(filter.limit).cloned().collect())
    }

    async fn depth(&self) -> Result<Vec<Depth>, StoreError> {
        Ok(self.state().depth())
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        for job in self.state().newest_first() {
            *counts.entry(job.head.state).or_default() += 1;
        }
        Ok(counts)
    }

    async fn forget_jobs(&self, ended: Ended, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().forget_jobs(ended, limit))
    }

    async fn forget_events(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().forget_events(before, limit))
    }
}

#[async_trait]
impl EventLog for MemoryJobs {
    async fn head(&self) -> Result<Cursor, StoreError> {
        Ok(self.state().cursor())
    }

    async fn horizon(&self) -> Result<Cursor, StoreError> {
        Ok(self.state().horizon())
    }

    async fn read(&self, page: EventPage) -> Result<Vec<JobEvent>, StoreError> {
        Ok(self.state().events(page))
    }

    async fn wait(&self, cursor: Cursor, timeout: Duration) -> Result<(), StoreError> {
        self.wakeups
            .wait_for_event(cursor, timeout, self.head())
            .await
    }
}

#[async_trait]
impl Queue for MemoryJobs {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities { names_jobs: false }
    }

    async fn announce(&self, _jobs: &[JobId]) -> Result<(), StoreError> {
        self.wakeups.ring(News::JOBS);
        Ok(())
    }

    async fn next(
        &self,
        _worker: WorkerId,
        _limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        let look = || async { Ok(self.state().startable(self.clock.now())) };
        self.wakeups
            .wait_for_work(self.clock.as_ref(), wait, look)
            .await
    }

    async fn acknowledge(&self, _worker: WorkerId, _jobs: &[JobId]) -> Result<(), StoreError> {
        Ok(())
    }
}
