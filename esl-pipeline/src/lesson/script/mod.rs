//! Who says what: the study text as utterances. The only home of the speaker grammar.

mod grammar;
mod speakers;

use std::collections::HashMap;

use serde::Serialize;

use super::{FrontMatter, Lesson, Node, NodeKind, SpeechLine, StudyText, Text};

pub(crate) use grammar::Label;
pub(crate) use speakers::{Role, Speakers, folded, is_narrator};

/// The study text, line by line, each with its speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script<'a> {
    /// What the text is, by counting its labelled lines.
    pub kind: ScriptKind,
    /// What `speaker_labels` declare it to be; none without labels, and none for a narrator and one
    /// other speaker, who may talk or may have written a letter.
    pub declared: Option<ScriptKind>,
    /// The lines in order.
    pub utterances: Vec<Utterance<'a>>,
}

/// Whether one person speaks or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ScriptKind {
    /// Fewer than two labelled lines.
    Monologue,
    /// At least two labelled lines.
    Dialogue,
}

/// A line of the study text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance<'a> {
    /// The canonical spelling of the speaker's name; none in an unlabelled text.
    pub speaker: Option<String>,
    /// The line without its label; inline Markdown. May be empty: the speech follows.
    pub text: Text<'a>,
    /// The whole line, label included.
    pub line: Text<'a>,
    /// Whether the line has no label of its own.
    pub is_continuation: bool,
    /// Whether a blank line stands before it.
    pub after_blank: bool,
}

impl<'a> Script<'a> {
    /// The script of the lesson's first study text; none if there is no study text.
    #[must_use]
    pub fn of(lesson: &Lesson<'a>) -> Option<Self> {
        let study_text = first_study_text(&lesson.body)?;
        Some(Self::read(&study_text.lines, &lesson.front_matter))
    }

    fn read(lines: &[SpeechLine<'a>], front_matter: &FrontMatter<'_>) -> Self {
        let speakers = Speakers::of(front_matter);
        let turns = turns(lines, &speakers);
        let labelled = turns.iter().flatten().count();
        let mut current = opening_speaker(&turns, &speakers, front_matter);
        let utterance = |(line, turn): (&SpeechLine<'a>, Option<Turn<'a>>)| {
            let is_continuation = turn.is_none();
            let (speaker, text) = match turn {
                Some(turn) => (Some(turn.speaker), turn.text),
                None => (current.take(), line.text),
            };
            current.clone_from(&speaker);
            Utterance {
                speaker,
                text,
                line: line.text,
                is_continuation,
                after_blank: line.after_blank,
            }
        };
        Self {
            kind: kind(labelled),
            declared: declared(front_matter),
            utterances: lines.iter().zip(turns).map(utterance).collect(),
        }
    }
}

/// A line that says who speaks.
struct Turn<'a> {
    speaker: String,
    is_declared: bool,
    text: Text<'a>,
}

/// For each line the turn that it opens.
fn turns<'a>(lines: &[SpeechLine<'a>], speakers: &Speakers<'_>) -> Vec<Option<Turn<'a>>> {
    let mut spellings = HashMap::new();
    let mut turn = |line: &SpeechLine<'a>| {
        let Role::Turn { label, speaker } = speakers.classify(line.text) else {
            return None;
        };
        if speakers.is_labelled && !speaker.is_some_and(|speaker| speaker.is_label) {
            return None;
        }
        let name = match speaker {
            Some(speaker) => speaker.name,
            None => spellings
                .entry(folded(label.name.raw))
                .or_insert(label.name.raw),
        };
        Some(Turn {
            speaker: name.to_owned(),
            is_declared: speaker.is_some(),
            text: label.rest,
        })
    };
    let mut turns: Vec<_> = lines.iter().map(&mut turn).collect();
    let mut opened = turns.iter_mut().filter(|turn| turn.is_some());
    if let (Some(only), None) = (opened.next(), opened.next()) {
        only.take_if(|turn| !turn.is_declared);
    }
    turns
}

