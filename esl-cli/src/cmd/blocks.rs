//! `esl blocks`: a lesson as Notion would get it.

use std::io::{self, Write};

use esl_core::block::Block;
use esl_core::{Preset, Presets};
use esl_pipeline::blocks::{ConvertOptions, convert};
use esl_pipeline::documents;
use esl_pipeline::lesson::{DEFAULT_LIMIT, Lesson};
use serde_json::Value;

use crate::args::BlocksArgs;
use crate::config::{Environment, Typed};
use crate::exit::Failure;
use crate::output::{Answer, Outcome, summary};
use crate::source;
use crate::wiring::Source;

struct Blocks(Vec<Block>);

pub(super) async fn blocks(args: &BlocksArgs, environment: &Environment) -> Outcome {
    let text = source::lesson_text(&args.lesson.path(), DEFAULT_LIMIT)?;
    let mut options = ConvertOptions::default();
    options.preset = preset(args, environment).await?;
    Ok(Box::new(Blocks(convert(&Lesson::parse(&text), &options))))
}

/// The colours asked for; the default preset if nothing is said.
async fn preset(args: &BlocksArgs, environment: &Environment) -> Result<Option<Preset>, Failure> {
    if args.preset.no_preset {
        return Ok(None);
    }
    let typed = Typed {
        presets: args.presets_path.as_deref(),
        ..Typed::default()
    };
    let settings = environment.settings(typed)?;
    let source = Source::of(&settings.documents)?;
    let presets = documents::presets(&source).await;
    let presets = presets.map_err(|error| Failure::of(&error))?;
    let name = args.preset.preset.as_deref().unwrap_or(Presets::DEFAULT);
    let preset = presets
        .find(name)
        .map_err(|error| Failure::of_setting(&error))?;
    Ok(Some(*preset))
}

impl Answer for Blocks {
    fn json(&self) -> Value {
        summary::json(&self.0)
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.0)?;
        writeln!(out)
    }
}
