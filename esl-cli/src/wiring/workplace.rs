//! What lesson jobs work with: the settings of this machine.

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::payload::{LessonRerunAudio, LessonRun, LessonSyncMetadata};
use esl_core::job::{FailureCode, PhaseConfig, UserId, ValidatePhase};
use esl_core::ports::JobError;
use esl_core::{ErrorKind, PhaseSettings};
use esl_jobs::Jobs;
use esl_jobs::worker::{Worker, WorkerConfig};
use esl_pipeline::jobs::{LessonJobs, LessonName, Order, Setup, Workplace};
use esl_pipeline::pipeline::{LessonInput, RunDefaults};
use esl_pipeline::speech::encoders::Encoders;

use super::Workshop;
use super::shelf::Shelf;
use crate::config::{Settings, WorkerSettings};
use crate::exit::{Exit, Failure};

/// The settings of this machine, for jobs.
#[derive(Debug)]
struct Machine {
    workshop: Workshop,
    shelf: Shelf,
    phases: PhaseSettings,
    defaults: RunDefaults,
    max_lesson_bytes: u64,
}

/// A worker on `jobs` that makes homework with these settings.
pub(crate) async fn worker(
    settings: Settings,
    jobs: &Jobs,
    defaults: impl FnOnce(&Workshop) -> RunDefaults,
) -> Result<Worker, Failure> {
    let config = config(&settings.jobs.worker);
    let shelf = Shelf::open(&settings)?;
    let max_lesson_bytes = settings.max_lesson_bytes as u64;
    let encoders = Encoders::new(settings.jobs.worker.encoders);
    let (workshop, mute) = Workshop::open(settings, false, true).await?;
    if let Some(failure) = mute {
        let cause = failure.message;
        tracing::warn!(
            cause,
            "nobody can speak here: jobs that want a recording will fail"
        );
    }
    let machine = Machine {
        defaults: defaults(&workshop),
        workshop: workshop.with_encoders(encoders),
        shelf,
        phases: PhaseSettings::new(jobs.settings.clone()),
        max_lesson_bytes,
    };
    let lessons = LessonJobs::new(Arc::new(machine), jobs.store.clone());
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .handles::<LessonRun>(lessons.clone())
        .handles::<LessonRerunAudio>(lessons.clone())
        .handles::<LessonSyncMetadata>(lessons)
        .config(config)
        .build();
    worker.map_err(|error| Failure::of_setting(&error))
}

fn config(settings: &WorkerSettings) -> WorkerConfig {
    let mut config = WorkerConfig::default();
    config.concurrency = settings.concurrency;
    config.timeout = settings.timeout;
    config.grace = settings.grace;
    config.lease = settings.lease;
    // Three heartbeats may be lost.
    config.heartbeat = settings.lease / 4;
    config.reap = settings.lease / 4;
    config
}

#[async_trait]
impl Workplace for Machine {
    async fn phases(&self) -> Result<PhaseConfig, JobError> {
        let phases = self.phases.all().await;
        let mut phases = phases.map_err(|error| JobError::of(&error))?;
        // Unless somebody changed the phase, what is set up for this machine holds.
        let limit = &mut phases.validate.max_lesson_bytes;
        if *limit == ValidatePhase::default().max_lesson_bytes {
            *limit = self.max_lesson_bytes;
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
        let setup = self.furnish(order).await;
        setup.map_err(|failure| job_error(&failure))
    }
}

impl Machine {
    async fn furnish(&self, order: &Order<'_>) -> Result<Setup, Failure> {
        let workshop = &self.workshop;
        let mut profile = workshop.profile(order.lesson, order.student);
        if let Some(database) = order.database {
            profile.db_id = Some(database.to_owned());
            profile.data_source_id = None;
        }
        let source = workshop.source(&profile).await?;
        let mut defaults = self.defaults.clone();
        defaults.students = workshop.students(source).await?;
        let pipeline = workshop.pipeline(self.shelf.root(order.name).to_owned())?;
        let documents = workshop.documents();
        Ok(Setup {
            accounts: workshop.accounts(&profile)?,
            source: Some(source),
            voices: documents.voices.clone(),
            students: documents.students.clone(),
            defaults,
            ..Setup::new(pipeline)
        })
    }
}

/// What the job is told that cannot have what it needs.
fn job_error(failure: &Failure) -> JobError {
    let code = match failure.kind {
        ErrorKind::Configuration | ErrorKind::InvalidInput | ErrorKind::NotFound => {
            FailureCode::INVALID_NOTION_DATABASE
        }
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
