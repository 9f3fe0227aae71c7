//! What there is to tell of.

use esl_core::job::{BatchId, FailureCode, Job, JobId};
use esl_core::ports::{JobError, JobFilter, JobStore};

/// What ended.
#[derive(Debug)]
pub(super) enum Subject {
    Job(Box<Job>),
    Batch(BatchId, Vec<Job>),
}

impl Subject {
    /// Reads what a notification names.
    ///
    /// # Errors
    /// A permanent one if it is gone, or if nothing is named.
    pub(super) async fn read(
        store: &dyn JobStore,
        job: Option<JobId>,
        batch: Option<BatchId>,
    ) -> Result<Self, JobError> {
        match (job, batch) {
            (Some(job), _) => Ok(Self::Job(Box::new(read_job(store, job).await?))),
            (None, Some(batch)) => Ok(Self::Batch(batch, members(store, batch).await?)),
            (None, None) => Err(JobError::permanent(
                FailureCode::PAYLOAD_UNREADABLE,
                "the notification names neither a job nor a batch",
            )),
        }
    }
}

async fn read_job(store: &dyn JobStore, id: JobId) -> Result<Job, JobError> {
    let found = store.jobs(&[id]).await?.pop();
    found.ok_or_else(|| gone(format!("the job {id} is gone")))
}

async fn members(store: &dyn JobStore, batch: BatchId) -> Result<Vec<Job>, JobError> {
    let mut filter = JobFilter::default();
    filter.batch = Some(batch);
    filter.limit = usize::MAX;
    let found = store.list(&filter).await?;
    if found.is_empty() {
        return Err(gone(format!("the jobs of the batch {batch} are gone")));
    }
    Ok(found)
}

pub(super) fn gone(message: String) -> JobError {
    JobError::permanent(FailureCode::JOB_MISSING, message)
}
