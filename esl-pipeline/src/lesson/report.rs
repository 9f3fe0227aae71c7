//! The verdict on a lesson: findings, levels of the rules, and whether it may be published.
//!
//! The JSON shapes here are read by other programs and stay as they are.

mod fixes;
mod items;
mod settings;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Code, Diagnostic, Lesson, LineCol, LineIndex, Severity, Span, lint};

pub use fixes::apply_fixes;
pub use items::{FixItem, Position, Range, RelatedItem, ReportItem};

/// How strictly a lesson is judged.
#[derive(Debug, Clone)]
pub struct LintOptions {
    /// Whether warnings block, too.
    pub strict: bool,
    /// The largest file that is looked at, in bytes; 1 MiB by default.
    pub max_bytes: usize,
    /// Rules that matter more or less than by default.
    pub levels: BTreeMap<Code, Level>,
}

impl Default for LintOptions {
    fn default() -> Self {
        Self {
            strict: false,
            max_bytes: 1 << 20,
            levels: BTreeMap::new(),
        }
    }
}

/// How much a rule matters to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Its findings are errors.
    Deny,
    /// Its findings are warnings.
    Warn,
    /// Its findings are left out.
    Allow,
}

/// The verdict on a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whether nothing blocks: no error and, in strict mode, no warning.
    pub ok: bool,
    /// All findings, sorted by position, with the severity that the caller's levels give them.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Checks `lesson` under `options`.
    #[must_use]
    pub fn new(lesson: &Lesson<'_>, options: &LintOptions) -> Self {
        let leveled = |found: Diagnostic| match options.levels.get(&found.code) {
            None => Some(found),
            Some(Level::Deny) => Some(Diagnostic {
                severity: Severity::Error,
                ..found
            }),
            Some(Level::Warn) => Some(Diagnostic {
                severity: Severity::Warning,
                ..found
            }),
            Some(Level::Allow) => None,
        };
        let diagnostics: Vec<_> = found(lesson, options)
            .into_iter()
            .filter_map(leveled)
            .collect();
        let blocking = if options.strict {
            Severity::Warning
        } else {
            Severity::Error
        };
        let ok = diagnostics.iter().all(|found| found.severity < blocking);
        Self { ok, diagnostics }
    }

    /// The findings as other programs read them; `source` is the text of the lesson.
    #[must_use]
    pub fn items(&self, source: &str) -> Vec<ReportItem> {
        let index = LineIndex::new(source);
        self.diagnostics
            .iter()
            .map(|found| ReportItem::new(found, &index))
            .collect()
    }

    /// The findings as lists of messages, with the settings.
    #[must_use]
    pub fn summary(&self, lesson: &Lesson<'_>) -> ReportSummary {
        let index = LineIndex::new(lesson.source);
        let messages = |severity| {
            let found = self
                .diagnostics
                .iter()
                .filter(move |found| found.severity == severity);
            found
                .map(|found| message(found, &index))
                .collect::<Vec<_>>()
        };
        let (mut errors, warnings) = (messages(Severity::Error), messages(Severity::Warning));
        if !self.ok && errors.is_empty() {
            errors.clone_from(&warnings);
        }
        ReportSummary {
            ok: self.ok,
            errors,
            warnings,
            meta: settings::meta(lesson),
        }
    }
}

/// The verdict as lists of messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportSummary {
    /// Whether nothing blocks.
    pub ok: bool,
    /// The errors; the warnings if only they block.
    pub errors: Vec<String>,
    /// The warnings.
    pub warnings: Vec<String>,
    /// The known settings; none if any of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Map<String, Value>>,
}

fn found(lesson: &Lesson<'_>, options: &LintOptions) -> Vec<Diagnostic> {
    let (size, limit) = (lesson.source.len(), options.max_bytes);
    if size <= limit {
        return lint(lesson);
    }
    let message = format!("the file has {size} bytes, the limit is {limit}");
    let found = Diagnostic::new(Code::LessonTooLarge, Span::default(), message);
    vec![found.hint("split the lesson, or raise the limit")]
}

/// A finding in one line.
fn message(found: &Diagnostic, index: &LineIndex<'_>) -> String {
    let LineCol { line, col } = index.line_col(found.span.start);
    let Diagnostic { message, code, .. } = found;
    match &found.hint {
        Some(hint) => format!("line {line}, column {col}: {message}; {hint} ({code})"),
        None => format!("line {line}, column {col}: {message} ({code})"),
    }
}
