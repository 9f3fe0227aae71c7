//! Making homework: what `run`, `rerun`, `plan`, `watch` and `batch` have in common.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::manifest::UnfinishedRun;
use esl_core::{CancellationToken, ErrorKind, ProgressSink, RunId, Silent, Stage};
use esl_pipeline::lesson::Report;
use esl_pipeline::pipeline::{
    LessonInput, OnExisting, Pipeline, PipelineError, PresetChoice, Problem, RunContext,
    RunOptions, RunPlan, RunReport, RunRequest,
};
use esl_pipeline::speech::casting::VoiceMap;
use esl_pipeline::speech::segments::SpeechMode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{ExistingPage, HomeworkArgs, Mode, PresetArgs};
use crate::config::{self, Environment, Typed};
use crate::exit::{Exit, Failure};
use crate::output::{diagnostics::Source, summary};
use crate::wiring::{self, Workshop};

/// Makes the homework of any lesson in the same way.
pub(super) struct Maker {
    workshop: Workshop,
    /// Why nobody can speak though somebody is to.
    mute: Option<Failure>,
    options: RunOptions,
    voices: VoiceMap,
    timeout: Option<Duration>,
    max_lesson_bytes: usize,
    kept: Kept,
}

/// What of the command line a resumed run needs beyond its options.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    workspace: PathBuf,
    answers: bool,
    presets: Option<PathBuf>,
    voices: Option<PathBuf>,
    concurrency: usize,
    max_lesson_bytes: usize,
    speaks: bool,
}

/// What is asked of which pipeline.
struct Order {
    pipeline: Arc<Pipeline>,
    request: RunRequest,
    context: RunContext,
}

/// Why there is no homework.
pub(super) struct Unmade {
    pub(super) failure: Failure,
    findings: Option<Findings>,
}

/// What is wrong with a lesson.
struct Findings {
    name: String,
    text: String,
    report: Report,
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

    async fn open(
        args: &HomeworkArgs,
        environment: &Environment,
        speaks: bool,
    ) -> Result<Self, Failure> {
        let settings = environment.settings(args.settings())?;
        let kept = Kept {
            workspace: settings.workspace.value,
            answers: args.page.answers,
            presets: absolute(settings.presets.value)?,
            voices: absolute(settings.voices.value)?,
            concurrency: settings.concurrency.value,
            max_lesson_bytes: settings.max_lesson_bytes.value,
            speaks: speaks && !args.speech.skip_tts,
        };
        Self::with(kept, options(args)?, args.timeout, environment).await
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
        Self::with(kept, RunOptions::default(), timeout, environment).await
    }

