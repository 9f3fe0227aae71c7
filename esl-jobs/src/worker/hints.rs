//! What becomes of the hints of a queue once jobs were claimed.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use esl_core::job::{JobId, JobState};
use esl_core::ports::StoreError;

use super::Shared;

/// Acknowledges hints. If others were more urgent than the jobs hinted at, somebody else should hear of
/// those that still wait; if not, there is nothing left to hear of.
pub(super) async fn pass_on(
    shared: &Shared,
    hinted: &[JobId],
    started: &HashSet<JobId>,
) -> Result<(), StoreError> {
    let left = hinted.iter().filter(|job| !started.contains(job));
    let waiting = waiting(shared, left.copied().collect()).await?;
    if !shared.is_drained.load(Ordering::Relaxed) {
        shared.queue.announce(&waiting).await?;
    }
    shared.queue.acknowledge(shared.id, hinted).await
}

/// Those of `hinted` that are to be started still.
async fn waiting(shared: &Shared, mut hinted: Vec<JobId>) -> Result<Vec<JobId>, StoreError> {
    if hinted.is_empty() {
        return Ok(hinted);
    }
    let jobs = shared.store.jobs(&hinted).await?;
    let states: HashMap<JobId, JobState> = jobs
        .iter()
        .map(|job| (job.head.id, job.head.state))
        .collect();
    hinted.retain(|job| is_waiting(*job, states.get(job).copied()));
    Ok(hinted)
}

fn is_waiting(job: JobId, state: Option<JobState>) -> bool {
    match state {
        None => tracing::warn!(
            event = "job_missing",
            job.id = %job,
            run.id = %job,
            "the queue names a job that is not there"
        ),
        Some(state) if state.is_terminal() => tracing::debug!(
            event = "job_ended",
            job.id = %job,
            run.id = %job,
            job.state = %state,
            "the queue names a job that has ended"
        ),
        Some(_) => {}
    }
    state == Some(JobState::Queued)
}
