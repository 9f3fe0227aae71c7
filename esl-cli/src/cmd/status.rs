//! `esl status`: what has been done for a lesson and what is out of date.

use std::io::{self, Write};
use std::path::PathBuf;

use esl_pipeline::pipeline::{NextAction, StatusReport};
use serde_json::Value;

use crate::args::StatusArgs;
use crate::config::{Environment, Typed};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, summary};
use crate::wiring;

struct Standing {
    lesson: PathBuf,
    report: StatusReport,
    tells_by_exit_code: bool,
}

pub(super) async fn status(args: StatusArgs, environment: &Environment) -> Outcome {
    let settings = environment.settings(Typed::default())?;
    let (lesson, root) = wiring::lesson(&args.lesson.path(), &settings)?;
    let pipeline = wiring::observer(&settings, &root)?;
    let report = pipeline.status(&lesson).await.map_err(Failure::from)?;
    Ok(Box::new(Standing {
        lesson: args.lesson.path(),
        report,
        tells_by_exit_code: args.exit_code,
    }))
}

impl Answer for Standing {
    fn exit(&self) -> Exit {
        match &self.report {
            _ if !self.tells_by_exit_code => Exit::Success,
            report if report.manifest.is_none() => Exit::NoManifest,
            report if report.next == NextAction::Nothing => Exit::Success,
            _ => Exit::Stale,
        }
    }

    fn json(&self) -> Value {
        summary::json(&self.report)
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = &self.report;
        let audio = report
            .manifest
            .as_ref()
            .and_then(|manifest| manifest.audio.as_ref());
        let either = |yes, is_yes, no| if is_yes { yes } else { no };
        let mut fields = summary::Fields::default();
        fields.add("Lesson", self.lesson.display());
        fields.add("Manifest", &report.manifest_path);
        fields.add("Exists", either("yes", report.manifest.is_some(), "no"));
        if let Some(manifest) = &report.manifest {
            fields.add(
                "Lesson text",
                either("matches", report.md_hash_matches, "differs"),
            );
            fields.add(
                "Audio",
                either("present", report.audio_file_exists, "missing"),
            );
            fields.add_some("Page", manifest.page_url.as_ref());
            fields.add_some("Student page", manifest.student_page_url.as_ref());
            fields.add_some("Audio address", audio.and_then(|audio| audio.url.as_ref()));
            fields.add("Out of date", stale(report));
        }
        match &report.next {
            NextAction::Nothing => fields.add("Next", "nothing to do"),
            next => fields.add("Next", next),
        }
        fields.write(out)
    }
}

fn stale(report: &StatusReport) -> String {
    let parts = [
        (report.stale.page, "page"),
        (report.stale.colors, "colors"),
        (report.stale.audio, "audio"),
        (report.stale.attachment, "attachment"),
    ];
    let stale = parts.into_iter().filter(|(is_stale, _)| *is_stale);
    let stale: Vec<_> = stale.map(|(_, name)| name).collect();
    if stale.is_empty() {
        "nothing".to_owned()
    } else {
        stale.join(", ")
    }
}
