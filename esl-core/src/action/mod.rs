//! What users may do to a job: one file per action, and the dispatcher that knows them all.
//!
//! An action's file owns its input, its precondition and its effect. What cannot be done now is an
//! error with a kind. Whether the caller may see the job at all is decided before it comes here.

mod cancel;
mod edit_metadata;
mod error;
mod rerun_audio;
mod retry;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::job::payload::{LessonRerunAudio, LessonRun};
use crate::job::{Actor, Job, JobId, JobState, Payload as _};
use crate::ports::{JobError, JobStore};

pub use cancel::Cancel;
pub use edit_metadata::EditMetadata;
pub use error::ActionError;
pub use rerun_audio::RerunAudio;

/// The name of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// [`RerunAudio`]
    RerunAudio,
    /// [`Cancel`]
    Cancel,
    /// [`EditMetadata`]
    EditMetadata,
}

/// Something a user wants done to a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobAction {
    /// Make the recording again.
    RerunAudio(RerunAudio),
    /// Stop the job.
    Cancel(Cancel),
    /// Change what later runs read.
    EditMetadata(EditMetadata),
}

/// What there is to know of an action before using it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionCapability {
    /// Its name.
    #[serde(rename = "type")]
    pub kind: ActionKind,
    /// Its name for people.
    pub label: &'static str,
    /// What it does.
    pub description: &'static str,
    /// The fields its payload must have.
    pub requires_fields: &'static [&'static str],
    /// Whether it can be used.
    pub implemented: bool,
    /// The states in which a job allows it.
    pub allowed_states: &'static [JobState],
    /// A JSON Schema of its payload.
    pub payload_schema: Value,
}

/// What an action did.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionOutcome {
    /// The job as it is afterwards.
    pub job: Job,
    /// The job that the action made, or found already there.
    pub new_job: Option<JobId>,
    /// What became of the manifest of an edited job.
    pub manifest_sync: Option<ManifestSync>,
}

/// What became of the manifest of an edited job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestSync {
    /// It is up to date.
    Done,
    /// There is none, or nothing changed.
    Skipped,
    /// It is damaged, and stays as it is.
    Failed,
    /// A job brings it up to date.
    Queued,
}

/// Reads and edits the manifests of lessons that can be reached from here.
#[async_trait]
pub trait ManifestEditor: fmt::Debug + Send + Sync + 'static {
    /// Whether the manifest of the lesson of `job` names a page.
    ///
    /// # Errors
    /// [`MANIFEST_MISSING`](crate::job::FailureCode::MANIFEST_MISSING) if there is none,
    /// [`MANIFEST_UNREADABLE`](crate::job::FailureCode::MANIFEST_UNREADABLE) if it is damaged; after
    /// any other it is left to a worker to find out.
    async fn has_page(&self, job: &Job) -> Result<bool, JobError>;

    /// Writes `fields` into the manifest of the lesson of `job`, and changes nothing else.
    ///
    /// # Errors
    /// [`MANIFEST_UNREADABLE`](crate::job::FailureCode::MANIFEST_UNREADABLE) if it is damaged; after
    /// any other a worker is asked to do it.
    async fn edit(&self, job: &Job, fields: &Map<String, Value>) -> Result<(), JobError>;
}

impl ActionKind {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::RerunAudio, Self::Cancel, Self::EditMetadata];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RerunAudio => "rerun_audio",
            Self::Cancel => "cancel",
            Self::EditMetadata => "edit_metadata",
        }
    }

    /// What there is to know of it.
    #[must_use]
    pub fn capability(self) -> ActionCapability {
        match self {
            Self::RerunAudio => RerunAudio::capability(),
            Self::Cancel => Cancel::capability(),
            Self::EditMetadata => EditMetadata::capability(),
        }
    }

    /// The actions that a job in `state` allows.
    pub fn available_in(state: JobState) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |kind| kind.capability().allowed_states.contains(&state))
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActionKind {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(ActionError::UnknownAction)
    }
}

