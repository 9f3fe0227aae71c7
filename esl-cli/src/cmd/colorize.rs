//! `esl colorize`: the headings of a page that exists, whoever made it.

use std::io::{self, Write};

use esl_core::RetryPolicy;
use esl_pipeline::pipeline::{RecolorOptions, RecolorReport, RetryingNotion, recolor};
use serde_json::{Value, json};

use super::Session;
use crate::args::ColorizeArgs;
use crate::exit::Failure;
use crate::output::{Answer, Outcome, summary};
use crate::wiring::{Documents, Workspace};

/// What became of the headings.
struct Colorized {
    report: RecolorReport,
    is_dry_run: bool,
}

pub(super) async fn colorize(args: &ColorizeArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings.settings())?;
    let presets = Documents::read(&settings.documents).await?.presets;
    let preset = presets.find(&args.preset);
    let preset = preset.map_err(|error| Failure::of_setting(&error))?;
    let colorizer = settings.notion.colorizer;
    let policy = RetryPolicy {
        attempts: colorizer.attempts,
        base: colorizer.delay,
        ..RetryPolicy::default()
    };
    let notion = RetryingNotion::new(Workspace::open(&settings, false, None)?.port(), policy);
    let mut options = RecolorOptions::default();
    options.pause = colorizer.pause;
    options.dry_run = args.dry_run;
    options.force = args.force;
    let report = recolor(&notion, args.page, preset, options).await;
    Ok(Box::new(Colorized {
        report: report.map_err(|error| Failure::of(&error))?,
        is_dry_run: args.dry_run,
    }))
}

impl Answer for Colorized {
    fn json(&self) -> Value {
        let RecolorReport {
            counts,
            updated,
            skipped,
            failed,
            ..
        } = &self.report;
        json!({
            "applied": !self.is_dry_run,
            "counts": {
                "h1": counts.h1,
                "h2": counts.h2,
                "h3": counts.h3,
                "toggles": counts.toggles,
                "skipped": skipped,
                "failed": failed.len(),
            },
            "updated": updated,
            "failed": failed,
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut fields = summary::Fields::default();
        let changed = match self.is_dry_run {
            true => "To be coloured",
            false => "Coloured",
        };
        fields.add(changed, self.report.updated.len());
        fields.add("Right already", self.report.skipped);
        fields.add("Refused", self.report.failed.len());
        fields.write(out)
    }
}
