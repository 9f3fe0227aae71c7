//! The study text cut into segments: the pieces that are synthesized and cached one by one.
//!
//! A segment is one line, or an exchange of several turns where the provider speaks dialogues.
//! Nothing here makes sound or names a provider; what a provider can take is data.

mod exchange;
mod key;
mod mode;
mod split;

use std::time::Duration;

use esl_core::ports::{SpeechRequest, SpeechSettings, TtsCapabilities, Turn};
use esl_core::{Classify, ErrorKind, VoiceId};

use super::casting::Casting;
use super::clean::{AudioTags, shown_text, spoken_text};
use crate::lesson::Script;
use exchange::{Candidate, Limits};
pub use mode::{Delivery, Gaps, SpeechMode, UnknownSpeechMode};

/// Most characters of an exchange: short enough that an edit costs little, long enough for one
/// turn to answer another in tone.
const MAX_EXCHANGE_CHARACTERS: usize = 800;

/// Most distinct voices of one dialogue request (ElevenLabs API reference, text to dialogue).
const MAX_EXCHANGE_VOICES: usize = 10;

/// What will be synthesized, and what readers see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPlan {
    /// How the segments were cut.
    pub delivery: Delivery,
    /// The spoken lines in order: one cue of the transcript each.
    pub lines: Vec<CueLine>,
    /// The segments in order.
    pub segments: Vec<Segment>,
    /// The silence after the last segment.
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

/// A piece that is synthesized on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The silence before it; none before the first and within a line.
    pub gap_before: Duration,
    /// What is said; at least one turn, none blank.
    pub turns: Vec<SpokenTurn>,
}

/// A line, or a part of a line that is too long for one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenTurn {
    /// The index of its line in [`SegmentPlan::lines`].
    pub line: usize,
    /// The voice.
    pub voice: VoiceId,
    /// The words, without markup.
    pub text: String,
}

impl Segment {
    /// What to ask of the provider.
    #[must_use]
    pub fn request(&self, settings: &SpeechSettings) -> SpeechRequest {
        let turn = |spoken: &SpokenTurn| Turn {
            voice: spoken.voice.clone(),
            text: spoken.text.clone(),
        };
        SpeechRequest {
            turns: self.turns.iter().map(turn).collect(),
            settings: settings.clone(),
        }
    }

