//! Changing what later runs of a job read.

use serde_json::{Map, Value, json};

use super::{
    ActionCapability, ActionError, ActionKind, ActionOutcome, ManifestEditor, ManifestSync, choice,
    makes_homework, text,
};
use crate::job::payload::{LessonSyncMetadata, TtsMode};
use crate::job::{Actor, FailureCode, Ignored, Job, JobHead, JobState, NewJob, News, Report};
use crate::ports::JobStore;

/// Changes settings of a job that is not running. What already exists (page, recording) stays.
///
/// Whether the named preset and database exist is for the caller to check, who knows the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditMetadata {
    fields: Map<String, Value>,
}

const TEXTS: [&str; 4] = ["preset", "notionDatabase", "voiceId", "voiceAccent"];
const ALLOWED: &[JobState] = &[
    JobState::Queued,
    JobState::Succeeded,
    JobState::Failed,
    JobState::Cancelled,
];

impl EditMetadata {
    pub(super) fn capability() -> ActionCapability {
        ActionCapability {
            kind: ActionKind::EditMetadata,
            label: "Edit Job Metadata",
            description: "Change preset, database or voice for later runs, without running anything",
            requires_fields: &[],
            implemented: true,
            allowed_states: ALLOWED,
            payload_schema: json!({
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "preset": {"type": "string", "minLength": 1},
                    "notionDatabase": {"type": "string", "minLength": 1},
                    "mode": {"enum": ["auto", "dialogue", "monologue"]},
                    "voiceId": {"type": "string", "minLength": 1},
                    "voiceAccent": {"type": "string", "minLength": 1},
                },
            }),
        }
    }

    pub(super) fn parse(payload: &Map<String, Value>) -> Result<Self, ActionError> {
        let mut fields = Map::new();
        for field in TEXTS {
            if let Some(text) = text(payload, field)? {
                fields.insert(field.into(), json!(text));
            }
        }
        if let Some(mode) = choice::<TtsMode>(payload, "mode")? {
            fields.insert("mode".into(), json!(mode));
        }
        if fields.is_empty() {
            return Err(ActionError::NoChanges);
        }
        Ok(Self { fields })
    }

    /// The new values by field.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    pub(super) async fn perform(
        &self,
        mut job: Job,
        actor: Actor,
        store: &dyn JobStore,
        manifests: Option<&dyn ManifestEditor>,
    ) -> Result<ActionOutcome, ActionError> {
        if !makes_homework(&job) {
            let action = ActionKind::EditMetadata;
            return Err(ActionError::WrongKind { action });
        }
        let changed = self.changed(&job);
        if changed.is_empty() {
            return Ok(outcome(job, ManifestSync::Skipped));
        }
        // The manifest first: whoever is told of a failure of the store repeats the edit.
        let synced = sync(manifests, &job, &changed).await;
        let later =
            (synced == ManifestSync::Queued).then(|| sync_job(&job, changed.clone(), actor));
        let fields = changed.clone();
        let edited = Report::about(job.head.id, actor, News::Edited { fields });
        job.head = write(store, edited.chaining(later.into_iter().collect())).await?;
        job.payload.fields.extend(changed);
        Ok(outcome(job, synced))
    }

    fn changed(&self, job: &Job) -> Map<String, Value> {
        let differs =
            |(name, value): &(&String, &Value)| job.payload.fields.get(*name) != Some(*value);
        let fields = self.fields.iter().filter(differs);
        fields
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

async fn write(store: &dyn JobStore, edited: Report) -> Result<JobHead, ActionError> {
    match store.report(vec![edited]).await?.pop() {
        Some(Ok(head)) => Ok(head),
        Some(Err(Ignored::Running)) => Err(ActionError::InvalidState {
            action: ActionKind::EditMetadata.as_str(),
            state: JobState::Running,
            allowed: ALLOWED,
        }),
        _ => Err(ActionError::Conflict),
    }
}

/// What cannot be done from here now may well be by a worker later, unless the manifest is damaged.
async fn sync(
    manifests: Option<&dyn ManifestEditor>,
    job: &Job,
    fields: &Map<String, Value>,
) -> ManifestSync {
    if !job.output.contains_key("manifestPath") {
        return ManifestSync::Skipped;
    }
    let Some(manifests) = manifests else {
        return ManifestSync::Queued;
    };
    match manifests.edit(job, fields).await {
        Ok(()) => ManifestSync::Done,
        Err(error) if error.failure.code == FailureCode::MANIFEST_UNREADABLE => {
            let cause = error.failure.message;
            tracing::warn!(job.id = %job.head.id, cause, "cannot edit the manifest");
            ManifestSync::Failed
        }
        Err(_) => ManifestSync::Queued,
    }
}

/// The job that edits the manifest.
fn sync_job(job: &Job, fields: Map<String, Value>, actor: Actor) -> NewJob {
    let payload = LessonSyncMetadata {
        job_id: job.head.id,
        fields,
        manual: false,
        extra: Map::new(),
    };
    NewJob {
        owner: job.head.owner,
        actor,
        parent: Some(job.head.id),
        ..NewJob::new(&payload)
    }
}

fn outcome(job: Job, manifest_sync: ManifestSync) -> ActionOutcome {
    ActionOutcome {
        job,
        new_job: None,
        manifest_sync: Some(manifest_sync),
    }
}
