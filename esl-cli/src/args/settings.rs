//! The flags of `esl config` and `esl doctor`: those of a run that settings come from.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::Typed;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting that a run would have, and where it comes from
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    places: PlaceArgs,
    /// Segments to speak at once (1 to 64)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: Option<u16>,
    /// Largest lesson file to accept
    #[arg(long, value_name = "BYTES")]
    max_lesson_bytes: Option<usize>,
}

/// The files and folders of a run.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Folder of the pages
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// File with presets (JSON)
    #[arg(long, value_name = "FILE")]
    presets_path: Option<PathBuf>,
    /// Voice map (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    voices: Option<PathBuf>,
}

impl PlaceArgs {
    /// What was typed of the settings.
    pub(crate) fn settings(&self) -> Typed<'_> {
        Typed {
            workspace: self.workspace.as_deref(),
            presets: self.presets_path.as_deref(),
            voices: self.voices.as_deref(),
            ..Typed::default()
        }
    }
}

impl ShowArgs {
    /// What was typed of the settings.
    pub(crate) fn settings(&self) -> Typed<'_> {
        Typed {
            concurrency: self.concurrency,
            max_lesson_bytes: self.max_lesson_bytes,
            ..self.places.settings()
        }
    }
}
