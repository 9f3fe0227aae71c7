//! The rules of a good lesson, checked over the document in one pass.

use super::{Diagnostic, Lesson};

/// All findings, the parser's included, sorted by position.
#[must_use]
pub fn lint(lesson: &Lesson<'_>) -> Vec<Diagnostic> {
    lesson.diagnostics.clone()
}
