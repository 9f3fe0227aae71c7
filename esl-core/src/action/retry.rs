//! Trying again what ended without success.

use super::{ActionError, ActionOutcome, check_state};
use crate::job::payload::{LessonRerunAudio, LessonRun};
use crate::job::{Actor, DedupeKey, Job, JobHead, JobState, NewJob, Priority};
use crate::ports::JobStore;

/// What it is called in errors.
const NAME: &str = "retry";

const ALLOWED: &[JobState] = &[JobState::Failed, JobState::Cancelled];

/// Submits what ended without success once more.
pub(super) async fn perform(
    job: Job,
    actor: Actor,
    store: &dyn JobStore,
) -> Result<ActionOutcome, ActionError> {
    check_state(NAME, ALLOWED, job.head.state)?;
    let new = NewJob {
        actor,
        priority: Priority::HIGH,
        dedupe: dedupe_key(&job),
        ..NewJob::repeating(&job)
    };
    let submitted = store.submit(vec![new]).await?;
    Ok(ActionOutcome {
        job,
        new_job: submitted.first().map(|job| job.id),
        manifest_sync: None,
    })
}

/// The key that the same work would have if it were submitted again.
fn dedupe_key(job: &Job) -> Option<DedupeKey> {
    let JobHead { kind, owner, .. } = &job.head;
    if kind.is_upkeep() {
        return Some(DedupeKey::of_upkeep(kind));
    }
    let run = job.payload::<LessonRun>();
    let rerun = || job.payload::<LessonRerunAudio>();
    let key = run.map(|payload| payload.dedupe_key(*owner));
    key.or_else(|_| rerun().map(|payload| payload.dedupe_key(*owner)))
        .ok()
}
