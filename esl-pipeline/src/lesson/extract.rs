//! What a lesson says, as plain data: settings, study text, answer key, teacher's notes, sections.

mod sections;
mod settings;

use serde::Serialize;

use super::script::first_study_text;
use super::{Lesson, Node, NodeKind, Script, ScriptKind, Span};

pub use sections::Section;
pub use settings::{Profile, Settings};

/// The parts of a lesson, ready to be written as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extract {
    /// The front matter; what could not be read is absent.
    pub front_matter: Settings,
    /// The first study text; none if there is none.
    pub study_text: Option<ExtractedStudyText>,
    /// The content of the toggle titled `Answer Key`.
    pub answer_key: Option<Passage>,
    /// The content of the toggle titled `Teacher's Follow-up Plan`.
    pub teacher_notes: Option<Passage>,
    /// The headings of level 2 and 3 at document depth, in order.
    pub sections: Vec<Section>,
}

/// The study text of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtractedStudyText {
    /// What the text is, by counting its labelled lines.
    #[serde(rename = "type")]
    pub kind: ScriptKind,
    /// What the speaker labels declare it to be.
    pub declared_type: Option<ScriptKind>,
    /// The non-blank lines, trimmed.
    pub lines: Vec<String>,
    /// The lines with their speakers.
    pub utterances: Vec<ExtractedUtterance>,
}

/// A line of the study text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtractedUtterance {
    /// The canonical name of the speaker; none in an unlabelled text.
    pub speaker: Option<String>,
    /// The line without its label; inline Markdown.
    pub text: String,
    /// The same without the marks of Markdown.
    pub text_plain: String,
    /// Whether the line has no label of its own.
    pub continuation: bool,
    /// The whole line in the file.
    pub span: Span,
}

/// A piece of the file, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// The Markdown.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Extract {
    /// The parts of a lesson. Total: what is missing is none.
    #[must_use]
    pub fn of(lesson: &Lesson<'_>) -> Self {
        let notes = ["teacher's follow-up plan", "teachers follow-up plan"];
        Self {
            front_matter: Settings::of(&lesson.front_matter),
            study_text: study_text(lesson),
            answer_key: toggle(lesson, &lesson.body, &["answer key"]),
            teacher_notes: toggle(lesson, &lesson.body, &notes),
            sections: sections::of(lesson),
        }
    }
}

fn study_text(lesson: &Lesson<'_>) -> Option<ExtractedStudyText> {
    let lines = &first_study_text(&lesson.body)?.lines;
    let script = Script::of(lesson)?;
    let utterances = script.utterances.into_iter().map(|it| ExtractedUtterance {
        speaker: it.speaker,
        text: it.text.raw.to_owned(),
        text_plain: super::inline::plain_text(it.text),
        continuation: it.is_continuation,
        span: it.line.span(),
    });
    Some(ExtractedStudyText {
        kind: script.kind,
        declared_type: script.declared,
        lines: lines.iter().map(|line| line.text.raw.to_owned()).collect(),
        utterances: utterances.collect(),
    })
}

/// The content of the first toggle whose title begins with one of `titles`, wherever it stands.
fn toggle(lesson: &Lesson<'_>, nodes: &[Node<'_>], titles: &[&str]) -> Option<Passage> {
    nodes.iter().find_map(|node| match &node.kind {
        NodeKind::Toggle {
            title, children, ..
        } if is_titled(title.raw, titles) => Some(passage(lesson, around(children)?)),
        kind => kind
            .children()
            .find_map(|nodes| toggle(lesson, nodes, titles)),
    })
}

fn is_titled(title: &str, titles: &[&str]) -> bool {
    let title = title.to_lowercase().replace(['’', '‘'], "'");
    let words: Vec<&str> = title.split_whitespace().collect();
    let title = words.join(" ");
    titles.iter().any(|known| title.starts_with(known))
}

fn around(nodes: &[Node<'_>]) -> Option<Span> {
    let first = nodes.first()?;
    nodes.last().map(|last| first.span.to(last.span))
}

fn passage(lesson: &Lesson<'_>, span: Span) -> Passage {
    let text = lesson.source.get(span.start..span.end).unwrap_or_default();
    let text = text.replace("\r\n", "\n");
    Passage { text, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_the_example_lesson() {
        let lesson = Lesson::parse(include_str!("../../tests/lessons/directions.md"));
        insta::assert_json_snapshot!(Extract::of(&lesson));
    }

    #[test]
    fn markers_are_found_in_any_order_with_any_apostrophe_and_whole() {
        let lesson = Lesson::parse(
            "---\n---\n:::toggle-h3 TEACHER’S  Follow-up Plan (notes)\nx\n:::\n:::toggle-h2 Answer Key\n1. a\n:::callout 💡\nb\n:::\nc\n:::\n",
        );
        let extract = Extract::of(&lesson);
        assert_eq!(extract.teacher_notes.unwrap().text, "x");
        assert_eq!(
            extract.answer_key.unwrap().text,
            "1. a\n:::callout 💡\nb\n:::\nc"
        );
        assert_eq!(extract.study_text, None);
    }
}
