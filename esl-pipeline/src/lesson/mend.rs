//! Mending: the certain fixes of a lesson's findings, applied until none is left.

use super::{Diagnostic, Fix, Lesson, LintOptions, Report, ReportItem, apply_fixes};

/// Rounds after which mending stops, whatever is left. A fix may bring another finding to light;
/// fixes that undo each other must not go on for ever.
const MOST_ROUNDS: usize = 32;

/// A lesson after mending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// The findings whose fixes were applied, in the order of application. Each place is that of
    /// the text as it was then.
    pub changes: Vec<ReportItem>,
}

/// Applies every certain fix to `source`, and to the result, until none is left.
///
/// Rules that `options` allow are left alone. Mending what is mended changes nothing.
#[must_use]
pub fn mend(source: &str, options: &LintOptions) -> Mended {
    let mut text = source.to_owned();
    let mut changes = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let diagnostics = applicable(Report::new(&Lesson::parse(&text), options).diagnostics);
        let mended = apply_fixes(&text, &diagnostics);
        if mended == text {
            break;
        }
        let round = Report {
            ok: false,
            diagnostics,
        };
        changes.extend(round.items(&text));
        text = mended;
    }
    Mended { text, changes }
}

/// The findings whose fixes are applied together: those with a fix that overlaps no earlier one.
fn applicable(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut fixable: Vec<_> = diagnostics
        .into_iter()
        .filter(|found| found.fix.is_some())
        .collect();
    fixable.sort_by_key(|found| found.fix.as_ref().map(|fix| fix.span));
    let mut last: Option<Fix> = None;
    fixable.retain(|found| {
        let fits = match (&last, &found.fix) {
            (Some(last), Some(fix)) => last == fix || last.span.end <= fix.span.start,
            _ => true,
        };
        if fits {
            last.clone_from(&found.fix);
        }
        fits
    });
    fixable
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lesson::{Code, Level, Span};

    const LESSON: &str = include_str!("../../../examples/lessons/a1-at-the-cafe.md");

    fn broken() -> String {
        LESSON
            .replacen("This Week's Mission Briefing", "This Weeks Mission", 1)
            .replacen("## 2.", "  ## 2.", 1)
            .replacen("\nSam: Yes", "\nSamm: Yes", 1)
            .replacen("input_type:", "input_tipe:", 1)
    }

    fn mended(source: &str) -> Mended {
        mend(source, &LintOptions::default())
    }

    #[test]
    fn every_certain_fix_is_applied_and_told() {
        let Mended { text, changes } = mended(&broken());
        let codes: Vec<_> = changes.iter().map(|change| change.code).collect();
        assert!(codes.contains(&Code::SpeakerUnknown), "{codes:?}");
        let lesson = Lesson::parse(&text);
        let left = Report::new(&lesson, &LintOptions::default()).diagnostics;
        assert!(left.iter().all(|found| found.fix.is_none()), "{left:?}");
        assert!(text.contains("\nSam: Yes"), "{text}");
    }

    #[test]
    fn a_good_lesson_is_left_as_it_is() {
        let changes = Vec::new();
        let text = LESSON.to_owned();
        assert_eq!(mended(LESSON), Mended { text, changes });
    }

    #[test]
    fn an_allowed_rule_is_left_alone() {
        let mut options = LintOptions::default();
        options.levels.insert(Code::SpeakerUnknown, Level::Allow);
        let mended = mend(&broken(), &options);
        assert!(mended.text.contains("Samm: Yes"), "{}", mended.text);
    }

    #[test]
    fn a_fix_that_overlaps_an_earlier_one_waits() {
        let fix = |start, end, replacement: &str| {
            let span = Span::new(start, end);
            Diagnostic::new(Code::HeadingTooDeep, span, "").fix(span, replacement)
        };
        let chosen = applicable(vec![fix(2, 4, "b"), fix(0, 3, "a"), fix(4, 4, "c")]);
        assert_eq!(chosen, [fix(0, 3, "a"), fix(4, 4, "c")]);
        let twice = applicable(vec![fix(0, 3, "a"), fix(0, 3, "a")]);
        assert_eq!(twice.len(), 2);
    }

    proptest! {
        #[test]
        fn mending_twice_is_mending_once(cut in 0..LESSON.len(), dropped in 0..60_usize) {
            let broken = broken();
            let mut lesson = broken.clone();
            let start = (0..=cut).rev().find(|at| broken.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + dropped..).find(|at| *at >= broken.len() || broken.is_char_boundary(*at));
            lesson.replace_range(start..end.unwrap_or(start).min(broken.len()), "");
            let once = mended(&lesson).text;
            prop_assert_eq!(mended(&once).text, once);
        }
    }
}
