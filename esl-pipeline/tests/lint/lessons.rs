//! The lesson the tests start from, and ways to ask for findings.

use esl_pipeline::lesson::{Code, Diagnostic, Lesson, lint};

/// A lesson without any finding.
pub(crate) const SOUND: &str = include_str!("sound.md");

/// All findings in `source`.
pub(crate) fn findings(source: &str) -> Vec<Diagnostic> {
    lint(&Lesson::parse(source))
}

/// The rules that `source` breaks, in the order of their places.
pub(crate) fn codes(source: &str) -> Vec<Code> {
    findings(source).iter().map(|found| found.code).collect()
}

/// The sound lesson with one change.
pub(crate) fn sound_but(from: &str, to: &str) -> String {
    change(SOUND, from, to)
}

/// `source` with one change.
pub(crate) fn change(source: &str, from: &str, to: &str) -> String {
    assert_eq!(
        source.matches(from).count(),
        1,
        "{from:?} stands once in the lesson"
    );
    source.replace(from, to)
}
