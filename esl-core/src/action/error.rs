//! Why an action was not performed.

use super::ActionKind;
use crate::job::JobState;
use crate::ports::StoreError;
use crate::{Classify, ErrorKind, Retry};

/// An action was not performed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// No action has that name.
    #[error("no such action; the actions are rerun_audio, cancel, edit_metadata")]
    UnknownAction,
    /// A field of the payload is wrong.
    #[error("{field} {problem}")]
    InvalidPayload {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An edit that names nothing to change.
    #[error("name at least one of preset, notionDatabase, mode, voiceId, voiceAccent")]
    NoChanges,
    /// There is no such job.
    #[error("there is no such job")]
    NotFound,
    /// The job's state does not allow it.
    #[error("{action} is not possible on a {state} job")]
    InvalidState {
        /// What was wanted.
        action: &'static str,
        /// The state of the job.
        state: JobState,
        /// The states in which it is possible.
        allowed: &'static [JobState],
    },
    /// The job does not have what the action needs.
    #[error("the job has no {missing} to work on")]
    Missing {
        /// `manifest` or `page`.
        missing: &'static str,
    },
    /// The job's payload is not what the action can work on.
    #[error("{action} is not possible on this kind of job")]
    WrongKind {
        /// What was wanted.
        action: ActionKind,
    },
    /// The job changed in between; the same action may be tried again.
    #[error("the job changed in between")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ActionError {
    pub(super) const fn invalid(field: &'static str, problem: &'static str) -> Self {
        Self::InvalidPayload { field, problem }
    }

    /// The stable code that programs read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAction => "invalid_action_type",
            Self::InvalidPayload { field, .. } => match *field {
                "preset" => "invalid_preset",
                "notionDatabase" => "invalid_notion_database",
                "mode" => "invalid_mode",
                "voiceId" => "invalid_voice_id",
                "voiceAccent" => "invalid_voice_accent",
                "forceTts" => "invalid_force_tts",
                _ => "invalid_action_payload",
            },
            Self::NoChanges => "no_changes",
            Self::NotFound => "not_found",
            Self::InvalidState { .. } | Self::WrongKind { .. } => "invalid_state",
            Self::Missing { missing: "page" } => "page_missing",
            Self::Missing { .. } => "manifest_missing",
            Self::Conflict => "state_conflict",
            Self::Store(_) => "unavailable",
        }
    }
}

impl Classify for ActionError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownAction
            | Self::InvalidPayload { .. }
            | Self::NoChanges
            | Self::InvalidState { .. }
            | Self::WrongKind { .. }
            | Self::Missing { .. } => ErrorKind::InvalidInput,
            Self::NotFound => ErrorKind::NotFound,
            Self::Conflict => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Conflict => Retry::Backoff,
            Self::Store(error) => error.retry(),
            _ => Retry::Never,
        }
    }
}
