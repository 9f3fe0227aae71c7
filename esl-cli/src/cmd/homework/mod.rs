//! Making homework: what `run`, `rerun`, `plan`, `watch` and `batch` have in common.

mod kept;
mod options;
mod unmade;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::job::UploadPhase;
use esl_core::manifest::UnfinishedRun;
use esl_core::{CancellationToken, ErrorKind, ProgressSink, RunId, Silent, Stage};
use esl_pipeline::pipeline::{
    Pipeline, PipelineError, Problem, RunContext, RunDefaults, RunOptions, RunPlan, RunReport,
    RunRequest, Spoken,
};
use serde::Deserialize as _;

use crate::args::HomeworkArgs;
use crate::config::{Environment, Settings};
use crate::exit::{Exit, Failure};
use crate::output::summary;
use crate::wiring::{self, Workshop};
use kept::Kept;
pub(super) use options::defaults;
pub(super) use unmade::Unmade;

/// Makes the homework of any lesson in the same way.
pub(super) struct Maker {
    workshop: Workshop,
    /// Why nobody can speak though somebody is to.
    mute: Option<Failure>,
    options: RunOptions,
    defaults: RunDefaults,
    timeout: Option<Duration>,
    needs_page: bool,
    kept: Kept,
}

/// What is asked of which pipeline.
struct Order {
    pipeline: Arc<Pipeline>,
    request: RunRequest,
    context: RunContext,
}

impl Maker {
    /// Reads the settings that were asked for and finds what a run needs.
    pub(super) async fn new(
        args: &HomeworkArgs,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        Self::open(args, environment, args.speech.is_on()).await
    }

    /// As `new`, for a rerun of `steps`, or, if there are none, of any that are needed. Unless typed
    /// it is up to the pipeline whether there is to be a recording.
    pub(super) async fn for_steps(
        args: &HomeworkArgs,
        environment: &Environment,
        steps: &[Stage],
    ) -> Result<Self, Failure> {
        let may_speak = steps.is_empty() || steps.contains(&Stage::Tts);
        let mut maker = Self::open(args, environment, args.speech.is_on() && may_speak).await?;
        maker.options.with_tts = args.speech.typed();
        Ok(maker)
    }

    /// As `new`, for the recording alone: no workspace is needed.
    pub(super) async fn for_speech(
        args: &HomeworkArgs,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let mut maker = Self::open(args, environment, true).await?;
        maker.needs_page = false;
        Ok(maker)
    }

    async fn open(
        args: &HomeworkArgs,
        environment: &Environment,
        speaks: bool,
    ) -> Result<Self, Failure> {
        let kept = Kept::of(args, speaks)?;
        let settings = environment.settings(args.settings.settings())?;
        Self::with(kept, options::options(args)?, args.timeout, settings).await
    }

    /// For what an interrupted run still has to do, with the settings that it had.
    pub(super) async fn again(
        unfinished: &UnfinishedRun,
        timeout: Option<Duration>,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let kept = Kept::deserialize(&unfinished.caller).map_err(|_| {
            let message = "the interrupted run was begun by another program";
            Failure::new(Exit::Manifest, ErrorKind::Corrupt, message)
                .hint("`esl run` goes on with it, with the options you give")
        })?;
        let settings = environment.settings(kept.settings())?;
        let mut maker = Self::with(kept, RunOptions::default(), timeout, settings).await?;
        // The options of the interrupted run say where its page belongs.
        maker.needs_page = false;
        Ok(maker)
    }

    async fn with(
        kept: Kept,
        options: RunOptions,
        timeout: Option<Duration>,
        settings: Settings,
    ) -> Result<Self, Failure> {
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        let (workshop, mute) = Workshop::open(settings, kept.answers, kept.speaks, None).await?;
        let defaults = defaults(workshop.settings(), workshop.delivery());
        Ok(Self {
            workshop,
            mute,
            options,
            defaults,
            timeout,
            needs_page: true,
            kept,
        })
    }

