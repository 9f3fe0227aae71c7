//! `esl run`: from lesson to homework.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use esl_core::RunId;
use esl_pipeline::pipeline::{
    LessonInput, OnExisting, PipelineError, PresetChoice, RunContext, RunOptions, RunReport,
    RunRequest, StageEnd,
};
use esl_pipeline::speech::segments::SpeechMode;
use serde_json::{Value, json};

use super::interrupt;
use crate::args::{ExistingPage, Mode, PresetArgs, RunArgs};
use crate::exit::Failure;
use crate::output::{Answer, Outcome, diagnostics::Source, progress::Progress, summary};
use crate::wiring;

struct Homework {
    lesson: PathBuf,
    report: RunReport,
}

pub(super) async fn run(args: RunArgs, progress: Arc<Progress>) -> Outcome {
    let (lesson, root) = wiring::lesson(&args.lesson.path(), args.max_lesson_bytes)?;
    let pipeline = wiring::pipeline(&args, &lesson, root).await?;
    let context = RunContext {
        cancel: interrupt::token(),
        deadline: args.timeout.map(|timeout| Instant::now() + timeout),
        progress,
        ..RunContext::new(RunId::random())
    };
    let request = RunRequest {
        options: options(&args)?,
        voices: wiring::voice_map(args.voices.voices.as_deref())?,
        ..RunRequest::new(lesson.clone())
    };
    let report = pipeline.run(request, context).await;
    let report = report.map_err(|error| refusal(error, &lesson))?;
    Ok(Box::new(Homework {
        lesson: args.lesson.path(),
        report,
    }))
}

/// The failure that `error` amounts to. What is wrong with the lesson is shown on the way.
fn refusal(error: PipelineError, lesson: &LessonInput) -> Failure {
    let PipelineError::InvalidLesson { report, .. } = &error else {
        return error.into();
    };
    let text = String::from_utf8_lossy(&lesson.bytes);
    let source = Source {
        name: &lesson.location,
        text: &text,
    };
    source.show_findings(&report.diagnostics);
    Failure {
        details: Some(Box::new(json!({ "diagnostics": report.items(&text) }))),
        ..error.into()
    }
}

/// What was typed, in the pipeline's terms.
fn options(args: &RunArgs) -> Result<RunOptions, Failure> {
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
    options.out = args
        .speech
        .out
        .as_deref()
        .map(wiring::absolute)
        .transpose()?;
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

impl Answer for Homework {
    fn json(&self) -> Value {
        summary::json(&self.report)
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = &self.report;
        let mut fields = summary::Fields::default();
        fields.add("Lesson", self.lesson.display());
        fields.add_some("Page", report.page_url.as_ref());
        fields.add_some("Student page", report.student_page_url.as_ref());
        if let Some(audio) = &report.audio {
            let length = audio.duration_seconds.map(summary::length);
            let place = audio.path.as_ref().or(audio.url.as_ref());
            fields.add_some(
                "Audio",
                place.map(|place| match length {
                    Some(length) => format!("{place} ({length})"),
                    None => place.clone(),
                }),
            );
            fields.add("Voices", summary::voices(&audio.voices));
        }
        fields.add("Manifest", &report.manifest_path);
        if !report.steps.is_empty() {
            fields.add("Steps", report.steps.join(", "));
        }
        for stage in report
            .stages
            .iter()
            .filter(|stage| stage.status == StageEnd::Skipped)
        {
            let reason = stage.reason.as_deref().unwrap_or("no reason given");
            fields.add("Skipped", format!("{}: {reason}", stage.stage));
        }
        for warning in &report.warnings {
            fields.add("Warning", warning);
        }
        fields.write(out)?;
        match &report.page_url {
            Some(url) => writeln!(out, "\nopen it with: {} '{url}'", summary::OPENER),
            None => Ok(()),
        }
    }
}
