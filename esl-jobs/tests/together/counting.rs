//! Work that is only counted.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Job, JobId, NewJob};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError};

/// Which jobs ran, in the order in which they began.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Vec<JobId>>);

impl Tally {
    pub(crate) fn runs(&self) -> Vec<JobId> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Debug)]
pub(crate) struct Counts(pub(crate) Arc<Tally>);

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for Counts {
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        self.0.0.lock().unwrap().push(job.head.id);
        Ok(Done::default())
    }
}

pub(crate) fn job() -> NewJob {
    NewJob::new(&MaintenanceRefreshOptions::default())
}
