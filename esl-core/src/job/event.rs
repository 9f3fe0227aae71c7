//! What is told about jobs, in the order in which it happened.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Actor, JobHead, JobId, JobState, UserId};
use crate::Timestamp;

/// A place in the log of events. Larger is later; nothing can be concluded from gaps.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(u64);

impl Cursor {
    /// Before all events.
    pub const START: Self = Self(0);

    /// The number, as stores and clients keep it.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// A number that a store gave or a client kept.
    #[must_use]
    pub const fn from_u64(cursor: u64) -> Self {
        Self(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// The job was accepted.
    #[serde(rename = "job_created")]
    Created,
    /// The job's state changed, or its metadata did.
    #[serde(rename = "job_state_changed")]
    StateChanged,
    /// The attempt got on.
    #[serde(rename = "job_progress")]
    Progress,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Created, Self::StateChanged, Self::Progress];

    /// The stable name, in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "job_created",
            Self::StateChanged => "job_state_changed",
            Self::Progress => "job_progress",
        }
    }
}

/// The text names no kind of event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of event")]
pub struct UnknownEventKind(String);

impl FromStr for EventKind {
    type Err = UnknownEventKind;

    fn from_str(text: &str) -> Result<Self, UnknownEventKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownEventKind(text.chars().take(80).collect()))
    }
}

/// Something that happened to a job, on its way into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The job.
    pub job: JobId,
    /// Whose it is: who may be told.
    pub owner: Option<UserId>,
    /// What sort of thing happened.
    pub kind: EventKind,
    /// The job's state afterwards.
    pub state: JobState,
    /// Who did it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// Details: `attempt`, `error`, `errorCode`, `nextAttemptAt`, and what the kind of event adds.
    pub data: Map<String, Value>,
}

impl NewEvent {
    /// What can be said of any job that has just become `head`.
    pub(super) fn about(head: &JobHead, kind: EventKind, actor: Actor, at: Timestamp) -> Self {
        let mut data = Map::new();
        if head.attempt > 0 {
            data.insert("attempt".into(), json!(head.attempt));
        }
        if let Some(time) = head.next_attempt_at {
            data.insert("nextAttemptAt".into(), json!(time));
        }
        Self {
            job: head.id,
            owner: head.owner,
            kind,
            state: head.state,
            actor,
            at,
            data,
        }
    }
}

/// Something that happened to a job, as the log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobEvent {
    /// Its place in the log.
    pub cursor: Cursor,
    /// What happened.
    pub event: NewEvent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_one_name_everywhere() {
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
