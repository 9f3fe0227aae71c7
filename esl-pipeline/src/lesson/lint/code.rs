//! Code blocks, which a language lesson seldom means.

use super::facts::Facts;
use super::wording::shortened;
use crate::lesson::{Code, Diagnostic, Node, NodeKind, code_language};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    facts
        .visits
        .iter()
        .flat_map(|visit| check_code(facts, visit.node))
        .collect()
}

fn check_code(facts: &Facts<'_, '_>, node: &Node<'_>) -> Vec<Diagnostic> {
    let NodeKind::Code { info, .. } = node.kind else {
        return vec![];
    };
    if facts.is_unclosed(node.span) {
        return vec![];
    }
    let open = facts.opening_line(node.span).span();
    let nested = Diagnostic::new(Code::NestedCode, open, "a code block stands in the lesson")
        .hint("use a callout or a quote for text, or allow this rule");
    let mut found = vec![nested];
    if code_language(info.raw).is_none() {
        let message = format!(
            "Notion does not know the language `{}`",
            shortened(info.raw)
        );
        let unknown = Diagnostic::new(Code::CodeLanguageUnknown, info.span(), message);
        found.push(unknown.hint("the code is published as plain text"));
    }
    found
}
