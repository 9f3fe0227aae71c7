//! What a recording will consist of, before anything is spoken.

use std::time::Duration;

use esl_core::Digest;
use esl_core::ports::SpeechRequest;

use crate::speech::cache::Address;

/// A recording to be made: its words cut into parts, each of which is spoken in one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The cache address of the finished recording.
    pub key: Digest,
    /// The lines of the transcript, in order.
    pub lines: Vec<CueLine>,
    /// The parts, in order; at least one.
    pub parts: Vec<Part>,
    /// The silence after the last part.
    pub tail: Duration,
}

/// A spoken line as the transcript has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueLine {
    /// The speaker's name as the lesson spells it; none in an unlabelled text.
    pub speaker: Option<String>,
    /// The words as the page shows them.
    pub text: String,
}

/// What is spoken in one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The cache address of what the provider makes of it.
    pub key: Digest,
    /// What to ask of the provider.
    pub request: SpeechRequest,
    /// For each turn the index of its line in [`Score::lines`].
    pub lines: Vec<usize>,
    /// The silence before it.
    pub gap_before: Duration,
}

/// A score, and what of it is there already.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingPlan {
    /// The cache address of the finished recording; the stem of its file names.
    pub key: Digest,
    /// Segments in all.
    pub segments: usize,
    /// Segments that are in the cache.
    pub cached: usize,
    /// Characters (Unicode scalar values) of all segments.
    pub characters: usize,
    /// Characters of the segments that are not in the cache.
    pub characters_to_speak: usize,
    pub(super) score: Score,
    pub(super) addresses: Vec<Address>,
}

impl Score {
    /// The characters (Unicode scalar values) of all parts.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.parts.iter().map(Part::characters).sum()
    }
}

impl Part {
    /// The characters (Unicode scalar values) of all turns.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.turn_lengths().into_iter().sum()
    }

    pub(super) fn turn_lengths(&self) -> Vec<usize> {
        self.request
            .turns
            .iter()
            .map(|turn| turn.text.chars().count())
            .collect()
    }
}
