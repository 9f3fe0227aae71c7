//! The lines of the study text that are spoken.

use std::ops::Range;

use super::Body;
use super::outline::Mark;
use crate::lesson::{Node, Span, SpeechLine, StudyText, Text};

/// Puts a study text together: its elements for the page, its lines for speech.
pub(super) fn collect<'a>(
    body: &Body<'_, 'a>,
    open: Span,
    head: Text<'a>,
    content: Range<usize>,
    children: Vec<Node<'a>>,
) -> StudyText<'a> {
    let label = (!head.raw.is_empty()).then_some(head);
    let mut lines = speech_lines(body, content);
    let repeats_label = lines
        .first()
        .zip(label)
        .is_some_and(|(first, label)| first.text.raw.to_lowercase() == label.raw.to_lowercase());
    if repeats_label {
        lines.remove(0);
    }
    StudyText {
        open,
        label,
        children,
        lines,
    }
}

fn speech_lines<'a>(body: &Body<'_, 'a>, content: Range<usize>) -> Vec<SpeechLine<'a>> {
    let mut lines = Vec::new();
    let mut after_blank = false;
    let mut at = content.start;
    while at < content.end {
        let text = body.lines[at].text;
        let (is_spoken, next) = match body.outline.marks[at] {
            Mark::Text => (!text.raw.is_empty(), at + 1),
            Mark::Code { end, .. } | Mark::Equation { end } => (false, end),
            _ => (false, at + 1),
        };
        if is_spoken {
            lines.push(SpeechLine { text, after_blank });
        }
        after_blank = !is_spoken && (after_blank || text.raw.is_empty());
        at = next;
    }
    lines
}
