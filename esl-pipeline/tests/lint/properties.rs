//! What holds for every text.

use std::collections::BTreeSet;
use std::ops::Range;

use esl_pipeline::lesson::{Diagnostic, Lesson, LintOptions, Report, apply_fixes};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::lessons::{SOUND, findings};
use crate::slips::{SLIPS, Slip};

/// Checks that each fix alone makes its finding go away, and that all of them together end in a
/// text that has nothing left to fix.
pub(crate) fn assert_fixes_mend(source: &str, name: &str) {
    for found in findings(source) {
        let Some(fix) = &found.fix else { continue };
        let mended = apply_fixes(source, std::slice::from_ref(&found));
        let before = count_like(&findings(source), &found);
        let after = count_like(&findings(&mended), &found);
        assert!(after < before, "{name}: {found:?} survives {fix:?}");
    }
    let mut text = source.to_owned();
    for _ in 0..8 {
        let mended = apply_fixes(&text, &findings(&text));
        if mended == text {
            return;
        }
        text = mended;
    }
    panic!("{name}: fixes never end");
}

/// How many findings say the same.
fn count_like(findings: &[Diagnostic], wanted: &Diagnostic) -> usize {
    let is_like =
        |found: &&Diagnostic| found.code == wanted.code && found.message == wanted.message;
    findings.iter().filter(is_like).count()
}

fn assert_sound_spans(source: &str, findings: &[Diagnostic]) {
    for found in findings {
        let spans = found.related.iter().map(|related| related.span);
        let fixes = found.fix.iter().map(|fix| fix.span);
        for span in spans.chain(fixes).chain([found.span]) {
            assert!(source.get(span.start..span.end).is_some(), "{found:?}");
        }
    }
    assert!(findings.is_sorted_by_key(|found| found.span.start));
}

/// Lines that a lesson is made of, whole and broken.
fn line() -> impl Strategy<Value = String> {
    let known: BTreeSet<&'static str> = SOUND
        .lines()
        .chain(SLIPS.iter().flat_map(|slip| slip.to.lines()))
        .collect();
    let known: Vec<_> = known.into_iter().collect();
    prop_oneof![
        8 => prop::sample::select(known).prop_map(str::to_owned),
        1 => "[ \t]{0,6}(:::|##|```|\\||- |> |\\[ \\]: )?\\PC{0,12}",
    ]
}

/// Some slips that touch different lines of the sound lesson, each about something else.
fn independent_slips() -> impl Strategy<Value = Vec<&'static Slip>> {
    let alone: Vec<_> = SLIPS
        .iter()
        .filter(|slip| !changes_other_findings(slip))
        .collect();
    let most = 6.min(alone.len());
    subsequence(alone, 1..=most).prop_map(|slips| {
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut subjects = BTreeSet::new();
        let is_free = |slip: &&Slip| {
            let start = SOUND.find(slip.from).unwrap_or(0);
            let lines = line_start(start)..line_end(start + slip.from.len());
            let is_free = taken
                .iter()
                .all(|other| lines.end <= other.start || other.end <= lines.start);
            taken.push(lines);
            is_free && subjects.insert(slip.code.as_str().split('-').next())
        };
        slips.into_iter().filter(is_free).collect()
    })
}

fn line_start(offset: usize) -> usize {
    SOUND[..offset].rfind('\n').map_or(0, |at| at + 1)
}

fn line_end(offset: usize) -> usize {
    SOUND[offset..]
        .find('\n')
        .map_or(SOUND.len(), |at| offset + at + 1)
}

/// Slips after which other mistakes are rightly not looked at, or that reach across sections.
fn changes_other_findings(slip: &Slip) -> bool {
    let name = slip.code.as_str();
    [
        "front-matter",
        "wrapper",
        "unclosed",
        "speaker",
        "study-text",
        "section",
        "h2",
        "marker",
    ]
    .iter()
    .any(|word| name.contains(word))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_checked(source in "\\PC{0,200}") {
        assert_sound_spans(&source, &findings(&source));
    }

    #[test]
    fn any_lines_can_be_checked(lines in prop::collection::vec(line(), 0..60), end in prop_oneof!["\n", "\r\n"]) {
        let source = lines.join(&end);
        let found = findings(&source);
        assert_sound_spans(&source, &found);
        let report = Report::new(&Lesson::parse(&source), &LintOptions::default());
        prop_assert_eq!(report.items(&source).len(), found.len());
    }

    #[test]
    fn any_fixes_mend(lines in prop::collection::vec(line(), 0..60)) {
        let source = format!("{}\n{}\n```", &SOUND[..SOUND.find(":::toc").unwrap()], lines.join("\n"));
        assert_fixes_mend(&source, "made-up lesson");
    }

    #[test]
    fn several_slips_are_all_found_in_their_places(slips in independent_slips()) {
        let mut source = SOUND.to_owned();
        for slip in &slips {
            source = source.replacen(slip.from, slip.to, 1);
        }
        let found = findings(&source);
        for slip in &slips {
            let is_found = found.iter().any(|found| {
                found.code == slip.code && &source[found.span.start..found.span.end] == slip.at
            });
            prop_assert!(is_found, "{} in {:#?}", slip.code, found);
        }
        let expected: usize = slips.iter().map(|slip| 1 + slip.also.len()).sum();
        prop_assert_eq!(found.len(), expected, "{:#?}", found);
    }
}

#[test]
fn the_fixes_of_all_slips_mend() {
    for slip in SLIPS {
        assert_fixes_mend(&slip.source(), slip.code.as_str());
        assert_fixes_mend(&slip.source().replace('\n', "\r\n"), slip.code.as_str());
    }
}
