//! Jobs and events as clients see them. Names and order of the fields are a contract; every field is
//! always there, null where there is nothing to say.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::payload::{LessonRerunAudio, TtsMode, UploadTarget};
use super::{
    BatchId, Cursor, EventKind, FailureCode, Job, JobEvent, JobId, JobKind, JobState, Payload,
    Priority,
};
use crate::Timestamp;

/// A job as clients see it.
///
/// What an unreadable payload says is left out: the job itself can still be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "each field is that of the job, its payload or its output"
)]
pub struct JobView {
    pub job_id: JobId,
    pub md: Option<String>,
    pub preset: Option<String>,
    pub with_tts: Option<bool>,
    pub voice_id: Option<String>,
    pub upload: Option<UploadTarget>,
    pub voice_accent: Option<String>,
    pub force_tts: Option<bool>,
    pub notion_database: Option<String>,
    pub mode: Option<TtsMode>,
    pub notion_url: Option<String>,
    pub state: JobState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub error: Option<String>,
    pub manifest_path: Option<String>,
    #[serde(rename = "type")]
    pub kind: JobKind,
    pub parent_job_id: Option<JobId>,
    pub priority: Priority,
    pub attempt: u32,
    pub max_attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
    pub error_code: Option<FailureCode>,
    pub stage: Option<String>,
    pub file_name: Option<String>,
    pub audio_url: Option<String>,
    pub cancel_reason: Option<String>,
}

impl From<&Job> for JobView {
    fn from(job: &Job) -> Self {
        let (head, asked, came) = (&job.head, &job.payload.fields, &job.output);
        let is_rerun = head.kind == LessonRerunAudio::KIND;
        Self {
            job_id: head.id,
            md: field(asked, "md"),
            preset: field(asked, "preset"),
            with_tts: field(asked, "withTts").or(is_rerun.then_some(true)),
            voice_id: field(asked, "voiceId"),
            upload: field(asked, "upload"),
            voice_accent: field(asked, "voiceAccent"),
            force_tts: field(asked, "forceTts"),
            notion_database: field(asked, "notionDatabase"),
            mode: field(asked, "mode"),
            notion_url: field(came, "notionUrl"),
            state: head.state,
            created_at: head.created_at,
            updated_at: head.updated_at,
            started_at: head.started_at,
            finished_at: head.finished_at,
            error: head.failure.as_ref().map(|failure| failure.message.clone()),
            manifest_path: field(came, "manifestPath"),
            kind: head.kind.clone(),
            parent_job_id: head.parent,
            priority: head.priority,
            attempt: head.attempt,
            max_attempts: head.max_attempts,
            next_attempt_at: head.next_attempt_at,
            error_code: head.failure.as_ref().map(|failure| failure.code.clone()),
            stage: head.stage.clone(),
            file_name: field(asked, "fileName"),
            audio_url: field(came, "audioUrl"),
            cancel_reason: head.cancel_reason.clone(),
        }
    }
}

/// A value of the expected type; anything else reads as absent.
fn field<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(fields.get(name)?).ok()
}

/// Something that happened to a job, as clients are told: over a live stream, or by a webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventView {
    /// What sort of thing happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// The job.
    pub job_id: JobId,
    /// Its state after the event.
    pub state: JobState,
    /// The details of the event; of a change, also what clients mostly ask for of the job.
    pub payload: Map<String, Value>,
    /// The whole job, as it is now: at least as far as the event says.
    pub job: JobView,
    /// The place of the event in the log.
    pub seq: Cursor,
    /// When it happened.
    pub at: Timestamp,
}

impl EventView {
    /// An event and the job that it is about.
    #[must_use]
    pub fn of(event: &JobEvent, job: &Job) -> Self {
        let (cursor, event, job) = (event.cursor, &event.event, JobView::from(job));
        let mut payload = match event.kind {
            EventKind::Progress => Map::new(),
            EventKind::Created | EventKind::StateChanged => digest(&job),
        };
        payload.extend(event.data.clone());
        Self {
            kind: event.kind,
            job_id: event.job,
            state: event.state,
            payload,
            job,
            seq: cursor,
            at: event.at,
        }
    }
}

/// What clients mostly ask for of a job.
fn digest(job: &JobView) -> Map<String, Value> {
    let fields = [
        ("manifestPath", json!(job.manifest_path)),
        ("error", json!(job.error)),
        ("finishedAt", json!(job.finished_at)),
        ("mode", json!(job.mode)),
        ("md", json!(job.md)),
        ("notionUrl", json!(job.notion_url)),
    ];
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The end of a batch, as clients are told by a webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BatchView {
    /// Always `batch_finished`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The batch.
    pub batch_id: BatchId,
    /// The worst of its members' states.
    pub state: String,
    /// How many members there are in all, and in each state, by name.
    pub payload: Map<String, Value>,
    /// The members, as they are now, in the order in which they were made.
    pub jobs: Vec<JobView>,
    /// When the last of them ended.
    pub at: Option<Timestamp>,
}

impl BatchView {
    /// A batch that ended as `state` with these members.
    #[must_use]
    pub fn of(batch: BatchId, state: &str, members: &[Job]) -> Self {
        let mut payload = Map::from_iter([("total".to_owned(), json!(members.len()))]);
        for state in JobState::ALL
            .into_iter()
            .filter(|state| state.is_terminal())
        {
            let count = members.iter().filter(|job| job.head.state == state).count();
            payload.insert(state.as_str().to_owned(), json!(count));
        }
        let mut jobs: Vec<_> = members.iter().map(JobView::from).collect();
        jobs.sort_by_key(|job| job.job_id);
        Self {
            kind: "batch_finished",
            batch_id: batch,
            state: state.to_owned(),
            payload,
            at: jobs.iter().filter_map(|job| job.finished_at).max(),
            jobs,
        }
    }
}

#[cfg(test)]
mod tests;
