//! What becomes of submissions.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use esl_core::job::JobId;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use esl_core::ports::StoreError;
use esl_core::ports::Submitted;

/// Logs what a store has accepted, once it has, and hands it on.
pub(crate) fn log(submitted: Vec<Submitted>) -> Vec<Submitted> {
    for job in submitted.iter().filter(|job| !job.reused) {
        tracing::info!(
            event = "queue_waiting",
            job.id = %job.id,
            run.id = %job.id,
            "job accepted"
        );
    }
    submitted
}

/// Nobody can have the id of a job of another namespace.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn taken_elsewhere(id: JobId) -> StoreError {
    StoreError::Refused {
        operation: "submit jobs",
        source: format!("{id} is the id of a job of another namespace; choose another one").into(),
    }
}
