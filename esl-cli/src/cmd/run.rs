//! `esl run`: from lesson to homework; and `esl rerun`: parts of it again.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use esl_pipeline::pipeline::{RunReport, StageEnd};
use serde_json::Value;

use super::ask::{self, Chosen};
use super::homework::{Maker, Unmade};
use super::{Session, interrupt, plan};
use crate::args::{RerunArgs, RunArgs};
use crate::output::{Answer, Outcome, summary};

struct Homework {
    lesson: PathBuf,
    report: RunReport,
}

pub(super) async fn run(mut args: RunArgs, session: &Session) -> Outcome {
    let (lesson, maker) = match args.lesson.path() {
        Some(lesson) => {
            let maker = Maker::new(&args.homework, &session.environment).await?;
            (lesson, maker)
        }
        None => {
            let Chosen { lesson, maker } = ask::choose(&mut args, session).await?;
            (lesson, maker)
        }
    };
    if args.dry_run {
        return plan::answer(&maker, &lesson, None).await;
    }
    let maker = maker.that_can_speak()?;
    let progress = Arc::clone(&session.progress);
    let made = maker.make(&lesson, interrupt::token(), progress).await;
    answer(lesson, made)
}

/// `esl rerun`: parts of the homework again.
pub(super) async fn rerun(args: RerunArgs, session: &Session) -> Outcome {
    let lesson = args.lesson.path();
    let steps = args.steps();
    let maker = Maker::for_steps(&args.homework, &session.environment, &steps).await?;
    if args.dry_run {
        return plan::answer(&maker, &lesson, Some(&steps)).await;
    }
    let maker = maker.that_can_speak()?;
    let progress = Arc::clone(&session.progress);
    let cancel = interrupt::token();
    let made = maker.remake(&lesson, &steps, cancel, progress).await;
    answer(lesson, made)
}

/// What became of a run.
pub(super) fn answer(lesson: PathBuf, made: Result<RunReport, Unmade>) -> Outcome {
    let report = made.map_err(|unmade| {
        unmade.show_findings();
        unmade.failure
    })?;
    Ok(Box::new(Homework { lesson, report }))
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
