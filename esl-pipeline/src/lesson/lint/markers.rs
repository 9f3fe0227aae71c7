//! The two toggles that every lesson has: the answer key and the teacher's plan.

use super::facts::Facts;
use super::heading_text::{self, Title, begins_with_words};
use super::outline::SECTIONS;
use super::walk::Visit;
use super::wording::shortened;
use crate::lesson::{Code, Diagnostic, NodeKind, Span, Text, inline};

/// A toggle that a lesson must have.
struct RequiredToggle {
    missing: Code,
    title: &'static str,
    words: &'static str,
    section: u32,
    levels: &'static [Option<u8>],
}

const REQUIRED: [RequiredToggle; 2] = [
    RequiredToggle {
        missing: Code::AnswerKeyMissing,
        title: "Answer Key",
        words: "answer key",
        section: 8,
        levels: &[None, Some(2)],
    },
    RequiredToggle {
        missing: Code::TeacherPlanMissing,
        title: "Teacher's Follow-up Plan",
        words: "teachers follow up plan",
        section: 9,
        levels: &[None, Some(2), Some(3)],
    },
];

/// A toggle of the lesson.
struct Toggle<'a> {
    span: Span,
    level: Option<u8>,
    title: Text<'a>,
    plain: String,
    words: String,
    section: Option<u32>,
}

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let toggles: Vec<Toggle<'_>> = toggles(facts);
    REQUIRED
        .iter()
        .flat_map(|required| check_one(facts, required, &toggles))
        .collect()
}

fn toggles<'a>(facts: &Facts<'_, 'a>) -> Vec<Toggle<'a>> {
    let read = |visit: &Visit<'_, 'a>| {
        let NodeKind::Toggle { level, title, .. } = visit.node.kind else {
            return None;
        };
        let plain = inline::plain_text(title);
        let words = Title::of(&plain).words;
        let above = facts.outline.heading_above(title.start);
        let section = above
            .and_then(|heading| heading.section)
            .map(|section| section.number);
        Some(Toggle {
            span: visit.node.span,
            level,
            title,
            plain,
            words,
            section,
        })
    };
    facts.visits.iter().filter_map(read).collect()
}

fn check_one(
    facts: &Facts<'_, '_>,
    required: &RequiredToggle,
    toggles: &[Toggle<'_>],
) -> Vec<Diagnostic> {
    let titled = toggles
        .iter()
        .filter(|toggle| begins_with_words(&toggle.words, required.words));
    let in_place = |toggle: &&Toggle<'_>| {
        let is_in_section = toggle.section == Some(required.section);
        (!is_in_section, !required.levels.contains(&toggle.level))
    };
    let Some(toggle) = titled.min_by_key(in_place) else {
        return vec![missing(facts, required, toggles)];
    };
    let checks = [
        level(facts, required, toggle),
        section(facts, required, toggle),
        style(required, toggle),
    ];
    checks.into_iter().flatten().collect()
}

fn missing(facts: &Facts<'_, '_>, required: &RequiredToggle, toggles: &[Toggle<'_>]) -> Diagnostic {
    let RequiredToggle {
        missing,
        title,
        words,
        section,
        ..
    } = required;
    if let Some(similar) = toggles.iter().find(|toggle| is_like(&toggle.words, words)) {
        let message = format!(
            "expected the title `{title}`, found `{}`",
            shortened(&similar.plain)
        );
        let span = similar.title.span();
        let hint = format!("write `{title}`");
        return Diagnostic::new(*missing, span, message)
            .hint(hint)
            .fix(span, *title);
    }
    let heading = SECTIONS[*section as usize - 1].heading();
    let message = format!("there is no toggle titled `{title}`");
    let hint = format!("add `:::toggle-heading {title}` … `:::` under `## {heading}`");
    Diagnostic::new(*missing, facts.place_for(*section), message).hint(hint)
}

fn is_like(words: &str, wanted: &str) -> bool {
    words.len() <= 2 * wanted.len() && strsim::normalized_levenshtein(words, wanted) >= 0.8
}

fn level(
    facts: &Facts<'_, '_>,
    required: &RequiredToggle,
    toggle: &Toggle<'_>,
) -> Option<Diagnostic> {
    if required.levels.contains(&toggle.level) {
        return None;
    }
    let name = facts.opening_line(toggle.span);
    let name = name
        .slice(
            0,
            name.raw.find(char::is_whitespace).unwrap_or(name.raw.len()),
        )
        .span();
    let message = format!("`{}` is usually a plain toggle", required.title);
    let found = Diagnostic::new(Code::MarkerLevel, name, message);
    Some(
        found
            .hint("use `:::toggle-heading`")
            .fix(name, ":::toggle-heading"),
    )
}

/// A toggle elsewhere while its section is missing is no second mistake.
fn section(
    facts: &Facts<'_, '_>,
    required: &RequiredToggle,
    toggle: &Toggle<'_>,
) -> Option<Diagnostic> {
    let heading = facts.outline.heading(required.section)?;
    if toggle.section == Some(required.section) {
        return None;
    }
    let message = format!(
        "`{}` stands outside section {}",
        required.title, required.section
    );
    let found = Diagnostic::new(Code::MarkerSection, toggle.title.span(), message);
    let hint = format!("move it under `{}`", shortened(&heading.plain));
    Some(
        found
            .hint(hint)
            .related(heading.text.span(), "belongs under this heading"),
    )
}

fn style(required: &RequiredToggle, toggle: &Toggle<'_>) -> Option<Diagnostic> {
    let typewriter = toggle.plain.replace(['\u{2018}', '\u{2019}'], "'");
    let standard = heading_text::strict(required.title);
    if heading_text::strict(&typewriter).starts_with(&standard) {
        return None;
    }
    let message = format!(
        "`{}` is usually written `{}`",
        shortened(&toggle.plain),
        required.title
    );
    let found = Diagnostic::new(Code::MarkerTitle, toggle.title.span(), message);
    let hint = format!("begin the title with `{}`", required.title);
    let is_whole_title = toggle.words == required.words;
    Some(if is_whole_title {
        found.hint(hint).fix(toggle.title.span(), required.title)
    } else {
        found.hint(hint)
    })
}
