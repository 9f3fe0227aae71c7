//! What lesson jobs work with: the settings of this machine.

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::ErrorKind;
use esl_core::job::payload::{LessonRerunAudio, LessonRun, LessonSyncMetadata};
use esl_core::job::{FailureCode, PhaseConfig, UserId};
use esl_core::ports::JobError;
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
    defaults: RunDefaults,
    max_lesson_bytes: u64,
}

/// A worker on `jobs` that makes homework with these settings.
pub(crate) async fn worker(
    settings: Settings,
    defaults: RunDefaults,
    jobs: &Jobs,
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
        workshop: workshop.with_encoders(encoders),
        shelf,
        defaults,
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
        let mut phases = PhaseConfig::default();
        phases.validate.max_lesson_bytes = self.max_lesson_bytes;
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
        let Order {
            lesson,
            database,
            student,
            ..
        } = *order;
        let source = self.workshop.source_in(database, lesson, student).await;
        let root = self.shelf.root(order.name).to_owned();
        let pipeline = self
            .workshop
            .pipeline(root)
            .map_err(|failure| job_error(&failure))?;
        let documents = self.workshop.documents();
        Ok(Setup {
            accounts: self.workshop.accounts(),
            source: Some(source.map_err(|failure| job_error(&failure))?),
            voices: documents.voices.clone(),
            students: documents.students.clone(),
            defaults: self.defaults.clone(),
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
