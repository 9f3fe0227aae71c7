//! Trying again what ended without success.

use serde_json::json;

use super::{ActionCapability, ActionError, ActionKind, ActionOutcome};
use crate::job::payload::{LessonRerunAudio, LessonRun};
use crate::job::{Actor, DedupeKey, Job, JobState, NewJob, Priority};
use crate::ports::JobStore;

/// Does what failed or was cancelled again, by a job of its own with the same payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryJob;

impl RetryJob {
    pub(super) fn capability() -> ActionCapability {
        ActionCapability {
            kind: ActionKind::Retry,
            label: "Retry Job",
            description: "Do a failed or cancelled job again, as a new job with the same settings",
            requires_fields: &[],
            implemented: true,
            allowed_states: &[JobState::Failed, JobState::Cancelled],
            payload_schema: json!({"type": "object", "properties": {}}),
        }
    }

    pub(super) async fn perform(
        self,
        job: Job,
        actor: Actor,
        store: &dyn JobStore,
    ) -> Result<ActionOutcome, ActionError> {
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
}

/// The key that the same lesson would have if it were submitted again.
fn dedupe_key(job: &Job) -> Option<DedupeKey> {
    let owner = job.head.owner;
    let run = job.payload::<LessonRun>();
    let rerun = || job.payload::<LessonRerunAudio>();
    let key = run.map(|payload| payload.dedupe_key(owner));
    key.or_else(|_| rerun().map(|payload| payload.dedupe_key(owner)))
        .ok()
}
