//! Forgetting what is old.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::Timestamp;
use esl_core::job::Job;
use esl_core::job::payload::{CleanupScope, MaintenanceCleanup};
use esl_core::ports::{
    Clock, Done, Ended, HandlePayload, JobContext, JobError, JobStore, StoreError, Sweeper,
};
use serde_json::{Map, json};

/// How many rows go with one transaction.
const BATCH: usize = 500;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Jobs that ended, upkeep left out. Default: for ever.
    pub jobs: Option<Duration>,
    /// Upkeep that ended. Default 30 days; at least 8, because a planned job is known by being there.
    pub upkeep: Duration,
    /// What happened to jobs. Default 30 days.
    pub events: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            jobs: None,
            upkeep: 30 * DAY,
            events: 30 * DAY,
        }
    }
}

/// Handles `maintenance.cleanup`: jobs, events, and whatever the sweepers know of. Its output has a
/// count for each scope, such as `expired_jobs`.
#[derive(Debug)]
pub struct Cleanup {
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    sweepers: Vec<Arc<dyn Sweeper>>,
}

impl Cleanup {
    /// Forgets jobs and events of `store`.
    #[must_use]
    pub fn new(store: Arc<dyn JobStore>, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        Self {
            store,
            clock,
            retention,
            sweepers: Vec::new(),
        }
    }

    /// Cleans up what `sweeper` knows of, too.
    #[must_use]
    pub fn sweeping(mut self, sweeper: Arc<dyn Sweeper>) -> Self {
        self.sweepers.push(sweeper);
        self
    }

    async fn forget_jobs(&self, context: &JobContext) -> Result<usize, JobError> {
        let upkeep = self.retention.upkeep.max(8 * DAY);
        let kept = [(true, Some(upkeep)), (false, self.retention.jobs)];
        let mut forgotten = 0;
        for (is_upkeep, age) in kept {
            let Some(age) = age else { continue };
            let before = self.clock.now().minus(age);
            let ended = Ended { before, is_upkeep };
            let batch = || self.store.forget_jobs(ended, BATCH);
            forgotten += in_batches(context, batch).await?;
        }
        Ok(forgotten)
    }

    async fn forget_events(&self, context: &JobContext) -> Result<usize, JobError> {
        let before: Timestamp = self.clock.now().minus(self.retention.events);
        in_batches(context, || self.store.forget_events(before, BATCH)).await
    }
}

#[async_trait]
impl HandlePayload<MaintenanceCleanup> for Cleanup {
    async fn run(
        &self,
        payload: MaintenanceCleanup,
        _job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let is_wanted = |scope| payload.scope.is_none_or(|wanted| wanted == scope);
        let mut output = Map::new();
        let mut count = |scope: CleanupScope, count: usize| {
            output.insert(scope.as_str().into(), json!(count));
        };
        if is_wanted(CleanupScope::ExpiredJobs) {
            count(CleanupScope::ExpiredJobs, self.forget_jobs(context).await?);
        }
        if is_wanted(CleanupScope::ExpiredEvents) {
            let forgotten = self.forget_events(context).await?;
            count(CleanupScope::ExpiredEvents, forgotten);
        }
        for sweeper in &self.sweepers {
            if is_wanted(sweeper.scope()) {
                count(sweeper.scope(), sweeper.sweep(context).await?);
            }
        }
        let chained = Vec::new();
        Ok(Done { output, chained })
    }
}

/// Repeats `batch` until it finds no full one. What is gone is gone: another attempt goes on.
async fn in_batches<F>(
    context: &JobContext,
    mut batch: impl FnMut() -> F,
) -> Result<usize, JobError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut total = 0;
    loop {
        context.check()?;
        let count = batch().await?;
        total += count;
        if count < BATCH {
            return Ok(total);
        }
    }
}
