//! What lesson jobs need of the program that they run in.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::{PhaseConfig, UserId};
use esl_core::ports::JobError;
use esl_core::{DataSourceId, Students};

use super::LessonName;
use crate::pipeline::{Accounts, LessonInput, Pipeline, RunDefaults};
use crate::speech::casting::VoiceMap;

/// What lesson jobs need of the program that they run in. Every attempt asks anew, in this order.
///
/// The manifests of all pipelines that are given out for one lesson are in one store.
#[async_trait]
pub trait Workplace: fmt::Debug + Send + Sync + 'static {
    /// How the phases behave for jobs that start now.
    ///
    /// # Errors
    /// [`JobError`] ends the attempt.
    async fn phases(&self) -> Result<PhaseConfig, JobError>;

    /// The lesson that a job of `owner` names; what is above `max_bytes` may be cut one byte later.
    /// [`LessonShelf::find`](super::LessonShelf::find) does it.
    ///
    /// # Errors
    /// [`JobError`] ends the attempt.
    async fn lesson(
        &self,
        name: &LessonName,
        owner: Option<UserId>,
        max_bytes: u64,
    ) -> Result<LessonInput, JobError>;

    /// With what the lesson is made into homework.
    ///
    /// # Errors
    /// [`JobError`] ends the attempt: a database that is not there is
    /// [`INVALID_NOTION_DATABASE`](esl_core::job::FailureCode::INVALID_NOTION_DATABASE), a credential
    /// that nobody has [`CREDENTIALS_MISSING`](esl_core::job::FailureCode::CREDENTIALS_MISSING).
    async fn setup(&self, order: &Order<'_>) -> Result<Setup, JobError>;
}

/// What a setup is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The lesson as the job names it.
    pub name: &'a LessonName,
    /// The lesson.
    pub lesson: &'a LessonInput,
    /// Whose job it is, and thus whose accounts to use.
    pub owner: Option<UserId>,
    /// The database that the job names; without one the configured default is meant.
    pub database: Option<&'a str>,
    /// The student that the job names; without one the lesson's own is meant.
    pub student: Option<&'a str>,
    /// How the phases of the job behave. `upload.publicRead` and `upload.presignSeconds` are heeded by
    /// giving the accounts a store of uploads that does.
    pub phases: &'a PhaseConfig,
}

/// With what a lesson is made into homework.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What does the work. Share one among all jobs where possible: runs of one pipeline do not make
    /// the same piece of speech twice.
    pub pipeline: Arc<Pipeline>,
    /// The accounts of the job's owner; where absent, the pipeline's own are used.
    pub accounts: Accounts,
    /// Where pages are created instead of the pipeline's own data source.
    pub source: Option<DataSourceId>,
    /// Who speaks with which voice.
    pub voices: VoiceMap,
    /// What holds for students.
    pub students: Students,
    /// What holds where nothing else says anything.
    pub defaults: RunDefaults,
}

impl Setup {
    /// A pipeline alone.
    #[must_use]
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        Self {
            pipeline,
            accounts: Accounts::default(),
            source: None,
            voices: VoiceMap::default(),
            students: Students::default(),
            defaults: RunDefaults::default(),
        }
    }
}
