//! The study text cut into segments: the pieces that are synthesized and cached one by one.
//!
//! A segment is one line, or an exchange of several turns where the provider speaks dialogues.
//! Nothing here makes sound or names a provider; what a provider can take is data.

mod exchange;
mod key;
mod mode;
mod settings;
mod split;

use std::time::Duration;

use esl_core::ports::{SpeechRequest, SpeechSettings, TtsCapabilities, Turn};
use esl_core::{Classify, Digest, ErrorKind, VoiceAssignment, VoiceId, VoiceSettings};

use super::casting::Casting;
use super::clean::{AudioTags, shown_text, spoken_text};
use super::recorder::{CueLine, Part, Score};
use crate::lesson::Script;
use exchange::{Candidate, Limits};
pub use mode::{Delivery, Gaps, SpeechMode, UnknownSpeechMode};
use settings::Fitter;
pub use settings::SettingsWarning;

/// Most characters of an exchange: short enough that an edit costs little, long enough for one
/// turn to answer another in tone.
const MAX_EXCHANGE_CHARACTERS: usize = 800;

/// What will be synthesized, and what readers see of it; [`SegmentPlan::score`] has it recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPlan {
    /// How the segments were cut.
    pub delivery: Delivery,
    /// The spoken lines in order: one cue of the transcript each.
    pub lines: Vec<CueLine>,
    /// The segments in order.
    pub segments: Vec<Segment>,
    /// How it is said, in values that the provider takes.
    pub settings: SpeechSettings,
    /// Settings that were not used as they were asked for.
    pub warnings: Vec<SettingsWarning>,
    /// The silence after the last segment.
    pub tail: Duration,
}

/// A piece that is synthesized on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The silence before it; none before the first and within a line.
    pub gap_before: Duration,
    /// How the provider is asked for it.
    pub delivery: Delivery,
    /// What is said; at least one turn, none blank.
    pub turns: Vec<SpokenTurn>,
}

/// A line, or a part of a line that is too long for one turn.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenTurn {
    /// The index of its line in [`SegmentPlan::lines`].
    pub line: usize,
    /// The voice.
    pub voice: VoiceId,
    /// The words, without markup.
    pub text: String,
    /// How the voice is to sound, in values that the provider takes.
    pub settings: VoiceSettings,
}

impl Segment {
    /// What to ask of the provider.
    #[must_use]
    pub fn request(&self, settings: &SpeechSettings) -> SpeechRequest {
        let turn = |spoken: &SpokenTurn| Turn {
            voice: spoken.voice.clone(),
            text: spoken.text.clone(),
            settings: spoken.settings,
        };
        SpeechRequest {
            turns: self.turns.iter().map(turn).collect(),
            is_dialogue: self.delivery == Delivery::Exchanges,
            settings: settings.clone(),
        }
    }
}

impl SegmentPlan {
    /// What the recorder needs. `assembly` is the digest of all parameters of the assembly that
    /// change the file, as [`Recorder::assembly`](super::recorder::Recorder::assembly) tells it.
    #[must_use]
    pub fn score(self, capabilities: &TtsCapabilities, assembly: &Digest) -> Score {
        let part = |segment: &Segment| Part {
            key: segment.key(capabilities, &self.settings),
            request: segment.request(&self.settings),
            lines: segment.turns.iter().map(|turn| turn.line).collect(),
            gap_before: segment.gap_before,
        };
        let parts: Vec<_> = self.segments.iter().map(part).collect();
        Score {
            key: key::recording(&self, &parts, assembly),
            lines: self.lines,
            parts,
            tail: self.tail,
        }
    }
}

/// The study text cannot be cut into segments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// No line has a word to pronounce.
    #[error("the study text has nothing to say")]
    Silent,
    /// The casting is one of another script.
    #[error("no voice was cast for {speaker}")]
    Uncast {
        /// The speaker.
        speaker: String,
    },
}

impl Classify for SegmentError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Silent => ErrorKind::InvalidInput,
            Self::Uncast { .. } => ErrorKind::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Silent => {
                Some("write the words to speak between `:::study-text` and `:::`".into())
            }
            Self::Uncast { .. } => None,
        }
    }
}

/// Cuts `script` into segments that the provider takes, spoken by the voices of `casting` in the
/// nearest to `settings` that the provider has.
///
/// # Errors
/// [`SegmentError`].
pub fn plan(
    script: &Script<'_>,
    casting: &Casting,
    mode: SpeechMode,
    settings: &SpeechSettings,
    capabilities: &TtsCapabilities,
    gaps: &Gaps,
) -> Result<SegmentPlan, SegmentError> {
    let delivery = mode.delivery(script.kind, capabilities);
    let mut fitter = Fitter::new(delivery, capabilities);
    let settings = fitter.fit(settings);
    let lines = spoken_lines(script, delivery);
    if lines.is_empty() {
        return Err(SegmentError::Silent);
    }
    let limits = limits(delivery, capabilities);
    let pieces = pieces(&lines, casting, limits.characters, &mut fitter)?;
    let segments = ranges(&pieces, delivery, limits)
        .into_iter()
        .map(|range| segment(&pieces[range], delivery, gaps))
        .collect();
    Ok(SegmentPlan {
        delivery,
        lines: lines.into_iter().map(|line| line.cue).collect(),
        segments,
        settings,
        warnings: fitter.warnings,
        tail: gaps.tail,
    })
}

