//! What is said in one breath.

use std::collections::HashSet;

use esl_core::ports::DialogueCapabilities;
use esl_core::{Digest, VoiceAssignment, VoiceSource};
use proptest::prelude::*;

use super::*;
use crate::lesson::{Lesson, ScriptKind, Text, Utterance};
use crate::speech::casting::{CastingOptions, VoiceMap, cast, read_catalog, speakers};

const LESSON: &str = "\
---
title: Lost
speaker_labels: [Visitor, Guide]
speaker_profiles:
  - {id: Guide, gender: female}
---
:::study-text
[Visitor]: Excuse me, where is the *museum*?
**Guide:** Go straight on and turn ____ at the bank.
It is opposite the park. 🏞️

Visitor: Thank you!
:::
";

const CATALOG: &[u8] = br#"{"voices": [
    {"id": "slt", "name": "Slt", "labels": {"gender": "female", "accent": "american"}},
    {"id": "rms", "name": "Rms", "labels": {"gender": "male", "accent": "american"}}
]}"#;

/// With dialogues if several turns are allowed.
pub(super) fn capabilities(max_characters: usize, max_turns: usize) -> TtsCapabilities {
    let dialogue = DialogueCapabilities {
        model: "d".into(),
        max_characters,
        max_turns,
        max_voices: 10,
        stabilities: Vec::new(),
    };
    TtsCapabilities {
        provider: "p".into(),
        model: "m".into(),
        variant: String::new(),
        max_characters,
        stabilities: Vec::new(),
        dialogue: (max_turns > 1).then_some(dialogue),
        concurrency: 1,
        is_paid: false,
        lists_all_voices: true,
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
        settings: VoiceSettings::default(),
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

fn planned(
    script: &Script<'_>,
    casting: &Casting,
    mode: SpeechMode,
    capabilities: &TtsCapabilities,
    gaps: &Gaps,
) -> Result<SegmentPlan, SegmentError> {
    let settings = SpeechSettings::default();
    plan(script, casting, mode, &settings, capabilities, gaps)
}

fn plan_of(lines: &[&str], capabilities: &TtsCapabilities) -> SegmentPlan {
    let (mode, gaps) = (SpeechMode::Auto, Gaps::default());
    planned(&script(lines), &casting(), mode, capabilities, &gaps).unwrap()
}

fn characters(segment: &Segment) -> usize {
    let turns = segment.turns.iter();
    turns.map(|turn| turn.text.chars().count()).sum()
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
            .all(|segment| characters(segment) <= MAX_EXCHANGE_CHARACTERS)
    );
    assert!(
        plan.segments
            .iter()
            .all(|segment| segment.gap_before.is_zero())
    );
}

#[test]
fn a_lesson_becomes_a_score() {
    let lesson = Lesson::parse(LESSON);
    let script = Script::of(&lesson).unwrap();
    let speakers = speakers(&script, &lesson.front_matter);
    let catalog = read_catalog(CATALOG).unwrap();
    let options = CastingOptions::default();
    let casting = cast(&speakers, &catalog, &VoiceMap::default(), &options).unwrap();
    let capabilities = capabilities(500, 1);
    let gaps = Gaps::default();
    let plan = planned(&script, &casting, SpeechMode::Auto, &capabilities, &gaps).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "0 | 0 rms Excuse me, where is the museum?",
            "450 | 1 slt Go straight on and turn blank at the bank.",
            "250 | 2 slt It is opposite the park.",
            "600 | 3 rms Thank you!",
        ]
    );
    let assembly = Digest::of("assembly");
    let score = plan.score(&capabilities, &assembly);
    assert_eq!(score.lines[1].speaker.as_deref(), Some("Guide"));
    assert_eq!(
        score.lines[1].text,
        "Go straight on and turn ____ at the bank."
    );
    assert_eq!(score.parts[2].lines, [2]);
    assert_eq!(score.parts[2].request.turns[0].voice.as_str(), "slt");
}

#[test]
fn silence_and_a_foreign_casting_are_refused() {
    let refused = |lines: &[&str]| {
        let capabilities = capabilities(100, 1);
        let gaps = Gaps::default();
        let (script, mode) = (script(lines), SpeechMode::Auto);
        planned(&script, &casting(), mode, &capabilities, &gaps).unwrap_err()
    };
    assert_eq!(refused(&["Ann: ---"]), SegmentError::Silent);
    let speaker = "Cy".to_owned();
    assert_eq!(refused(&["Cy: Hi"]), SegmentError::Uncast { speaker });
}

#[test]
fn the_recordings_key_knows_gaps_mode_and_assembly() {
    let capabilities = capabilities(100, 10);
    let key = |lines: &[&str], mode: SpeechMode, gaps: &Gaps, assembly: &str| {
        let plan = planned(&script(lines), &casting(), mode, &capabilities, gaps).unwrap();
        plan.score(&capabilities, &Digest::of(assembly)).key
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
