//! What a job of the other database becomes here.

use std::collections::HashMap;

use esl_core::Timestamp;
use esl_core::job::payload::LessonRun;
use esl_core::job::{
    Admission, Change, EventKind, Failure, FailureCode, JobHead, JobId, JobState, NewEvent, NewJob,
    Payload, StoredPayload, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A row of its table. Old tables have the first columns only.
#[derive(Debug, Deserialize)]
pub(super) struct OldJob {
    state: JobState,
    created_at: Timestamp,
    updated_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    user_id: Option<UserId>,
    error: Option<String>,
    manifest_path: Option<String>,
    notion_url: Option<String>,
    #[serde(flatten)]
    lesson: Lesson,
}

/// The columns that become the payload, under the names that it has here. Words that nobody knows any
/// more stay as they are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase"))]
struct Lesson {
    md: String,
    preset: Option<String>,
    with_tts: Option<bool>,
    upload: Option<String>,
    voice_id: Option<String>,
    voice_accent: Option<String>,
    force_tts: Option<bool>,
    notion_database: Option<String>,
    mode: Option<String>,
}

impl OldJob {
    /// The job as it was accepted, ranked behind those queued ones of its owner that were counted so
    /// far.
    pub(super) fn admission(&self, id: JobId, backlogs: &mut HashMap<UserId, u64>) -> Admission {
        let new = NewJob {
            id,
            payload: self.payload(),
            owner: self.user_id,
            ..NewJob::new(&LessonRun::default())
        };
        let mut before = 0;
        if let (Some(owner), JobState::Queued) = (self.user_id, self.state) {
            let backlog = backlogs.entry(owner).or_default();
            before = *backlog;
            *backlog += 1;
        }
        new.admit(self.created_at, before)
    }

    fn payload(&self) -> StoredPayload {
        let mut fields = match json!(self.lesson) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        fields.retain(|_, value| !value.is_null());
        StoredPayload {
            version: LessonRun::VERSION,
            fields,
        }
    }

    /// How the job ended, if it did.
    pub(super) fn ending(&self, accepted: JobHead) -> Option<Change> {
        let (state, failure) = match self.state {
            JobState::Queued => return None,
            // Nobody knows what it has done already, a page perhaps. Whether to do it again is for
            // whoever can look.
            JobState::Running => (JobState::Failed, Some(lost())),
            JobState::Failed => (JobState::Failed, Some(self.failure())),
            ended @ (JobState::Succeeded | JobState::Cancelled) => (ended, None),
        };
        let finished_at = self.finished_at.unwrap_or(self.updated_at);
        let head = JobHead {
            state,
            attempt: u32::from(self.started_at.is_some()),
            started_at: self.started_at,
            finished_at: Some(finished_at),
            updated_at: self.updated_at,
            failure,
            ..accepted
        };
        Some(Change {
            event: told(&head, finished_at),
            head,
            payload: Map::new(),
            output: self.output(),
            chained: Vec::new(),
            left: None,
        })
    }

    fn failure(&self) -> Failure {
        let message = self.error.as_deref().unwrap_or("nobody wrote down why");
        Failure::new(FailureCode::INTERNAL, message)
    }

    fn output(&self) -> Map<String, Value> {
        let made = [
            ("manifestPath", &self.manifest_path),
            ("notionUrl", &self.notion_url),
        ];
        let made = made.into_iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some((name.to_owned(), json!(value)))
        });
        made.collect()
    }
}

fn lost() -> Failure {
    let message = "the job was running when its database was taken over; look at what it has made \
                   before you submit the lesson again";
    Failure::new(FailureCode::WORKER_LOST, message)
}

fn told(head: &JobHead, at: Timestamp) -> NewEvent {
    let mut data = Map::new();
    data.insert("attempt".into(), json!(head.attempt));
    if let Some(failure) = &head.failure {
        data.insert("error".into(), json!(failure.message));
        data.insert("errorCode".into(), json!(failure.code));
    }
    NewEvent {
        job: head.id,
        owner: head.owner,
        kind: EventKind::StateChanged,
        state: head.state,
        actor: esl_core::job::Actor::System,
        at,
        data,
    }
}
