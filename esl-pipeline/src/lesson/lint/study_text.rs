//! The study text: there, one, long enough and nothing but speech. Who speaks is for `speakers`.

use super::facts::Facts;
use super::outline::SECTIONS;
use super::speakers;
use super::wording::counted;
use crate::lesson::{Code, Diagnostic, Node, NodeKind, ScriptKind, Severity, Span, StudyText};

/// A text for listening has at least so many paragraphs …
const PARAGRAPHS: usize = 3;
/// … or so many lines.
const LINES: usize = 10;

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let study_texts = facts.study_texts();
    let Some(((span, first), others)) = study_texts.split_first() else {
        return missing(facts).into_iter().collect();
    };
    let mut found: Vec<_> = others
        .iter()
        .map(|(_, other)| extra(other, first))
        .collect();
    found.extend(directives(facts, first));
    if !facts.is_unclosed(*span) {
        found.extend(empty(first));
        found.extend(short(facts, first));
        found.extend(kind(facts, first));
    }
    found
}

fn missing(facts: &Facts<'_, '_>) -> Option<Diagnostic> {
    if facts.has(Code::StudyTextMalformed) {
        return None;
    }
    let heading = SECTIONS[2].heading();
    let found = Diagnostic::new(
        Code::StudyTextMissing,
        facts.place_for(3),
        "the lesson has no study text",
    );
    Some(found.hint(format!(
        "add `:::study-text` … `:::` under `## {heading}: …`"
    )))
}

fn extra(other: &StudyText<'_>, first: &StudyText<'_>) -> Diagnostic {
    let message = "a second study text is not spoken";
    Diagnostic::new(Code::StudyTextMultiple, other.open, message)
        .related(first.open, "this one is spoken")
        .hint("use a toggle for texts that are only read")
}

fn empty(study_text: &StudyText<'_>) -> Option<Diagnostic> {
    let is_empty = study_text.lines.is_empty();
    let found = Diagnostic::new(
        Code::StudyTextEmpty,
        study_text.open,
        "the study text is empty",
    );
    is_empty.then(|| found.hint("write what is read aloud between the two lines"))
}

fn directives(facts: &Facts<'_, '_>, study_text: &StudyText<'_>) -> Vec<Diagnostic> {
    let report =
        |node: &Node<'_>| {
            let name = directive_name(facts, node)?;
            let message = format!("`{name}` inside the study text");
            let span = facts.opening_line(node.span).span();
            let found = Diagnostic::new(Code::StudyTextNestedDirective, span, message);
            Some(found.hint(
                "move it below the study text; only `:::audio` and `:::video` may stand there",
            ))
        };
    study_text.children.iter().filter_map(report).collect()
}

/// The name of a container directive; what the parser reports by itself is left out.
fn directive_name(facts: &Facts<'_, '_>, node: &Node<'_>) -> Option<String> {
    let is_misplaced = matches!(
        node.kind,
        NodeKind::TableOfContents
            | NodeKind::Callout { .. }
            | NodeKind::ColumnList { .. }
            | NodeKind::SyncedBlock { .. }
            | NodeKind::StudyText(_)
            | NodeKind::Toggle { .. }
    );
    let line = facts.opening_line(node.span).raw;
    is_misplaced.then(|| {
        line.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    })
}

fn short(facts: &Facts<'_, '_>, study_text: &StudyText<'_>) -> Option<Diagnostic> {
    let lines = study_text.lines.len();
    if lines == 0
        || !facts.knows_settings()
        || facts.speakers.is_labelled
        || facts.is_of_other_kind()
    {
        return None;
    }
    let breaks = study_text
        .lines
        .iter()
        .skip(1)
        .filter(|line| line.after_blank);
    let paragraphs = breaks.count() + 1;
    if paragraphs >= PARAGRAPHS || lines >= LINES {
        return None;
    }
    let (lines, paragraphs) = (counted(lines, "line"), counted(paragraphs, "paragraph"));
    let message = format!("the study text has {lines} in {paragraphs}");
    let hint = format!(
        "write at least {PARAGRAPHS} paragraphs or {LINES} lines, or declare `speaker_labels` for a dialogue"
    );
    Some(Diagnostic::new(Code::StudyTextShort, study_text.open, message).hint(hint))
}

/// Labels that declare another kind of text; unknown or missing speakers would explain it.
fn kind(facts: &Facts<'_, '_>, study_text: &StudyText<'_>) -> Option<Diagnostic> {
    let is_error = |found: &Diagnostic| found.severity == Severity::Error;
    let is_explained = || speakers::check(facts).iter().any(is_error);
    let is_news = !study_text.lines.is_empty() && facts.knows_settings();
    if !is_news || !facts.is_of_other_kind() || is_explained() {
        return None;
    }
    let (message, hint) = match facts.script.as_ref()?.kind {
        ScriptKind::Monologue => (
            "the labels declare a dialogue, but fewer than two lines name their speaker",
            "begin each turn with its speaker, such as `Anna: …`",
        ),
        ScriptKind::Dialogue => (
            "the labels declare one voice, but several lines name a speaker",
            "list every speaker in `speaker_labels`",
        ),
    };
    let found = Diagnostic::new(Code::StudyTextType, study_text.open, message).hint(hint);
    Some(match labels_span(facts) {
        Some(labels) => found.related(labels, "the declared speakers"),
        None => found,
    })
}

fn labels_span(facts: &Facts<'_, '_>) -> Option<Span> {
    let labels = facts
        .lesson
        .front_matter
        .speaker_labels
        .iter()
        .map(|label| label.span);
    labels.reduce(Span::to)
}