    async fn with(
        kept: Kept,
        options: RunOptions,
        timeout: Option<Duration>,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let settings = environment.settings(kept.settings())?;
        let (workshop, mute) = Workshop::open(&settings, kept.answers, kept.speaks).await?;
        Ok(Self {
            workshop,
            mute,
            options,
            voices: wiring::voice_map(settings.voices.value.as_deref())?,
            timeout,
            max_lesson_bytes: kept.max_lesson_bytes,
            kept,
        })
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
        let Order {
            pipeline,
            request,
            context,
        } = self.order(path, cancel, progress)?;
        let lesson = request.lesson.clone();
        let report = pipeline.run(request, context).await;
        report.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Does `steps` again for the lesson at `path`, or, if there are none, whatever is needed.
    pub(super) async fn remake(
        &self,
        path: &Path,
        steps: &[Stage],
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<RunReport, Unmade> {
        let Order {
            pipeline,
            request,
            context,
        } = self.order(path, cancel, progress)?;
        let lesson = request.lesson.clone();
        let report = pipeline.rerun(steps, request, context).await;
        report.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Goes on with the interrupted run of the lesson at `path`, if there is one.
    pub(super) async fn resume(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Option<RunReport>, Unmade> {
        let Order {
            pipeline,
            request,
            context,
        } = self.order(path, cancel, progress)?;
        let lesson = request.lesson.clone();
        let report = pipeline.resume(request, context).await;
        report.map_err(|error| Unmade::of(error, &lesson))
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
        } = self.order(path, CancellationToken::new(), Arc::new(Silent))?;
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

    fn order(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Order, Failure> {
        let (lesson, root) = wiring::lesson(path, self.max_lesson_bytes)?;
        let mut options = self.options.clone();
        let out = options.out.take();
        options.out = Some(out.unwrap_or_else(|| wiring::folder_of(&lesson, &root)));
        Ok(Order {
            pipeline: self.workshop.pipeline(root)?,
            context: RunContext {
                cancel,
                deadline: self.timeout.map(|timeout| Instant::now() + timeout),
                progress,
                accounts: self.workshop.accounts(),
                ..RunContext::new(RunId::random())
            },
            request: RunRequest {
                options,
                voices: self.voices.clone(),
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

impl Kept {
    fn settings(&self) -> Typed<'_> {
        Typed {
            workspace: Some(&self.workspace),
            presets: self.presets.as_deref(),
            voices: self.voices.as_deref(),
            concurrency: u16::try_from(self.concurrency).ok(),
            max_lesson_bytes: Some(self.max_lesson_bytes),
        }
    }
}

fn absolute(path: Option<PathBuf>) -> Result<Option<PathBuf>, Failure> {
    path.as_deref().map(config::absolute).transpose()
}

impl Unmade {
    fn of(error: PipelineError, lesson: &LessonInput) -> Self {
        let PipelineError::InvalidLesson { report, .. } = &error else {
            return Failure::from(error).into();
        };
        let findings = Findings {
            name: lesson.location.clone(),
            text: String::from_utf8_lossy(&lesson.bytes).into_owned(),
            report: report.clone(),
        };
        let diagnostics = findings.report.items(&findings.text);
        Self {
            failure: Failure {
                details: Some(Box::new(json!({ "diagnostics": diagnostics }))),
                ..error.into()
            },
            findings: Some(findings),
        }
    }

    /// Shows what is wrong with the lesson, if that is the reason, on standard error.
    pub(super) fn show_findings(&self) {
        if let Some(Findings { name, text, report }) = &self.findings {
            Source { name, text }.show_findings(&report.diagnostics);
        }
    }
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        let findings = None;
        Self { failure, findings }
    }
}

/// What was typed, in the pipeline's terms.
fn options(args: &HomeworkArgs) -> Result<RunOptions, Failure> {
    let mut options = RunOptions::default();
    options.preset = preset(&args.preset);
    options.student = args.page.student.clone();
    options.on_existing = match args.page.existing_page() {
        ExistingPage::Update => OnExisting::Update,
        ExistingPage::New => OnExisting::New,
        ExistingPage::Fail => OnExisting::Fail,
    };
    options.skip_import = args.page.skip_import;
    options.with_tts = Some(args.speech.is_on());
    options.skip_tts = args.speech.skip_tts;
    options.redo_tts = args.speech.redo_tts;
    options.force = args.force;
    let out = args.speech.out.as_deref();
    options.out = out.map(config::absolute).transpose()?;
    options.voice_id = args.voices.voice.clone();
    options.accent_preference = args.voices.accent.clone();
    options.tts_mode = args.speech.tts_mode.map(|mode| match mode {
        Mode::Auto => SpeechMode::Auto,
        Mode::Dialogue => SpeechMode::Dialogue,
        Mode::Monologue => SpeechMode::Monologue,
    });
    options.strict = args.strict;
    Ok(options)
}

fn preset(args: &PresetArgs) -> PresetChoice {
    match &args.preset {
        Some(name) => PresetChoice::Named(name.clone()),
        None if args.no_preset => PresetChoice::Plain,
        None => PresetChoice::Inherit,
    }
}