    /// What it works with.
    pub(super) fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// A maker for more than plans: there is somebody to speak if that is wanted.
    pub(super) fn that_can_speak(self) -> Result<Self, Failure> {
        match self.mute {
            Some(failure) => Err(failure),
            None => Ok(self),
        }
    }

    /// Makes the homework of the lesson at `path`.
    pub(super) async fn make(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<RunReport, Unmade> {
        let order = self.order(path, cancel, progress).await?;
        let lesson = order.request.lesson.clone();
        let report = order.pipeline.run(order.request, order.context);
        report.await.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Makes the recording of the lesson at `path`.
    pub(super) async fn speak(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Spoken, Unmade> {
        let order = self.order(path, cancel, progress).await?;
        let lesson = order.request.lesson.clone();
        let spoken = order.pipeline.speak(order.request, order.context);
        spoken.await.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Does `steps` again for the lesson at `path`, or, if there are none, whatever is needed.
    pub(super) async fn remake(
        &self,
        path: &Path,
        steps: &[Stage],
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<RunReport, Unmade> {
        let order = self.order(path, cancel, progress).await?;
        let lesson = order.request.lesson.clone();
        let report = order.pipeline.rerun(steps, order.request, order.context);
        report.await.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Goes on with the interrupted run of the lesson at `path`, if there is one.
    pub(super) async fn resume(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Option<RunReport>, Unmade> {
        let order = self.order(path, cancel, progress).await?;
        let lesson = order.request.lesson.clone();
        let report = order.pipeline.resume(order.request, order.context);
        report.await.map_err(|error| Unmade::of(error, &lesson))
    }

    /// What `make` would do, or `remake`, if there are steps.
    pub(super) async fn plan(
        &self,
        path: &Path,
        steps: Option<&[Stage]>,
    ) -> Result<RunPlan, Failure> {
        let Order {
            pipeline,
            request,
            context,
        } = self
            .order(path, CancellationToken::new(), Arc::new(Silent))
            .await?;
        let planning = async {
            match steps {
                Some(steps) => pipeline.plan_rerun(steps, request, context).await,
                None => pipeline.plan(request, context).await,
            }
        };
        let plan = match self.timeout {
            Some(timeout) => tokio::time::timeout(timeout, planning)
                .await
                .unwrap_or(Err(PipelineError::DeadlineExceeded)),
            None => planning.await,
        };
        let mut plan = plan.map_err(Failure::from)?;
        if let Some(failure) = &self.mute {
            for problem in &mut plan.problems {
                explain(problem, failure);
            }
        }
        Ok(plan)
    }

    async fn order(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Order, Failure> {
        let (lesson, root) = wiring::lesson(path, self.workshop.settings())?;
        let mut options = self.options.clone();
        let out = options.out.take();
        options.out = Some(out.unwrap_or_else(|| wiring::folder_of(&lesson, &root)));
        let student = self.kept.student.as_deref();
        let profile = self.workshop.profile(&lesson, student);
        let mut defaults = self.defaults.clone();
        if self.needs_page {
            let source = self.workshop.source(&profile).await?;
            options.data_source_id = Some(source);
            defaults.students = self.workshop.students(source).await?;
        }
        let documents = self.workshop.documents();
        Ok(Order {
            pipeline: self.workshop.pipeline(root)?,
            context: RunContext {
                cancel,
                deadline: self.timeout.map(|timeout| Instant::now() + timeout),
                progress,
                accounts: self.workshop.accounts(&profile, &UploadPhase::default())?,
                ..RunContext::new(RunId::random())
            },
            request: RunRequest {
                options,
                voices: documents.voices.clone(),
                students: documents.students.clone(),
                defaults,
                caller: summary::json(&self.kept),
                ..RunRequest::new(lesson)
            },
        })
    }
}

/// Tells why there is no speech engine, if that is the problem.
fn explain(problem: &mut Problem, failure: &Failure) {
    if problem.field == Some("withTts") {
        problem.message.clone_from(&failure.message);
        problem.hint.clone_from(&failure.hint);
    }
}
