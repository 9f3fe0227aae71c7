//! What a run that is interrupted leaves for `esl resume`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::args::HomeworkArgs;
use crate::config::{self, SpeechProvider, Typed};
use crate::exit::Failure;

/// What of the command line a resumed run needs beyond its options.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    workspace: Option<PathBuf>,
    #[serde(default)]
    pub(super) student: Option<String>,
    pub(super) answers: bool,
    presets: Option<PathBuf>,
    voices: Option<PathBuf>,
    speech_provider: Option<SpeechProvider>,
    concurrency: Option<u16>,
    presign: Option<u32>,
    is_public_read: bool,
    prefix: Option<String>,
    max_lesson_bytes: Option<usize>,
    pub(super) speaks: bool,
}

impl Kept {
    /// What `args` say. `speaks` tells whether somebody is to speak at all.
    pub(super) fn of(args: &HomeworkArgs, speaks: bool) -> Result<Self, Failure> {
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
        Ok(Self {
            workspace: absolute(workspace)?,
            student: args.page.student.clone(),
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
        })
    }

    /// As if it were typed again.
    pub(super) fn settings(&self) -> Typed<'_> {
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
