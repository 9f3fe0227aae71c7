//! The flags that are settings: what stands behind a run, rather than what to do.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{LONGEST_EXPIRY, SpeechProvider, Typed, UploadTarget};

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting that a run would have, and where it comes from
    Show(Box<SettingArgs>),
    /// Tell everything that is wrong with the settings
    Check(Box<SettingArgs>),
}

/// Flags that are settings.
#[derive(Debug, Args)]
pub(crate) struct SettingArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// File with presets (JSON) instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Page")]
    pub(crate) presets_path: Option<PathBuf>,
    /// Voice map: a YAML or JSON file that gives speakers their voices
    #[arg(long, value_name = "FILE", help_heading = "Speech")]
    pub(crate) voices: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) speech: SpeechSettingArgs,
    #[command(flatten)]
    pub(crate) upload: UploadArgs,
    /// Largest lesson file to accept; 1 MiB unless given
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    pub(crate) max_lesson_bytes: Option<usize>,
}

/// Where pages are made.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Page")]
pub(crate) struct TargetArgs {
    /// Folder of the pages where there is no Notion token; `homework` unless given
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,
    /// Notion database by id or address
    #[arg(long, value_name = "ID")]
    pub(crate) db_id: Option<String>,
    /// Notion database by name
    #[arg(long, value_name = "NAME", conflicts_with = "db_id")]
    pub(crate) db: Option<String>,
    /// Notion data source by id or address
    #[arg(long, value_name = "ID")]
    pub(crate) data_source_id: Option<String>,
    /// Notion data source of the database by name
    #[arg(long, value_name = "NAME", conflicts_with = "data_source_id")]
    pub(crate) data_source: Option<String>,
}

/// Who speaks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Speech")]
pub(crate) struct SpeechSettingArgs {
    /// Who speaks; ElevenLabs or an OpenAI-compatible server if set up, else this machine
    #[arg(long, value_name = "NAME")]
    pub(crate) speech_provider: Option<SpeechProvider>,
    /// Segments to speak at once (1 to 64)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) concurrency: Option<u16>,
}

/// Where recordings go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Upload")]
pub(crate) struct UploadArgs {
    /// Where recordings go; `auto` unless given
    #[arg(long, value_name = "TARGET")]
    pub(crate) upload: Option<UploadTarget>,
    /// Seconds for which the recording's address is valid (1 to 604800)
    #[arg(long, value_name = "SECONDS", value_parser = expiry(), conflicts_with = "public_read")]
    pub(crate) presign: Option<u32>,
    /// Let everybody read the recording
    #[arg(long)]
    pub(crate) public_read: bool,
    /// What the recording's key in the bucket begins with
    #[arg(long, value_name = "PATH")]
    pub(crate) prefix: Option<String>,
}

fn expiry() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(LONGEST_EXPIRY))
}

/// What to upload, and where to.
#[derive(Debug, Args)]
pub(crate) struct UploadFileArgs {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) settings: UploadArgs,
}

impl UploadArgs {
    /// What was typed of the settings.
    pub(crate) fn settings(&self) -> Typed<'_> {
        Typed {
            upload: self.upload,
            presign: self.presign,
            is_public_read: self.public_read,
            prefix: self.prefix.as_deref(),
            ..Typed::default()
        }
    }
}

impl SettingArgs {
    /// What was typed of the settings.
    pub(crate) fn settings(&self) -> Typed<'_> {
        let TargetArgs {
            workspace,
            db_id,
            db,
            data_source_id,
            data_source,
        } = &self.target;
        Typed {
            workspace: workspace.as_deref(),
            database: db_id.as_deref(),
            database_name: db.as_deref(),
            data_source: data_source_id.as_deref(),
            data_source_name: data_source.as_deref(),
            presets: self.presets_path.as_deref(),
            voices: self.voices.as_deref(),
            speech_provider: self.speech.speech_provider,
            concurrency: self.speech.concurrency,
            max_lesson_bytes: self.max_lesson_bytes,
            ..self.upload.settings()
        }
    }
}
