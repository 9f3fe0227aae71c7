//! Making the recording of a finished lesson again.

use serde_json::{Map, Value, json};

use super::{
    ActionCapability, ActionError, ActionKind, ActionOutcome, ManifestEditor, choice,
    makes_homework, text,
};
use crate::job::payload::{LessonRerunAudio, LessonRun, TtsMode};
use crate::job::{Actor, FailureCode, Job, JobState, NewJob, Priority};
use crate::ports::{JobError, JobStore};

/// Makes the recording again, by a job of its own: the history of the finished one stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RerunAudio {
    /// Another voice.
    pub voice_id: Option<String>,
    /// Another accent.
    pub voice_accent: Option<String>,
    /// Whether finished speech is made again.
    pub force_tts: bool,
    /// Another way of speaking.
    pub mode: Option<TtsMode>,
}

const NO_MANIFEST: ActionError = ActionError::Missing {
    missing: "manifest",
};
const NO_PAGE: ActionError = ActionError::Missing { missing: "page" };

impl RerunAudio {
    pub(super) fn capability() -> ActionCapability {
        ActionCapability {
            kind: ActionKind::RerunAudio,
            label: "Rerun Audio Generation",
            description: "Make the recording again, with another voice if you like",
            requires_fields: &[],
            implemented: true,
            allowed_states: &[JobState::Succeeded],
            payload_schema: json!({
                "type": "object",
                "properties": {
                    "voiceId": {"type": "string", "minLength": 1},
                    "voiceAccent": {"type": "string", "minLength": 1},
                    "forceTts": {"type": "boolean", "default": true},
                    "mode": {"enum": ["auto", "dialogue", "monologue"]},
                },
            }),
        }
    }

    pub(super) fn parse(payload: &Map<String, Value>) -> Result<Self, ActionError> {
        Ok(Self {
            voice_id: text(payload, "voiceId")?,
            voice_accent: text(payload, "voiceAccent")?,
            force_tts: choice(payload, "forceTts")?.unwrap_or(true),
            mode: choice(payload, "mode")?,
        })
    }

    pub(super) async fn perform(
        &self,
        job: Job,
        actor: Actor,
        store: &dyn JobStore,
        manifests: Option<&dyn ManifestEditor>,
    ) -> Result<ActionOutcome, ActionError> {
        let payload = self.payload(&job)?;
        if let Some(manifests) = manifests {
            check(manifests.has_page(&job).await)?;
        }
        let new = NewJob {
            owner: job.head.owner,
            actor,
            parent: Some(job.head.id),
            priority: Priority::HIGH,
            max_attempts: job.head.max_attempts,
            dedupe: Some(payload.dedupe_key(job.head.owner)),
            notify: job.head.notify.clone(),
            ..NewJob::new(&payload)
        };
        let submitted = store.submit(vec![new]).await?;
        Ok(ActionOutcome {
            job,
            new_job: submitted.first().map(|job| job.id),
            manifest_sync: None,
        })
    }

    fn payload(&self, job: &Job) -> Result<LessonRerunAudio, ActionError> {
        let before = settings(job)?;
        let output = |field| job.output.get(field).and_then(Value::as_str);
        let manifest = output("manifestPath").ok_or(NO_MANIFEST)?;
        output("notionUrl").ok_or(NO_PAGE)?;
        let rerun = LessonRerunAudio::of(job.head.id, before.md, manifest.to_owned());
        Ok(LessonRerunAudio {
            file_name: before.file_name,
            preset: before.preset,
            notion_database: before.notion_database,
            upload: before.upload,
            voice_id: self.voice_id.clone().or(before.voice_id),
            voice_accent: self.voice_accent.clone().or(before.voice_accent),
            mode: self.mode.or(before.mode),
            force_tts: self.force_tts,
            ..rerun
        })
    }
}

/// What cannot be seen from here may well be there for a worker.
fn check(has_page: Result<bool, JobError>) -> Result<(), ActionError> {
    const LOST: [FailureCode; 2] = [
        FailureCode::MANIFEST_MISSING,
        FailureCode::MANIFEST_UNREADABLE,
    ];
    match has_page {
        Ok(false) => Err(NO_PAGE),
        Err(error) if LOST.contains(&error.failure.code) => Err(NO_MANIFEST),
        _ => Ok(()),
    }
}

/// What the job was run with: a rerun of a rerun goes on from the latter's settings.
fn settings(job: &Job) -> Result<LessonRun, ActionError> {
    let wrong = ActionError::WrongKind {
        action: ActionKind::RerunAudio,
    };
    if !makes_homework(job) {
        return Err(wrong);
    }
    job.payload.read().map_err(|_| wrong)
}
