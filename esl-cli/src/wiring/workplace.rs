//! What lesson jobs work with: the settings of this machine.

use async_trait::async_trait;
use esl_core::job::{FailureCode, PhaseConfig, UserId, ValidatePhase};
use esl_core::ports::JobError;
use esl_core::{ErrorKind, PhaseSettings};
use esl_pipeline::jobs::{LessonName, Order, Setup, Workplace};
use esl_pipeline::pipeline::{LessonInput, RunDefaults};

use super::Workshop;
use super::shelf::Shelf;
use crate::exit::{Exit, Failure};

/// The settings of this machine, for jobs.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) workshop: Workshop,
    pub(super) shelf: Shelf,
    pub(super) phases: PhaseSettings,
    pub(super) defaults: RunDefaults,
}

#[async_trait]
impl Workplace for Machine {
    async fn phases(&self) -> Result<PhaseConfig, JobError> {
        let mut phases = self.phases.all().await?;
        // Unless somebody changed the phase, what is set up for this machine holds.
        let limit = &mut phases.validate.max_lesson_bytes;
        if *limit == ValidatePhase::default().max_lesson_bytes {
            *limit = self.workshop.settings().max_lesson_bytes as u64;
        }
        Ok(phases)
    }

    async fn lesson(
        &self,
        name: &LessonName,
        owner: Option<UserId>,
        max_bytes: u64,
    ) -> Result<LessonInput, JobError> {
        Ok(self.shelf.lessons.find(name, owner, max_bytes).await?)
    }

    async fn setup(&self, order: &Order<'_>) -> Result<Setup, JobError> {
        let workshop = &self.workshop;
        let mut profile = workshop.profile(order.lesson, order.student);
        if let Some(database) = order.database {
            profile.db_id = Some(database.to_owned());
            profile.data_source_id = None;
        }
        let database = |failure| job_error(&failure, FailureCode::INVALID_NOTION_DATABASE);
        let storage = |failure| job_error(&failure, FailureCode::STORAGE_MISCONFIGURED);
        let source = workshop.source(&profile).await.map_err(database)?;
        let mut defaults = self.defaults.clone();
        defaults.students = workshop.students(source).await.map_err(database)?;
        let root = self.shelf.root(order.name).to_owned();
        let pipeline = workshop.pipeline(root).map_err(storage)?;
        let documents = workshop.documents();
        let accounts = workshop.accounts(&profile, &order.phases.upload);
        Ok(Setup {
            accounts: accounts.map_err(storage)?,
            source: Some(source),
            voices: documents.voices.clone(),
            students: documents.students.clone(),
            defaults,
            ..Setup::new(pipeline)
        })
    }
}

/// What the job is told that cannot have what it needs; with `misconfigured` where that is a matter of
/// settings.
pub(super) fn job_error(failure: &Failure, misconfigured: FailureCode) -> JobError {
    let code = match failure.kind {
        ErrorKind::Configuration | ErrorKind::InvalidInput | ErrorKind::NotFound => misconfigured,
        kind => kind.into(),
    };
    let message = match &failure.hint {
        Some(hint) => format!("{}; {hint}", failure.message),
        None => failure.message.clone(),
    };
    match failure.exit {
        Exit::Transient | Exit::Unexpected => JobError::transient(code, message),
        _ => JobError::permanent(code, message),
    }
}
