//! The exercises of section 5.

use super::facts::Facts;
use super::heading_text::Title;
use super::wording::counted;
use crate::lesson::{Code, Diagnostic, Node, NodeKind, Span, Text, inline};

/// Enough to practise and not too much for one sitting.
const CONTROLLED: std::ops::RangeInclusive<usize> = 8..=12;
const COMPREHENSION: usize = 2;

/// An exercise and how many items it has.
struct Exercise {
    title: Span,
    items: usize,
}

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let Some(content) = facts.outline.content(5) else {
        return vec![];
    };
    let place = facts.place_for(5);
    vec![controlled(content, place), comprehension(content, place)]
        .into_iter()
        .flatten()
        .collect()
}

fn controlled(content: &[Node<'_>], section: Span) -> Option<Diagnostic> {
    let Some(exercise) = find(content, "a controlled practice") else {
        let message = "section 5 has no `A. Controlled Practice`";
        let found = Diagnostic::new(Code::ControlledPracticeMissing, section, message);
        return Some(found.hint("add `### A. Controlled Practice` with 8 to 12 items"));
    };
    if CONTROLLED.contains(&exercise.items) {
        return None;
    }
    let message = format!(
        "controlled practice has {}, expected 8 to 12",
        counted(exercise.items, "item")
    );
    let found = Diagnostic::new(Code::ControlledPracticeCount, exercise.title, message);
    Some(found.hint("add or remove items; from 8 to 10 is best"))
}

fn comprehension(content: &[Node<'_>], section: Span) -> Option<Diagnostic> {
    let Some(exercise) = find(content, "b comprehension check") else {
        let message = "section 5 has no `B. Comprehension Check`";
        let found = Diagnostic::new(Code::ComprehensionMissing, section, message);
        return Some(found.hint("add `### B. Comprehension Check` with 2 or 3 questions"));
    };
    if exercise.items >= COMPREHENSION {
        return None;
    }
    let message = format!(
        "the comprehension check has {}, expected 2 or 3",
        counted(exercise.items, "item")
    );
    let found = Diagnostic::new(Code::ComprehensionCount, exercise.title, message);
    Some(found.hint("ask two or three questions"))
}

/// The exercise titled `words`: a level-3 heading or a toggle.
fn find(content: &[Node<'_>], words: &str) -> Option<Exercise> {
    let is_titled = |text: Text<'_>| Title::of(&inline::plain_text(text)).begins_with(words);
    content
        .iter()
        .enumerate()
        .find_map(|(at, node)| match &node.kind {
            NodeKind::Heading { level: 3, text } if is_titled(*text) => {
                let below = &content[at + 1..];
                let ends =
                    |node: &Node<'_>| matches!(node.kind, NodeKind::Heading { level: ..=3, .. });
                let end = below.iter().position(ends).unwrap_or(below.len());
                Some(Exercise {
                    title: text.span(),
                    items: items(&below[..end]),
                })
            }
            NodeKind::Toggle {
                title, children, ..
            } if is_titled(*title) => Some(Exercise {
                title: title.span(),
                items: items(children),
            }),
            _ => None,
        })
}

/// The list items that are not below another item, in containers too.
fn items(nodes: &[Node<'_>]) -> usize {
    let mut open = vec![nodes];
    let mut count = 0;
    while let Some(nodes) = open.pop() {
        for node in nodes {
            match node.kind {
                NodeKind::Item(_) => count += 1,
                _ => open.extend(node.kind.children().rev()),
            }
        }
    }
    count
}
