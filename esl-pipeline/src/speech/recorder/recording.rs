//! A recording, and where it goes.

use std::path::PathBuf;
use std::time::Duration;

use esl_core::{Digest, Transcript};

use crate::speech::audio::Tags;
use crate::speech::cache::Address;

/// Where the recording goes and what may be taken from earlier ones.
#[derive(Debug, Clone)]
pub struct Target {
    /// The folder; made if it is missing.
    pub dir: PathBuf,
    /// Put before the key in the file name; empty for none.
    pub prefix: String,
    /// What the file says about itself.
    pub tags: Tags,
    /// What need not be made again.
    pub reuse: Reuse,
}

impl Target {
    /// Where the recording with this key belongs.
    #[must_use]
    pub fn recording(&self, key: &Digest) -> PathBuf {
        self.dir.join(format!("{}{key}.mp3", self.prefix))
    }
}

/// What need not be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reuse {
    /// The recording, if it is there, and segments.
    #[default]
    Recording,
    /// Segments only.
    Segments,
    /// Nothing.
    Nothing,
}

/// A finished recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The MP3 file.
    pub path: PathBuf,
    /// The transcript as WebVTT, beside it.
    pub vtt_path: PathBuf,
    /// The cache address.
    pub key: Digest,
    /// The digest of the file's bytes, tags included.
    pub sha256: Digest,
    /// The size of the file.
    pub bytes: u64,
    /// Playing time, exactly.
    pub duration: Duration,
    /// Who says what and when.
    pub transcript: Transcript,
    /// The segments in the cache that it is made of, those they were converted from included.
    pub segments: Vec<Address>,
    /// What it took.
    pub stats: RecordingStats,
}

/// What a recording took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordingStats {
    /// Segments in all.
    pub segments: usize,
    /// Segments that were there already.
    pub cached: usize,
    /// Characters of all segments.
    pub characters: usize,
    /// Characters that the provider charged for.
    pub characters_billed: u64,
    /// Requests that failed and were repeated.
    pub retries: u32,
    /// Whether the file was there already and nothing had to be done.
    pub is_reused: bool,
}