/// A line with words to pronounce.
struct SpokenLine {
    cue: CueLine,
    words: String,
    after_blank: bool,
}

fn spoken_lines(script: &Script<'_>, delivery: Delivery) -> Vec<SpokenLine> {
    let tags = match delivery {
        // The models that take several turns are those that act audio tags.
        Delivery::Exchanges => AudioTags::Keep,
        Delivery::LineByLine => AudioTags::Drop,
    };
    let mut lines = Vec::new();
    let mut after_blank = false;
    for utterance in &script.utterances {
        after_blank |= utterance.after_blank;
        let words = spoken_text(utterance.text, tags);
        if words.is_empty() {
            continue;
        }
        lines.push(SpokenLine {
            cue: CueLine {
                speaker: utterance.speaker.clone(),
                text: shown_text(utterance.text),
            },
            words,
            after_blank: std::mem::take(&mut after_blank),
        });
    }
    lines
}

/// What stands before a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    Start,
    SameLine,
    SameSpeaker,
    OtherSpeaker,
    BlankLine,
}

impl Lead {
    fn between(before: &SpokenLine, line: &SpokenLine) -> Self {
        if line.after_blank {
            Self::BlankLine
        } else if line.cue.speaker == before.cue.speaker {
            Self::SameSpeaker
        } else {
            Self::OtherSpeaker
        }
    }

    const fn gap(self, gaps: &Gaps) -> Duration {
        match self {
            Self::Start | Self::SameLine => Duration::ZERO,
            Self::SameSpeaker => gaps.same_speaker,
            Self::OtherSpeaker => gaps.speaker_change,
            Self::BlankLine => gaps.blank_line,
        }
    }
}

/// A turn and what stands before it.
struct Piece {
    lead: Lead,
    turn: SpokenTurn,
}

impl Piece {
    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            voice: &self.turn.voice,
            text: &self.turn.text,
            after_blank: self.lead == Lead::BlankLine,
            continues_line: self.lead == Lead::SameLine,
        }
    }
}

/// What one request may hold.
fn limits(delivery: Delivery, capabilities: &TtsCapabilities) -> Limits {
    match (delivery, &capabilities.dialogue) {
        (Delivery::Exchanges, Some(dialogue)) => Limits {
            characters: dialogue.max_characters.min(MAX_EXCHANGE_CHARACTERS),
            turns: dialogue.max_turns,
            voices: dialogue.max_voices,
        },
        _ => Limits {
            characters: capabilities.max_characters,
            turns: 1,
            voices: 1,
        },
    }
}

fn pieces(
    lines: &[SpokenLine],
    casting: &Casting,
    max: usize,
    fitter: &mut Fitter<'_>,
) -> Result<Vec<Piece>, SegmentError> {
    let mut pieces = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let speaker = line.cue.speaker.as_deref();
        let Some(VoiceAssignment {
            voice_id, settings, ..
        }) = casting.assignment_of(speaker)
        else {
            let speaker = speaker.unwrap_or("the text").to_owned();
            return Err(SegmentError::Uncast { speaker });
        };
        let settings = fitter.fit_voice(speaker, settings);
        let mut lead = match index.checked_sub(1) {
            Some(before) => Lead::between(&lines[before], line),
            None => Lead::Start,
        };
        for text in split::parts(&line.words, max) {
            let turn = SpokenTurn {
                line: index,
                voice: voice_id.clone(),
                text: text.to_owned(),
                settings,
            };
            pieces.push(Piece { lead, turn });
            lead = Lead::SameLine;
        }
    }
    Ok(pieces)
}

fn ranges(pieces: &[Piece], delivery: Delivery, limits: Limits) -> Vec<std::ops::Range<usize>> {
    if delivery == Delivery::LineByLine {
        return (0..pieces.len()).map(|at| at..at + 1).collect();
    }
    let candidates: Vec<_> = pieces.iter().map(Piece::candidate).collect();
    exchange::exchanges(&candidates, limits)
}

fn segment(pieces: &[Piece], delivery: Delivery, gaps: &Gaps) -> Segment {
    let lead = pieces.first().map_or(Lead::Start, |piece| piece.lead);
    Segment {
        gap_before: lead.gap(gaps),
        delivery,
        turns: pieces.iter().map(|piece| piece.turn.clone()).collect(),
    }
}

#[cfg(test)]
mod tests;
