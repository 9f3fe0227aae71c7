//! Every rule, broken by one change of the sound lesson: exactly it is found, exactly there.

use std::collections::BTreeSet;

use esl_pipeline::lesson::Code;

use crate::lessons::{SOUND, change, findings, sound_but};
use crate::slips::{LINE, SLIPS, Slip};

#[test]
fn one_slip_is_one_finding_in_its_place() {
    for line_end in ["\n", "\r\n"] {
        let wrong = SLIPS
            .iter()
            .filter_map(|slip| wrong_findings(slip, line_end));
        let wrong: Vec<String> = wrong.collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What is found instead of the slip, if anything.
fn wrong_findings(slip: &Slip, line_end: &str) -> Option<String> {
    let source = slip.source().replace('\n', line_end);
    let at = slip.at.replace('\n', line_end);
    let found = findings(&source);
    let covered = found
        .iter()
        .map(|found| (found.code, &source[found.span.start..found.span.end]));
    let (own, others): (Vec<_>, Vec<_>) = covered.partition(|found| *found == (slip.code, &at));
    let also: Vec<_> = others.iter().map(|(code, _)| *code).collect();
    (own.len() != 1 || also != slip.also).then(|| {
        format!(
            "{:?} -> {:?}: found {own:?} and {others:?}",
            slip.from, slip.to
        )
    })
}

/// Slips of the whole file, and of sizes.
fn large_slips() -> Vec<(Code, String)> {
    let long = "word ".repeat(600);
    let unwrapped = SOUND
        .lines()
        .skip(1)
        .filter(|line| *line != "```")
        .collect::<Vec<_>>()
        .join("\n");
    let body = SOUND.find("\n:::toc").unwrap();
    vec![
        (Code::SpeakerNarrated, with_narrator("Good morning!")),
        (Code::WrapperMissing, unwrapped),
        (
            Code::WrapperUnclosed,
            SOUND.trim_end().trim_end_matches('`').to_owned(),
        ),
        (Code::WrapperInnerFence, sound_but(LINE, "```\ncode\n```")),
        (
            Code::FrontMatterMissing,
            format!("```markdown\n{}", &SOUND[body..]),
        ),
        (
            Code::FrontMatterUnclosed,
            sound_but("Not started\n---\n", "Not started\n"),
        ),
        (Code::SectionOrder, moved_section()),
        (
            Code::NestingTooDeep,
            sound_but(
                LINE,
                &format!(
                    "{}text\n{}",
                    ":::toggle-heading T\n".repeat(40),
                    ":::\n".repeat(40)
                ),
            ),
        ),
        (Code::NotionLimitText, sound_but(LINE, &long)),
        (
            Code::NotionLimitText,
            sound_but(LINE, &"[a](https://example.com) b ".repeat(60)),
        ),
        (
            Code::NotionLimitUrl,
            sound_but(
                "https://example.com/fruit",
                &format!("https://example.com/{}", "x".repeat(2000)),
            ),
        ),
        (
            Code::NotionLimitEquation,
            sound_but(LINE, &format!("$$\n{}\n$$", "x + ".repeat(300))),
        ),
        (Code::NotionLimitProperty, sound_but("Not started", &long)),
    ]
}

/// The sound lesson with a narrator and another first line.
pub(crate) fn with_narrator(line: &str) -> String {
    let labelled = sound_but("[Mira, Jonas]", "[Narrator, Mira, Jonas]");
    change(
        &labelled,
        "Mira: Good morning!",
        &format!("{line}\nMira: Good morning!"),
    )
}

fn moved_section() -> String {
    let (six, seven) = (SOUND.find("## 6.").unwrap(), SOUND.find("## 7.").unwrap());
    let eight = SOUND.find("## 8.").unwrap();
    [
        &SOUND[..six],
        &SOUND[seven..eight],
        &SOUND[six..seven],
        &SOUND[eight..],
    ]
    .concat()
}

#[test]
fn findings_begin_in_lower_case_and_are_no_sentences() {
    for slip in SLIPS {
        for found in findings(&slip.source()) {
            for text in found.hint.iter().chain([&found.message]) {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
                let is_name = text.starts_with("Notion");
                assert!(is_name || !text.starts_with(char::is_uppercase), "{text}");
            }
        }
    }
}

#[test]
fn every_finding_says_how_to_mend_it() {
    let slips = SLIPS.iter().map(Slip::source);
    let large = large_slips().into_iter().map(|(_, source)| source);
    let found: Vec<_> = slips
        .chain(large)
        .flat_map(|text| findings(&text))
        .collect();
    let silent = found.iter().filter(|found| found.hint.is_none());
    let silent: BTreeSet<_> = silent.map(|found| (found.code, &found.message)).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn slips_of_the_whole_file_are_found() {
    for (code, source) in large_slips() {
        let found = findings(&source);
        assert!(
            found.iter().any(|found| found.code == code),
            "{code}: {found:#?}"
        );
    }
}

#[test]
fn every_rule_is_produced_by_a_slip() {
    let mut produced: BTreeSet<Code> = SLIPS.iter().map(|slip| slip.code).collect();
    produced.extend(large_slips().iter().map(|(code, _)| *code));
    // A matter of the options: see `report`.
    produced.insert(Code::LessonTooLarge);
    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !produced.contains(code))
        .collect();
    assert!(missing.is_empty(), "no test breaks {missing:?}");
}

#[test]
fn a_hundred_findings_of_one_rule_are_enough() {
    let found = findings(&sound_but(LINE, &":::\n".repeat(300)));
    assert_eq!(found.len(), 100);
}
