//! Why a recording failed.

use std::path::PathBuf;

use esl_core::ports::{ArtifactError, TtsError};
use esl_core::{Classify, ErrorKind, Retry};

use crate::speech::audio::AudioError;

/// A recording could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A segment could not be spoken.
    #[error("segment {number} was not spoken{}: {source}{}", tries(*.attempts), progress(*.kept, *.left))]
    Speech {
        /// Which, from 1.
        number: usize,
        /// Requests made for it.
        attempts: u32,
        /// Segments that are spoken and kept.
        kept: usize,
        /// Characters of the segments that are not.
        left: usize,
        /// What the provider said last.
        source: TtsError,
    },
    /// Sound could not be finished or joined.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Finished segments could not be kept or fetched.
    #[error(transparent)]
    Cache(#[from] ArtifactError),
    /// A finished segment is no longer in the cache.
    #[error("a finished speech segment disappeared from the cache")]
    Lost,
    /// The recording could not be written.
    #[error("cannot {operation} {}", path.display())]
    File {
        /// What was attempted.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A part of the work ended without a result.
    #[error("recording ended unexpectedly")]
    Crashed,
    /// The caller cancelled.
    #[error("the recording was cancelled")]
    Cancelled,
}

fn tries(attempts: u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        more => format!(" in {more} attempts"),
    }
}

fn progress(kept: usize, left: usize) -> String {
    match kept {
        0 => String::new(),
        1 => format!("; 1 segment is kept, {left} characters are left to speak"),
        more => format!("; {more} segments are kept, {left} characters are left to speak"),
    }
}

impl RecordError {
    /// Adds what was achieved by those who did not fail.
    pub(super) fn after(mut self, segments: usize, characters: usize) -> Self {
        if let Self::Speech { kept, left, .. } = &mut self {
            (*kept, *left) = (segments, characters);
        }
        self
    }

    /// What the provider said, if the words can be spoken line by line, but not as a dialogue.
    #[must_use]
    pub fn no_dialogue(&self) -> Option<&TtsError> {
        match self {
            Self::Speech {
                source: source @ TtsError::NoDialogue { .. },
                ..
            } => Some(source),
            _ => None,
        }
    }
}

impl Classify for RecordError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Speech { source, .. } => source.kind(),
            Self::Audio(AudioError::NoEncoder { .. }) => ErrorKind::Configuration,
            Self::Audio(AudioError::Write(_)) | Self::File { .. } => ErrorKind::Storage,
            Self::Audio(_) => ErrorKind::Corrupt,
            Self::Cache(source) => source.kind(),
            Self::Lost => ErrorKind::Unavailable,
            Self::Crashed => ErrorKind::Internal,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            // It was retried here as often as makes sense.
            Self::Speech { source, .. } if source.retry() != Retry::Never => Retry::Exhausted,
            _ if self.kind().is_transient() => Retry::Backoff,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Speech { source, .. } => source.hint(),
            Self::Audio(AudioError::NoEncoder { .. }) => Some(
                "build with the cargo feature `mp3-encoder`, or use a provider that delivers MP3"
                    .into(),
            ),
            _ => None,
        }
    }
}