/// Who speaks before the first turn.
fn opening_speaker(
    turns: &[Option<Turn<'_>>],
    speakers: &Speakers<'_>,
    front_matter: &FrontMatter<'_>,
) -> Option<String> {
    let first_label = || {
        front_matter
            .speaker_labels
            .first()
            .map(|label| label.value.as_str())
    };
    let first_turn = || {
        turns
            .iter()
            .flatten()
            .next()
            .map(|turn| turn.speaker.as_str())
    };
    let narrator = speakers.narrator().map(|narrator| narrator.name);
    let name = narrator.or_else(first_label).or_else(first_turn);
    name.map(str::to_owned)
}

const fn kind(labelled: usize) -> ScriptKind {
    match labelled {
        0 | 1 => ScriptKind::Monologue,
        _ => ScriptKind::Dialogue,
    }
}

fn declared(front_matter: &FrontMatter<'_>) -> Option<ScriptKind> {
    let labels = &front_matter.speaker_labels;
    let others = labels
        .iter()
        .filter(|label| !is_narrator(&label.value))
        .count();
    match (labels.len(), others) {
        (0, _) => None,
        (1, _) => Some(ScriptKind::Monologue),
        (_, 0 | 1) => None,
        _ => Some(ScriptKind::Dialogue),
    }
}

/// The first study text, wherever it stands.
pub(crate) fn first_study_text<'n, 'a>(nodes: &'n [Node<'a>]) -> Option<&'n StudyText<'a>> {
    nodes.iter().find_map(|node| match &node.kind {
        NodeKind::StudyText(study_text) => Some(study_text),
        kind => kind.children().find_map(first_study_text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line as `speaker|text`, `+` before continuations.
    fn read(settings: &str, text: &str) -> (ScriptKind, Vec<String>) {
        let source = format!("```\n---\n{settings}\n---\n:::study-text\n{text}\n:::\n```\n");
        let lesson = Lesson::parse(&source);
        let script = Script::of(&lesson).unwrap();
        let line = |utterance: &Utterance<'_>| {
            let mark = if utterance.is_continuation { "+" } else { "" };
            let speaker = utterance.speaker.as_deref().unwrap_or("-");
            format!("{mark}{speaker}|{}", utterance.text.raw)
        };
        (script.kind, script.utterances.iter().map(line).collect())
    }

    #[test]
    fn speaker_lines_lose_their_label_and_others_stay_whole() {
        let text = "[A]: hi\n**B:** hi\n- A: hi\nA:hi\nIt was 10:30 in the morning.\nhttps://x.com\nI have one question: where?";
        let (kind, lines) = read("speaker_labels: [A, B]", text);
        assert_eq!(kind, ScriptKind::Dialogue);
        assert_eq!(
            lines,
            [
                "A|hi",
                "B|hi",
                "A|hi",
                "+A|A:hi",
                "+A|It was 10:30 in the morning.",
                "+A|https://x.com",
                "+A|I have one question: where?",
            ]
        );
    }

    #[test]
    fn in_a_labelled_dialogue_only_declared_names_open_a_turn() {
        let (_, lines) = read(
            "speaker_labels: [A, B]",
            "A: hi\nNote: remember this\n[C]: x\nB: y",
        );
        assert_eq!(
            lines,
            ["A|hi", "+A|Note: remember this", "+A|[C]: x", "B|y"]
        );
    }

    #[test]
    fn every_name_of_a_speaker_means_its_label() {
        let settings = "speaker_labels: [Guide, Anna]\nspeaker_profiles:\n  - id: guide\n    display_name: Mrs. Lee\n  - id: x1\n    display_name: ANNA";
        let (_, lines) = read(settings, "MRS.  LEE: a\nguide: b\nx1: c\nanna: d");
        assert_eq!(lines, ["Guide|a", "Guide|b", "Anna|c", "Anna|d"]);
    }

    #[test]
    fn without_labels_names_are_spelt_as_they_first_are() {
        let (kind, lines) = read("title: T", "Anna: a\nb\nANNA: c\n[bob]: d");
        assert_eq!(kind, ScriptKind::Dialogue);
        assert_eq!(lines, ["Anna|a", "+Anna|b", "Anna|c", "bob|d"]);
    }

    #[test]
    fn one_labelled_line_without_labels_is_a_monologue_of_nobody() {
        let (kind, lines) = read("title: T", "Note: remember this\nand that");
        assert_eq!(kind, ScriptKind::Monologue);
        assert_eq!(lines, ["+-|Note: remember this", "+-|and that"]);
    }

    #[test]
    fn a_letter_is_spoken_by_its_only_label() {
        let (kind, lines) = read(
            "speaker_labels: [Narrator, Tom]",
            "Tom: Dear Ann,\n\nI am well.\n\nTom",
        );
        assert_eq!(kind, ScriptKind::Monologue);
        assert_eq!(lines, ["Tom|Dear Ann,", "+Tom|I am well.", "+Tom|Tom"]);
    }

    #[test]
    fn lines_before_the_first_turn_belong_to_the_narrator_or_the_first_speaker() {
        let first = |settings| read(settings, "It rains.\nBob: hi\nAnn: hi").1.remove(0);
        assert_eq!(
            first("speaker_labels: [Ann, Bob, narrator]"),
            "+narrator|It rains."
        );
        assert_eq!(first("speaker_labels: [Ann, Bob]"), "+Ann|It rains.");
        assert_eq!(first("title: T"), "+Bob|It rains.");
    }

    #[test]
    fn a_label_alone_on_its_line_says_who_speaks_next() {
        let (_, lines) = read("speaker_labels: [A, B]", "A:\nhi\n**B:**\nho");
        assert_eq!(lines, ["A|", "+A|hi", "B|", "+B|ho"]);
    }
}
