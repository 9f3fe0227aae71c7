//! One attempt at a lesson job: what it needs, gathered, and a run of the pipeline that stops when the
//! job does.

use std::sync::Arc;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::{FailureCode, Job, PhaseConfig, UserId};
use esl_core::ports::{Done, JobContext, JobError};

use super::progress::{Notes, PHASES};
use super::{LessonJobs, LessonName, Order, Setup, failure, options, output};
use crate::pipeline::{LessonInput, PipelineError, RunContext, RunOptions, RunReport, RunRequest};

/// How long a cancelled run may take to come to a safe point; then what it waits for is cut off.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an attempt works with.
#[derive(Debug)]
pub(super) struct Task<'a> {
    job: &'a Job,
    context: &'a JobContext,
    pub(super) phases: PhaseConfig,
    pub(super) lesson: LessonInput,
    pub(super) setup: Setup,
}

/// What a payload says about the lesson.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) name: &'a LessonName,
    /// What people call the lesson.
    pub(super) file_name: Option<&'a str>,
    pub(super) database: Option<&'a str>,
    pub(super) student: Option<&'a str>,
}

impl LessonJobs {
    /// Gathers what an attempt needs.
    pub(super) async fn task<'a>(
        &self,
        wanted: Wanted<'_>,
        job: &'a Job,
        context: &'a JobContext,
    ) -> Result<Task<'a>, JobError> {
        let phases = self.phases(job).await?;
        let owner = job.head.owner;
        let lesson = self.lesson(wanted, owner, &phases).await?;
        let order = Order {
            name: wanted.name,
            lesson: &lesson,
            owner,
            database: wanted.database,
            student: wanted.student,
            phases: &phases,
        };
        let setup = self.workplace.setup(&order).await;
        let setup = setup.map_err(failure::of_workplace)?;
        Ok(Task {
            job,
            context,
            phases,
            lesson,
            setup,
        })
    }

    /// How the phases of the job behave: as they did when it first began.
    async fn phases(&self, job: &Job) -> Result<PhaseConfig, JobError> {
        let noted = job.output.get(PHASES).cloned();
        match noted.and_then(|phases| serde_json::from_value(phases).ok()) {
            Some(phases) => Ok(phases),
            None => self.workplace.phases().await,
        }
    }

    async fn lesson(
        &self,
        wanted: Wanted<'_>,
        owner: Option<UserId>,
        phases: &PhaseConfig,
    ) -> Result<LessonInput, JobError> {
        let max_bytes = phases.validate.max_lesson_bytes;
        let lesson = self.workplace.lesson(wanted.name, owner, max_bytes).await;
        let mut lesson = lesson.map_err(failure::of_workplace)?;
        if let Some(name) = wanted.file_name {
            name.clone_into(&mut lesson.location);
        }
        Ok(lesson)
    }
}

impl Task<'_> {
    /// The lesson with what is asked of it.
    pub(super) fn request(&self, options: RunOptions) -> RunRequest {
        RunRequest {
            options: RunOptions {
                data_source_id: self.setup.source,
                ..options
            },
            voices: self.setup.voices.clone(),
            students: self.setup.students.clone(),
            defaults: options::defaults(self.setup.defaults.clone(), &self.phases),
            ..RunRequest::new(self.lesson.clone())
        }
    }

    /// The circumstances of the run, which has the id of its job.
    pub(super) fn run_context(&self) -> RunContext {
        RunContext {
            cancel: self.context.cancelled.clone(),
            wind_down: self.context.shutting_down.clone(),
            progress: Arc::new(Notes::new(
                self.job.head.id,
                &self.phases,
                self.context.progress.clone(),
            )),
            accounts: self.setup.accounts.clone(),
            limits: options::limits(&self.phases),
            updates: options::updates(&self.phases),
            kept_manifests: Some(self.phases.manifest.keep_versions as usize),
            ..RunContext::new(self.job.head.id.into())
        }
    }

    /// Waits for a run, but not for long once the job is cancelled. What the run has done stands in the
    /// manifest either way.
    pub(super) async fn see_through(
        &self,
        run: impl Future<Output = Result<RunReport, PipelineError>>,
    ) -> Result<Done, JobError> {
        let ended = tokio::select! {
            biased;
            ended = run => ended,
            () = patience(&self.context.cancelled) => Err(PipelineError::Cancelled),
        };
        match ended {
            Ok(report) => Ok(Done {
                output: output::of_run(self.job.head.id, &self.lesson.id, &report),
                chained: Vec::new(),
            }),
            Err(error) => Err(self.explained(&error)),
        }
    }

    fn explained(&self, error: &PipelineError) -> JobError {
        let was_stopped = matches!(error, PipelineError::Cancelled);
        match self.context {
            context if was_stopped && context.cancelled.is_cancelled() => {
                JobError::permanent(FailureCode::CANCELLED, "the job was told to stop")
            }
            context if was_stopped && context.shutting_down.is_cancelled() => {
                JobError::interrupted()
            }
            _ => failure::of_run(error),
        }
    }
}

async fn patience(cancelled: &CancellationToken) {
    cancelled.cancelled().await;
    tokio::time::sleep(PATIENCE).await;
}
