//! Who says what: the study text as utterances. The only home of the speaker grammar.

use super::{Lesson, Text};

/// The study text, line by line, each with its speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script<'a> {
    /// What the text is, by counting its labelled lines.
    pub kind: ScriptKind,
    /// What `speaker_labels` declare it to be; none without labels.
    pub declared: Option<ScriptKind>,
    /// The lines in order.
    pub utterances: Vec<Utterance<'a>>,
}

/// Whether one person speaks or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        let _ = lesson;
        None
    }
}
