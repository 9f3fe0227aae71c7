//! Submitting upkeep when its time has come.
//!
//! Nobody needs to lead: a planned job has an id that follows from its task and its time, and of a job
//! with one id there is one, whoever submits it and however often. Times that passed while nobody
//! was there are made up for once, by the last of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use esl_core::Timestamp;
use esl_core::job::UpkeepTask;
use esl_core::ports::{Clock, JobStore, StoreError};
use esl_core::with_causes;

/// How long to go without a look at the clock at most: it may be set.
const LOOK: Duration = Duration::from_secs(60);

/// Submits the jobs of upkeep of one namespace.
#[derive(Debug)]
pub struct Scheduler {
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    namespace: String,
    /// The times for which each task was submitted last.
    submitted: HashMap<UpkeepTask, Timestamp>,
}

impl Scheduler {
    /// Submits to `store`, whose namespace this is.
    #[must_use]
    pub fn new(
        store: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
        namespace: impl Into<String>,
    ) -> Self {
        Self {
            store,
            clock,
            namespace: namespace.into(),
            submitted: HashMap::new(),
        }
    }

    /// Submits what is due and was not submitted yet, by whatever process, unless the same task is
    /// under way.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn submit_due(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = UpkeepTask::ALL.map(|task| (task, task.last_due(now)));
        for (task, time) in due {
            if self.submitted.get(&task) == Some(&time) {
                continue;
            }
            let job = task.planned(&self.namespace, time);
            let id = job.id;
            // Of a task that is under way the answer is another job: it is looked at again.
            if self
                .store
                .submit(vec![job])
                .await?
                .iter()
                .any(|job| job.id == id)
            {
                self.submitted.insert(task, time);
            }
        }
        Ok(())
    }

    /// Submits what is due, for ever.
    pub(crate) async fn run(mut self) {
        loop {
            if let Err(error) = self.submit_due().await {
                tracing::warn!(error = %with_causes(&error), "cannot submit upkeep, trying again");
            }
            let now = self.clock.now();
            let next = UpkeepTask::ALL.map(|task| task.next_due(now).since(now));
            tokio::time::sleep(next.into_iter().fold(LOOK, Duration::min)).await;
        }
    }
}
