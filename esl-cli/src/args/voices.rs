//! The flags of `esl voices`, and those that choose voices elsewhere.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::LessonArg;
use crate::config::SpeechProvider;

#[derive(Debug, Subcommand)]
pub(crate) enum VoicesCommand {
    /// List the voices of the speech provider
    List(ListArgs),
    /// Tell who would speak a lesson with which voice, and why
    Explain(ExplainArgs),
    /// Write the provider's voices to a file, to choose from instead of asking each time
    Sync(SyncArgs),
    /// Tell where a voice can be heard; costs nothing
    Preview(PreviewArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// The file to write
    #[arg(
        long,
        value_name = "FILE",
        default_value = "configs/elevenlabs.voices.json"
    )]
    pub(crate) out: PathBuf,
    /// Whose voices
    #[arg(long, value_name = "NAME")]
    pub(crate) speech_provider: Option<SpeechProvider>,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    /// The voice, by id or name
    #[arg(value_name = "VOICE")]
    pub(crate) voice: String,
    /// Whose voice
    #[arg(long, value_name = "NAME")]
    pub(crate) speech_provider: Option<SpeechProvider>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Whose voices
    #[arg(long, value_name = "NAME")]
    pub(crate) speech_provider: Option<SpeechProvider>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    #[command(flatten)]
    pub(crate) preference: VoiceArgs,
    /// Voice map: a YAML or JSON file that gives speakers their voices
    #[arg(long, value_name = "FILE")]
    pub(crate) voices: Option<PathBuf>,
    /// Who speaks
    #[arg(long, value_name = "NAME")]
    pub(crate) speech_provider: Option<SpeechProvider>,
}

/// Who speaks how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Speech")]
pub(crate) struct VoiceArgs {
    /// Preferred accent, or the name of a voice
    #[arg(long, value_name = "NAME")]
    pub(crate) accent: Option<String>,
    /// Voice (id or name) of a lesson with one speaker
    #[arg(long, value_name = "VOICE")]
    pub(crate) voice: Option<String>,
}