impl JobAction {
    /// Reads an action from its name and payload.
    ///
    /// # Errors
    /// [`ActionError::InvalidPayload`] naming the first field that is wrong.
    pub fn parse(kind: ActionKind, payload: &Map<String, Value>) -> Result<Self, ActionError> {
        Ok(match kind {
            ActionKind::RerunAudio => Self::RerunAudio(RerunAudio::parse(payload)?),
            ActionKind::Cancel => Self::Cancel(Cancel::parse(payload)?),
            ActionKind::EditMetadata => Self::EditMetadata(EditMetadata::parse(payload)?),
        })
    }

    /// Its name.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::RerunAudio(_) => ActionKind::RerunAudio,
            Self::Cancel(_) => ActionKind::Cancel,
            Self::EditMetadata(_) => ActionKind::EditMetadata,
        }
    }
}

/// Does to jobs what users want.
#[derive(Debug, Clone)]
pub struct Actions {
    store: Arc<dyn JobStore>,
    manifests: Option<Arc<dyn ManifestEditor>>,
}

impl Actions {
    /// Actions on the jobs of a store. Manifests are left to workers.
    #[must_use]
    pub fn new(store: Arc<dyn JobStore>) -> Self {
        Self {
            store,
            manifests: None,
        }
    }

    /// The same, with edits that reach manifests at once where they can, and reruns that are refused
    /// without one.
    #[must_use]
    pub fn editing(self, manifests: Arc<dyn ManifestEditor>) -> Self {
        Self {
            manifests: Some(manifests),
            ..self
        }
    }

    /// Performs `action` on a job on behalf of `actor`.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn perform(
        &self,
        job: JobId,
        action: &JobAction,
        actor: Actor,
    ) -> Result<ActionOutcome, ActionError> {
        let job = self.load(job).await?;
        let kind = action.kind();
        let allowed = kind.capability().allowed_states;
        check_state(kind.as_str(), allowed, job.head.state)?;
        let (store, manifests) = (self.store.as_ref(), self.manifests.as_deref());
        match action {
            JobAction::RerunAudio(action) => action.perform(job, actor, store, manifests).await,
            JobAction::Cancel(action) => action.perform(job, actor, store).await,
            JobAction::EditMetadata(action) => action.perform(job, actor, store, manifests).await,
        }
    }

    /// Does what failed or was cancelled again, by a job of its own with the same payload. Not among
    /// the actions that clients discover: it takes nothing and changes nothing about the job.
    ///
    /// # Errors
    /// [`ActionError::InvalidState`] of a job that did not fail, nor was cancelled;
    /// [`ActionError::NotFound`], [`ActionError::Store`].
    pub async fn retry(&self, job: JobId, actor: Actor) -> Result<ActionOutcome, ActionError> {
        let job = self.load(job).await?;
        retry::perform(job, actor, self.store.as_ref()).await
    }

    async fn load(&self, id: JobId) -> Result<Job, ActionError> {
        let found = self.store.jobs(&[id]).await?.pop();
        found.ok_or(ActionError::NotFound)
    }
}

fn check_state(
    action: &'static str,
    allowed: &'static [JobState],
    state: JobState,
) -> Result<(), ActionError> {
    if allowed.contains(&state) {
        return Ok(());
    }
    Err(ActionError::InvalidState {
        action,
        state,
        allowed,
    })
}

/// Whether a job made a lesson into homework, so that there is something to work on.
fn makes_homework(job: &Job) -> bool {
    [LessonRun::KIND, LessonRerunAudio::KIND].contains(&job.head.kind)
}

/// The value of an optional field that is a string and not blank.
fn text(payload: &Map<String, Value>, field: &'static str) -> Result<Option<String>, ActionError> {
    match payload.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(ActionError::invalid(
            field,
            "must be text that is not blank",
        )),
    }
}

/// The value of an optional field that is one of the values of `T`.
fn choice<T: serde::de::DeserializeOwned>(
    payload: &Map<String, Value>,
    field: &'static str,
) -> Result<Option<T>, ActionError> {
    match payload.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|_| ActionError::invalid(field, "is not one of the values allowed")),
    }
}

#[cfg(test)]
mod tests;
