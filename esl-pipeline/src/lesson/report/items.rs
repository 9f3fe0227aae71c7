//! Findings as JSON, with lines and columns.

use serde::Serialize;

use crate::lesson::{Code, Diagnostic, Fix, LineCol, LineIndex, Related, Severity, Span};

/// A finding in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportItem {
    /// The rule.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Range,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<RelatedItem>,
    /// The change that certainly mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixItem>,
}

/// A place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first character.
    pub start: Position,
    /// The character after the last.
    pub end: Position,
}

/// One end of a place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode scalar values.
    pub col: usize,
    /// From 0, in bytes of the file.
    pub offset: usize,
}

/// Another place that belongs to a finding, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedItem {
    /// Where.
    pub span: Range,
    /// What it has to do with the finding.
    pub note: String,
}

/// A change of the source, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixItem {
    /// What to replace; empty to insert.
    pub span: Range,
    /// What to put there.
    pub replacement: String,
}

impl ReportItem {
    pub(super) fn new(found: &Diagnostic, index: &LineIndex<'_>) -> Self {
        let related = |Related { span, note }: &Related| RelatedItem {
            span: Range::new(*span, index),
            note: note.clone(),
        };
        let fix = |Fix { span, replacement }: &Fix| FixItem {
            span: Range::new(*span, index),
            replacement: replacement.clone(),
        };
        Self {
            code: found.code,
            severity: found.severity,
            message: found.message.clone(),
            span: Range::new(found.span, index),
            hint: found.hint.clone(),
            related: found.related.iter().map(related).collect(),
            fix: found.fix.as_ref().map(fix),
        }
    }
}

impl Range {
    fn new(span: Span, index: &LineIndex<'_>) -> Self {
        let position = |offset| {
            let LineCol { line, col } = index.line_col(offset);
            Position { line, col, offset }
        };
        Self {
            start: position(span.start),
            end: position(span.end),
        }
    }
}
