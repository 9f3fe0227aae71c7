//! Making homework: what `run`, `watch` and `batch` have in common.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::{CancellationToken, ProgressSink, RunId};
use esl_pipeline::lesson::Report;
use esl_pipeline::pipeline::{
    OnExisting, PipelineError, PresetChoice, RunContext, RunOptions, RunReport, RunRequest,
};
use esl_pipeline::speech::casting::VoiceMap;
use esl_pipeline::speech::segments::SpeechMode;
use serde_json::json;

use crate::args::{ExistingPage, HomeworkArgs, Mode, PresetArgs};
use crate::config::{self, Environment};
use crate::exit::Failure;
use crate::output::diagnostics::Source;
use crate::wiring::{self, Workshop};

/// Makes the homework of any lesson in the same way.
pub(super) struct Maker {
    workshop: Workshop,
    options: RunOptions,
    voices: VoiceMap,
    timeout: Option<Duration>,
    max_lesson_bytes: usize,
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
        let settings = environment.settings(args.settings())?;
        Ok(Self {
            workshop: Workshop::open(args, &settings).await?,
            options: options(args)?,
            voices: wiring::voice_map(settings.voices.value.as_deref())?,
            timeout: args.timeout,
            max_lesson_bytes: settings.max_lesson_bytes.value,
        })
    }

    /// Makes the homework of the lesson at `path`.
    pub(super) async fn make(
        &self,
        path: &Path,
        cancel: CancellationToken,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<RunReport, Unmade> {
        let (lesson, root) = wiring::lesson(path, self.max_lesson_bytes)?;
        let pipeline = self.workshop.pipeline(&lesson, root)?;
        let context = RunContext {
            cancel,
            deadline: self.timeout.map(|timeout| Instant::now() + timeout),
            progress,
            accounts: self.workshop.accounts(),
            ..RunContext::new(RunId::random())
        };
        let request = RunRequest {
            options: self.options.clone(),
            voices: self.voices.clone(),
            ..RunRequest::new(lesson.clone())
        };
        let report = pipeline.run(request, context).await;
        report.map_err(|error| Unmade::of(error, &lesson.location, &lesson.bytes))
    }
}

impl Unmade {
    fn of(error: PipelineError, name: &str, bytes: &[u8]) -> Self {
        let PipelineError::InvalidLesson { report, .. } = &error else {
            return Failure::from(error).into();
        };
        let findings = Findings {
            name: name.to_owned(),
            text: String::from_utf8_lossy(bytes).into_owned(),
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
