//! What the log says of submissions.

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
