//! Making homework: what `run`, `rerun`, `plan`, `watch` and `batch` have in common.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::block::Audience;
use esl_core::manifest::UnfinishedRun;
use esl_core::{CancellationToken, ErrorKind, ProgressSink, RunId, Silent, Stage};
use esl_pipeline::lesson::Report;
use esl_pipeline::pipeline::{
    self, LessonInput, OnExisting, Pipeline, PipelineError, PresetChoice, Problem, RunContext,
    RunDefaults, RunOptions, RunPlan, RunReport, RunRequest, Spoken,
};
use esl_pipeline::speech::segments::SpeechMode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{ExistingPage, HomeworkArgs, Mode, PresetArgs, Reader};
use crate::config::{
    self, Environment, Settings, SpeechDefaults, SpeechProvider, Typed, UploadSettings,
    UploadTarget,
};
use crate::exit::{Exit, Failure};
use crate::output::{diagnostics::Source, summary};
use crate::wiring::{self, Workshop};

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

/// What of the command line a resumed run needs beyond its options.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    workspace: Option<PathBuf>,
    answers: bool,
    presets: Option<PathBuf>,
    voices: Option<PathBuf>,
    speech_provider: Option<SpeechProvider>,
    concurrency: Option<u16>,
    presign: Option<u32>,
    is_public_read: bool,
    prefix: Option<String>,
    max_lesson_bytes: Option<usize>,
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
        let Typed {
            workspace,
            presets,
            voices,
            speech_provider,
            concurrency,
            presign,
            is_public_read,
            prefix,
            max_lesson_bytes,
            ..
        } = args.settings.settings();
        let kept = Kept {
            workspace: absolute(workspace)?,
            answers: args.page.answers,
            presets: absolute(presets)?,
            voices: absolute(voices)?,
            speech_provider,
            concurrency,
            presign,
            is_public_read,
            prefix: prefix.map(str::to_owned),
            max_lesson_bytes,
            speaks: speaks && !args.speech.skip_tts,
        };
        let settings = environment.settings(args.settings.settings())?;
        Self::with(
            kept,
            options(args, &settings.upload)?,
            args.timeout,
            settings,
        )
        .await
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
        Self::with(kept, RunOptions::default(), timeout, settings).await
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
        let defaults = defaults(&settings.speech.defaults);
        let (workshop, mute) = Workshop::open(settings, kept.answers, kept.speaks).await?;
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
        } = self.order(path, cancel, progress).await?;
        let lesson = request.lesson.clone();
        let report = pipeline.run(request, context).await;
        report.map_err(|error| Unmade::of(error, &lesson))
    }

    /// Makes the recording of the lesson at `path`.
    pub(super) async fn speak(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<Spoken, Unmade> {
        let Order {
            pipeline,
            request,
            context,
        } = self.order(path, cancel, progress).await?;
        let lesson = request.lesson.clone();
        let spoken = pipeline.speak(request, context).await;
        spoken.map_err(|error| Unmade::of(error, &lesson))
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
        } = self.order(path, cancel, progress).await?;
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
        } = self.order(path, cancel, progress).await?;
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
        if self.needs_page {
            let student = options.student.as_deref();
            options.data_source_id = Some(self.workshop.source(&lesson, student).await?);
        }
        let documents = self.workshop.documents();
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
                voices: documents.voices.clone(),
                students: documents.students.clone(),
                defaults: self.defaults.clone(),
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
            workspace: self.workspace.as_deref(),
            presets: self.presets.as_deref(),
            voices: self.voices.as_deref(),
            speech_provider: self.speech_provider,
            concurrency: self.concurrency,
            presign: self.presign,
            is_public_read: self.is_public_read,
            prefix: self.prefix.as_deref(),
            max_lesson_bytes: self.max_lesson_bytes,
            ..Typed::default()
        }
    }
}

fn absolute(path: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    path.map(config::absolute).transpose()
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
fn options(args: &HomeworkArgs, upload: &UploadSettings) -> Result<RunOptions, Failure> {
    let mut options = RunOptions::default();
    options.preset = preset(&args.preset);
    options.student = args.page.student.clone();
    options.on_existing = match args.page.existing_page() {
        ExistingPage::Update => OnExisting::Update,
        ExistingPage::New => OnExisting::New,
        ExistingPage::Fail => OnExisting::Fail,
    };
    options.audience = args.page.audience.map(|reader| match reader {
        Reader::Teacher => Audience::Teacher,
        Reader::Student => Audience::Student,
        Reader::StudentWithAnswers => Audience::StudentWithAnswers,
    });
    options.skip_import = args.page.skip_import;
    options.with_tts = Some(args.speech.is_on());
    options.skip_tts = args.speech.skip_tts;
    options.redo_tts = args.speech.redo_tts;
    options.force = args.force;
    let out = args.speech.out.as_deref();
    options.out = out.map(config::absolute).transpose()?;
    options.voice_id = args.voices.voice.clone();
    options.accent_preference = args.voices.accent.clone();
    options.tts_mode = args.speech.tts_mode.map(mode);
    options.dialogue_language = args.speech.dialogue_language.clone();
    options.dialogue_stability = args.speech.dialogue_stability;
    options.dialogue_seed = args.speech.dialogue_seed;
    options.student_in_files = args.speech.student_in_files;
    options.upload = upload.asked.map(|target| match target {
        UploadTarget::Auto => pipeline::UploadTarget::Auto,
        UploadTarget::S3 => pipeline::UploadTarget::S3,
        UploadTarget::Notion => pipeline::UploadTarget::Notion,
        UploadTarget::None => pipeline::UploadTarget::None,
    });
    options.skip_upload = args.speech.skip_upload;
    options.strict = args.strict;
    Ok(options)
}

/// What is set up, in the pipeline's terms.
fn defaults(settings: &SpeechDefaults) -> RunDefaults {
    let mut defaults = RunDefaults::default();
    defaults.tts_mode = settings.mode.map(mode);
    defaults.dialogue_language = settings.language.clone();
    defaults.dialogue_stability = settings.stability;
    defaults.dialogue_seed = settings.seed;
    if let Some(tail) = settings.tail {
        defaults.gaps.tail = tail;
    }
    defaults
}

fn mode(mode: Mode) -> SpeechMode {
    match mode {
        Mode::Auto => SpeechMode::Auto,
        Mode::Dialogue => SpeechMode::Dialogue,
        Mode::Monologue => SpeechMode::Monologue,
    }
}

fn preset(args: &PresetArgs) -> PresetChoice {
    match &args.preset {
        Some(name) => PresetChoice::Named(name.clone()),
        None if args.no_preset => PresetChoice::Plain,
        None => PresetChoice::Inherit,
    }
}