    /// The characters (Unicode scalar values) of all turns.
    #[must_use]
    pub fn characters(&self) -> usize {
        let turns = self.turns.iter();
        turns.map(|turn| turn.text.chars().count()).sum()
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

/// Cuts `script` into segments that the provider takes, spoken by the voices of `casting`.
///
/// # Errors
/// [`SegmentError`].
pub fn plan(
    script: &Script<'_>,
    casting: &Casting,
    mode: SpeechMode,
    capabilities: &TtsCapabilities,
    gaps: &Gaps,
) -> Result<SegmentPlan, SegmentError> {
    let delivery = mode.delivery(script.kind, capabilities);
    let lines = spoken_lines(script, delivery);
    if lines.is_empty() {
        return Err(SegmentError::Silent);
    }
    let pieces = pieces(&lines, casting, delivery, capabilities)?;
    let segments = ranges(&pieces, delivery, capabilities)
        .into_iter()
        .map(|range| segment(&pieces[range], gaps))
        .collect();
    Ok(SegmentPlan {
        delivery,
        lines: lines.into_iter().map(|line| line.cue).collect(),
        segments,
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

fn pieces(
    lines: &[SpokenLine],
    casting: &Casting,
    delivery: Delivery,
    capabilities: &TtsCapabilities,
) -> Result<Vec<Piece>, SegmentError> {
    let max = match delivery {
        Delivery::LineByLine => capabilities.max_characters,
        Delivery::Exchanges => capabilities.max_characters.min(MAX_EXCHANGE_CHARACTERS),
    };
    let mut pieces = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let speaker = line.cue.speaker.as_deref();
        let Some(voice) = casting.voice_of(speaker) else {
            let speaker = speaker.unwrap_or("the text").to_owned();
            return Err(SegmentError::Uncast { speaker });
        };
        let mut lead = match index.checked_sub(1) {
            Some(before) => Lead::between(&lines[before], line),
            None => Lead::Start,
        };
        for text in split::parts(&line.words, max) {
            let turn = SpokenTurn {
                line: index,
                voice: voice.clone(),
                text: text.to_owned(),
            };
            pieces.push(Piece { lead, turn });
            lead = Lead::SameLine;
        }
    }
    Ok(pieces)
}

fn ranges(
    pieces: &[Piece],
    delivery: Delivery,
    capabilities: &TtsCapabilities,
) -> Vec<std::ops::Range<usize>> {
    if delivery == Delivery::LineByLine {
        return (0..pieces.len()).map(|at| at..at + 1).collect();
    }
    let candidates: Vec<_> = pieces.iter().map(Piece::candidate).collect();
    let limits = Limits {
        characters: MAX_EXCHANGE_CHARACTERS,
        turns: capabilities.max_turns,
        voices: MAX_EXCHANGE_VOICES,
    };
    exchange::exchanges(&candidates, limits)
}

fn segment(pieces: &[Piece], gaps: &Gaps) -> Segment {
    let lead = pieces.first().map_or(Lead::Start, |piece| piece.lead);
    Segment {
        gap_before: lead.gap(gaps),
        turns: pieces.iter().map(|piece| piece.turn.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use esl_core::{Digest, VoiceAssignment, VoiceSource};
    use proptest::prelude::*;

    use super::*;
    use crate::lesson::{ScriptKind, Text, Utterance};

    fn capabilities(max_characters: usize, max_turns: usize) -> TtsCapabilities {
        TtsCapabilities {
            provider: "p".into(),
            model: "m".into(),
            max_characters,
            max_turns,
            concurrency: 1,
            is_paid: false,
        }
    }

    fn casting() -> Casting {
        let assignment = |(speaker, voice): (&str, &str)| VoiceAssignment {
            speaker: speaker.to_owned(),
            voice_id: VoiceId::parse(voice).unwrap(),
            source: VoiceSource::Auto,
            score: None,
            voice_name: None,
            gender: None,
            accent: None,
            use_case: None,
            reason: None,
        };
        Casting {
            assignments: [("Ann", "v1"), ("Bob", "v2")].map(assignment).into(),
            warnings: Vec::new(),
        }
    }

    /// A dialogue of `Speaker: text` lines; `:` alone is a blank line.
    fn script<'a>(lines: &[&'a str]) -> Script<'a> {
        let mut utterances = Vec::new();
        let mut after_blank = false;
        for line in lines {
            let (speaker, text) = line.split_once(':').unwrap();
            if text.is_empty() {
                after_blank = true;
                continue;
            }
            utterances.push(Utterance {
                speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
                text: Text::new(text, 0),
                line: Text::new(line, 0),
                is_continuation: speaker.is_empty(),
                after_blank: std::mem::take(&mut after_blank),
            });
        }
        Script {
            kind: ScriptKind::Dialogue,
            declared: None,
            utterances,
        }
    }

    fn plan_of(lines: &[&str], capabilities: &TtsCapabilities) -> SegmentPlan {
        let gaps = Gaps::default();
        plan(
            &script(lines),
            &casting(),
            SpeechMode::Auto,
            capabilities,
            &gaps,
        )
        .unwrap()
    }

    /// `gap in ms | line index voice text …`
    fn shown(plan: &SegmentPlan) -> Vec<String> {
        let turn = |turn: &SpokenTurn| format!("{} {} {}", turn.line, turn.voice, turn.text);
        let segment = |segment: &Segment| {
            let turns: Vec<_> = segment.turns.iter().map(turn).collect();
            format!("{} | {}", segment.gap_before.as_millis(), turns.join(" / "))
        };
        plan.segments.iter().map(segment).collect()
    }

    #[test]
    fn lines_are_spoken_one_by_one_with_gaps_between() {
        let lines = [
            "Ann: Hi!",
            "Ann: It is **me**.",
            "Bob: Oh.",
            "Bob: 🎧",
            ":",
            "Bob: ---",
            "Bob: Well.",
        ];
        let plan = plan_of(&lines, &capabilities(100, 1));
        assert_eq!(
            shown(&plan),
            [
                "0 | 0 v1 Hi!",
                "250 | 1 v1 It is **me**.".replace("**", "").as_str(),
                "450 | 2 v2 Oh.",
                "600 | 3 v2 Well.",
            ]
        );
        assert_eq!(plan.tail, Duration::from_millis(400));
        assert_eq!(plan.lines[3].speaker.as_deref(), Some("Bob"));
    }

    #[test]
    fn a_long_line_becomes_several_segments_of_one_cue() {
        let lines = ["Ann: One two. Three four.", "Bob: Five."];
        let plan = plan_of(&lines, &capabilities(12, 1));
        assert_eq!(
            shown(&plan),
            [
                "0 | 0 v1 One two.",
                "0 | 0 v1 Three four.",
                "450 | 1 v2 Five."
            ]
        );
        assert_eq!(plan.lines.len(), 2);
        assert_eq!(plan.lines[0].text, "One two. Three four.");
    }

    #[test]
    fn a_dialogue_is_spoken_in_exchanges_where_the_provider_can() {
        let lines = ["Ann: Hi. [laughs]", "Bob: Hello."];
        let plan = plan_of(&lines, &capabilities(2000, 10));
        assert_eq!(shown(&plan), ["0 | 0 v1 Hi. [laughs] / 1 v2 Hello."]);
        assert_eq!(plan.segments[0].characters(), 18);
        let request = plan.segments[0].request(&SpeechSettings::default());
        assert_eq!(request.turns[1].voice.as_str(), "v2");
        let line_by_line = plan_of(&lines, &capabilities(2000, 1));
        assert_eq!(shown(&line_by_line), ["0 | 0 v1 Hi.", "450 | 1 v2 Hello."]);
    }

    #[test]
    fn no_turn_of_an_exchange_is_longer_than_an_exchange() {
        let line = format!("Ann: {}", "word ".repeat(400));
        let plan = plan_of(&[&line], &capabilities(5000, 10));
        assert!(plan.segments.len() > 1);
        assert!(
            plan.segments
                .iter()
                .all(|segment| segment.characters() <= 800)
        );
        assert!(
            plan.segments
                .iter()
                .all(|segment| segment.gap_before.is_zero())
        );
    }

    #[test]
    fn silence_and_a_foreign_casting_are_refused() {
        let refused = |lines: &[&str]| {
            let capabilities = capabilities(100, 1);
            let gaps = Gaps::default();
            plan(
                &script(lines),
                &casting(),
                SpeechMode::Auto,
                &capabilities,
                &gaps,
            )
            .unwrap_err()
        };
        assert_eq!(refused(&["Ann: ---"]), SegmentError::Silent);
        let speaker = "Cy".to_owned();
        assert_eq!(refused(&["Cy: Hi"]), SegmentError::Uncast { speaker });
    }

    #[test]
    fn the_recordings_key_knows_gaps_mode_and_assembly() {
        let capabilities = capabilities(100, 10);
        let key = |lines: &[&str], mode: SpeechMode, gaps: &Gaps, assembly: &str| {
            let plan = plan(&script(lines), &casting(), mode, &capabilities, gaps).unwrap();
            plan.recording_key(
                &capabilities,
                &SpeechSettings::default(),
                &Digest::of(assembly),
            )
        };
        let lines = ["Ann: Hi", "Bob: Ho"];
        let gaps = Gaps::default();
        let tight = Gaps {
            speaker_change: Duration::ZERO,
            ..gaps
        };
        let no_tail = Gaps {
            tail: Duration::ZERO,
            ..gaps
        };
        let mono = SpeechMode::Monologue;
        let keys = [
            key(&lines, SpeechMode::Auto, &gaps, "a"),
            key(&lines, mono, &gaps, "a"),
            key(&lines, mono, &gaps, "b"),
            key(&lines, mono, &tight, "a"),
            key(&lines, mono, &no_tail, "a"),
            key(&["Bob: Hi", "Ann: Ho"], mono, &gaps, "a"),
        ];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        let same_sound = key(&["Ann: *Hi*", "Bob: Ho 🎧"], mono, &gaps, "a");
        let plain = key(&["Ann: `Hi`", "Bob: Ho"], mono, &gaps, "a");
        assert_eq!(same_sound, plain);
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        let line = "(Ann|Bob): [a-z]{1,9}( [a-z]{1,9}){0,15}[.?!]";
        proptest::collection::vec(prop_oneof![8 => line, 1 => Just(":".to_owned())], 1..60)
    }

    fn words_of(lines: &[&str]) -> Vec<String> {
        let texts = lines.iter().filter_map(|line| line.split_once(':'));
        texts
            .flat_map(|(_, text)| text.split_whitespace())
            .map(str::to_owned)
            .collect()
    }

    fn keys(plan: &SegmentPlan, capabilities: &TtsCapabilities) -> Vec<Digest> {
        let settings = SpeechSettings::default();
        let segments = plan.segments.iter();
        segments
            .map(|segment| segment.key(capabilities, &settings))
            .collect()
    }

    proptest! {
        #[test]
        fn every_word_is_in_one_segment_in_order(
            lines in lines(),
            max_characters in 10_usize..200,
            max_turns in 1_usize..6,
        ) {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            prop_assume!(lines.iter().any(|line| *line != ":"));
            let capabilities = capabilities(max_characters, max_turns);
            let plan = plan_of(&lines, &capabilities);
            let turns = || plan.segments.iter().flat_map(|segment| &segment.turns);
            let words: Vec<_> = turns()
                .flat_map(|turn| turn.text.split_whitespace().map(str::to_owned))
                .collect();
            prop_assert_eq!(words, words_of(&lines));
            prop_assert!(turns().all(|turn| turn.text.chars().count() <= max_characters));
            prop_assert!(plan.segments.iter().all(|segment| segment.turns.len() <= max_turns));
            prop_assert!(turns().is_sorted_by_key(|turn| turn.line));
            prop_assert_eq!(keys(&plan, &capabilities), keys(&plan_of(&lines, &capabilities), &capabilities));
        }

        #[test]
        fn an_edited_line_changes_only_the_segments_near_it(
            lines in proptest::collection::vec("(Ann|Bob): [a-z]{1,9}( [a-z]{1,9}){0,15}[.?!]", 30..60),
            at in any::<prop::sample::Index>(),
        ) {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let at = at.index(lines.len());
            let mut edited = lines.clone();
            edited[at] = "Ann: Something else.";
            let capabilities = capabilities(2000, 100);
            let before = plan_of(&lines, &capabilities);
            let after: HashSet<_> = keys(&plan_of(&edited, &capabilities), &capabilities).into_iter().collect();
            let characters = |range: std::ops::Range<usize>| -> usize {
                before.lines[range].iter().map(|line| line.text.len()).sum()
            };
            for (segment, key) in before.segments.iter().zip(keys(&before, &capabilities)) {
                let (first, last) = (segment.turns[0].line, segment.turns[segment.turns.len() - 1].line);
                let distance = match at {
                    at if at > last => characters(last + 1..at),
                    at if at < first => characters(at + 1..first),
                    _ => 0,
                };
                prop_assert!(distance <= MAX_EXCHANGE_CHARACTERS || after.contains(&key));
            }
        }
    }
}
