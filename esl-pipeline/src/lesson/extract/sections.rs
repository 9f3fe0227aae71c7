//! The sections: headings of level 2 and 3 and what stands below them.

use serde::Serialize;

use super::{Passage, passage};
use crate::lesson::{Lesson, Node, NodeKind, Span};

/// A heading and its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// 2 or 3.
    pub depth: u8,
    /// The heading's Markdown.
    pub title: String,
    /// The heading in the file.
    pub span: Span,
    /// Up to the next heading of level 1 to 3; none if there is nothing.
    pub content: Option<Passage>,
    /// Up to the next heading of the same level or above, subsections included.
    pub whole_content: Option<Passage>,
}

pub(super) fn of(lesson: &Lesson<'_>) -> Vec<Section> {
    let body = &lesson.body;
    let mut next_section = body.len();
    let mut next_heading = body.len();
    let mut sections = Vec::new();
    for (at, node) in body.iter().enumerate().rev() {
        let NodeKind::Heading {
            level: level @ 1..=3,
            text,
        } = node.kind
        else {
            continue;
        };
        let whole_end = if level == 3 {
            next_heading
        } else {
            next_section
        };
        if level > 1 {
            sections.push(Section {
                depth: level,
                title: text.raw.to_owned(),
                span: node.span,
                content: content(lesson, &body[at + 1..next_heading]),
                whole_content: content(lesson, &body[at + 1..whole_end]),
            });
        }
        next_heading = at;
        if level < 3 {
            next_section = at;
        }
    }
    sections.reverse();
    sections
}

fn content(lesson: &Lesson<'_>, nodes: &[Node<'_>]) -> Option<Passage> {
    super::around(nodes).map(|span| passage(lesson, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_before_the_next_heading_and_its_whole_before_the_next_of_its_level() {
        let lesson =
            Lesson::parse("---\n---\n## A\na\n### B\nb\n:::toggle-h2 T\n## no\n:::\n### C\n## D\n");
        let text = |passage: &Option<Passage>| passage.as_ref().map(|it| it.text.clone());
        let seen: Vec<_> = of(&lesson)
            .iter()
            .map(|it| (it.title.clone(), text(&it.content), text(&it.whole_content)))
            .collect();
        let b = Some("b\n:::toggle-h2 T\n## no\n:::".to_owned());
        let whole = Some("a\n### B\nb\n:::toggle-h2 T\n## no\n:::\n### C".to_owned());
        assert_eq!(
            seen,
            [
                ("A".to_owned(), Some("a".to_owned()), whole),
                ("B".to_owned(), b.clone(), b),
                ("C".to_owned(), None, None),
                ("D".to_owned(), None, None),
            ]
        );
    }
}
