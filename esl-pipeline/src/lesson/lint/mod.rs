//! The rules of a good lesson, checked over the document.
//!
//! Each rule group is a file with one `check`: facts in, findings out. No group looks at the
//! Markdown again or knows another group's findings; what several need is in [`facts`].

mod callouts;
mod code;
mod directives;
mod facts;
mod heading_text;
mod inline_text;
mod limits;
mod markers;
mod outline;
mod practice;
mod profiles;
mod sections;
mod speakers;
mod study_text;
mod tables;
mod walk;
mod wording;

use super::diagnostic::listed;
use super::{Diagnostic, Lesson, Severity};
use facts::Facts;

/// All findings, the parser's included, sorted by position.
///
/// One mistake gives one finding: what only follows from another finding is left out. At most 100
/// findings of each rule are listed. Linear in the length of the lesson.
#[must_use]
pub fn lint(lesson: &Lesson<'_>) -> Vec<Diagnostic> {
    let mut found = lesson.diagnostics.clone();
    if !is_unreadable(lesson) {
        let facts = Facts::of(lesson);
        found.extend(GROUPS.iter().flat_map(|check| check(&facts)));
    }
    found.sort_by_key(|found| (found.span, found.code));
    listed(found)
}

const GROUPS: [fn(&Facts<'_, '_>) -> Vec<Diagnostic>; 12] = [
    sections::check,
    markers::check,
    study_text::check,
    speakers::check,
    profiles::check,
    practice::check,
    code::check,
    callouts::check,
    directives::check,
    tables::check,
    inline_text::check,
    limits::check,
];

/// Whether the parser found no body for a reason it reports: all else would only follow from that.
fn is_unreadable(lesson: &Lesson<'_>) -> bool {
    let has_error = || {
        lesson
            .diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error)
    };
    lesson.body.is_empty() && has_error()
}
