//! What is larger than Notion takes. The publisher works around it; the author may want to know.
//!
//! Source: Notion API reference, "Request limits". Lengths count UTF-16 units.

use super::facts::Facts;
use crate::lesson::inline::{Run, RunKind};
use crate::lesson::{Code, Diagnostic, Node, NodeKind, Property, PropertyData, Span, Text};

const TEXT: usize = 2000;
const RUNS: usize = 100;
const URL: usize = 2000;
const EQUATION: usize = 1000;
const LIST: usize = 100;

const SPLIT: &str = "make several lines of it; as it is, it is split when published";

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let front_matter = &facts.lesson.front_matter;
    let title = front_matter.title.as_ref();
    let title = title.and_then(|title| property("title", length(&title.value), title.span));
    let properties = front_matter.properties.iter().filter_map(check_property);
    let nodes = facts
        .visits
        .iter()
        .filter_map(|visit| check_node(facts, visit.node));
    title.into_iter().chain(properties).chain(nodes).collect()
}

/// The limits of one line.
pub(super) fn text(text: Text<'_>, runs: &[Run<'_>]) -> Vec<Diagnostic> {
    let mut found: Vec<_> = runs.iter().filter_map(check_run).collect();
    if runs.len() > RUNS {
        let pieces = runs.len();
        let message = format!(
            "the text changes its look so often that it has {pieces} pieces; Notion takes {RUNS}"
        );
        let pieces = Diagnostic::new(Code::NotionLimitText, text.span(), message);
        found.push(pieces.hint(SPLIT));
    }
    found.extend(
        runs.iter()
            .filter_map(|run| run.link)
            .filter_map(|link| url(link.url)),
    );
    found
}

fn check_run(run: &Run<'_>) -> Option<Diagnostic> {
    let length = length(&run.text);
    match run.kind {
        RunKind::Equation => equation(length, run.span),
        _ => long_text(length, run.span),
    }
}

fn check_node(facts: &Facts<'_, '_>, node: &Node<'_>) -> Option<Diagnostic> {
    let open = || facts.opening_line(node.span).span();
    match &node.kind {
        NodeKind::Code { lines, .. } => long_text(length_of(lines), open()),
        NodeKind::Equation { lines } => equation(length_of(lines), open()),
        NodeKind::Image { url: address, .. }
        | NodeKind::Link { url: address, .. }
        | NodeKind::Media { url: address, .. } => url(*address),
        _ => None,
    }
}

fn check_property(found: &Property) -> Option<Diagnostic> {
    let name = &found.name.value;
    match &found.value.value {
        PropertyData::Text(text) => property(name, length(text), found.value.span),
        PropertyData::List(items) if items.len() > LIST => {
            let message = format!(
                "property `{name}` has {} values; Notion takes {LIST}",
                items.len()
            );
            let found = Diagnostic::new(Code::NotionLimitProperty, found.value.span, message);
            Some(found.hint("remove some of them"))
        }
        _ => None,
    }
}

fn long_text(length: usize, span: Span) -> Option<Diagnostic> {
    let message = || format!("the text has {length} characters; Notion takes {TEXT} in one piece");
    (length > TEXT).then(|| Diagnostic::new(Code::NotionLimitText, span, message()).hint(SPLIT))
}

fn equation(length: usize, span: Span) -> Option<Diagnostic> {
    let message = || format!("the equation has {length} characters; Notion takes {EQUATION}");
    (length > EQUATION).then(|| {
        Diagnostic::new(Code::NotionLimitEquation, span, message())
            .hint("shorten it; as it is, it is published as code")
    })
}

fn url(url: Text<'_>) -> Option<Diagnostic> {
    let length = length(url.raw);
    let message = || format!("the address has {length} characters; Notion takes {URL}");
    (length > URL).then(|| {
        Diagnostic::new(Code::NotionLimitUrl, url.span(), message())
            .hint("shorten it; as it is, only the text is published")
    })
}

fn property(name: &str, length: usize, span: Span) -> Option<Diagnostic> {
    let message = || format!("property `{name}` has {length} characters; Notion takes {TEXT}");
    (length > TEXT)
        .then(|| Diagnostic::new(Code::NotionLimitProperty, span, message()).hint("shorten it"))
}

/// In UTF-16 units; only counted when the bytes could be too many.
fn length(text: &str) -> usize {
    if text.len() > EQUATION {
        text.encode_utf16().count()
    } else {
        text.len()
    }
}

fn length_of(lines: &[Text<'_>]) -> usize {
    let breaks = lines.len().saturating_sub(1);
    lines.iter().map(|line| length(line.raw)).sum::<usize>() + breaks
}
