//! Callouts: an emoji, and something to say.

use super::facts::Facts;
use super::wording::shortened;
use crate::lesson::{CalloutHead, Code, Diagnostic, Node, NodeKind, Text};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    facts
        .visits
        .iter()
        .flat_map(|visit| check_callout(facts, visit.node))
        .collect()
}

fn check_callout(facts: &Facts<'_, '_>, node: &Node<'_>) -> Vec<Diagnostic> {
    let NodeKind::Callout { head, children } = &node.kind else {
        return vec![];
    };
    let open = facts.opening_line(node.span);
    let parts = CalloutHead::parse(*head);
    let has_words = parts.icon.is_some() && !parts.words.raw.is_empty();
    let is_empty = children.is_empty() && !has_words && !facts.is_unclosed(node.span);
    let empty = || {
        Diagnostic::new(Code::CalloutEmpty, open.span(), "the callout is empty")
            .hint("write its text, or remove it")
    };
    icon(open, parts)
        .into_iter()
        .chain(is_empty.then(empty))
        .collect()
}

fn icon(open: Text<'_>, head: CalloutHead<'_>) -> Option<Diagnostic> {
    let words = head.words;
    match (head.icon, words.raw.is_empty()) {
        (Some(_), true) => None,
        (Some(_), false) => {
            let message = "words after the icon become the first line of the callout";
            let found = Diagnostic::new(Code::CalloutIconText, words.span(), message);
            Some(found.hint("put them on a line of their own"))
        }
        (None, true) => {
            let message = "the callout has no icon";
            let found = Diagnostic::new(Code::CalloutIconMissing, open.span(), message);
            Some(found.hint("write an emoji after `:::callout`, such as `:::callout 💡`"))
        }
        (None, false) => {
            let message = format!("`{}` does not begin with an emoji", shortened(words.raw));
            let found = Diagnostic::new(Code::CalloutIconInvalid, words.span(), message);
            Some(found.hint("write one emoji after `:::callout`, such as `:::callout 💡`"))
        }
    }
}
