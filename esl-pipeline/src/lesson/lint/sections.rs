//! The nine sections: each there, once, in order, under its title.

use super::facts::Facts;
use super::heading_text;
use super::outline::{SECTIONS, Section, SectionHeading};
use super::walk::Visit;
use super::wording::shortened;
use crate::lesson::diagnostic::LISTED_PER_RULE;
use crate::lesson::{Code, Diagnostic, NodeKind, Span};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let mut found = missing(facts);
    found.extend(unexpected(facts));
    found.extend(misplaced(facts));
    found.extend(facts.outline.headings.iter().filter_map(title));
    found.extend(headings(facts));
    found
}

fn missing(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let missing = facts.outline.missing();
    if missing.len() == SECTIONS.len() {
        let message = "the lesson has none of its nine sections";
        let hint = format!("begin with `## {}`", SECTIONS[0].heading());
        return vec![Diagnostic::new(Code::SectionMissing, facts.end(), message).hint(hint)];
    }
    let report = |section: &&'static Section| {
        let heading = section.heading();
        let next = SECTIONS[section.number as usize..]
            .iter()
            .find_map(|later| facts.outline.heading(later.number));
        let place = next.map_or_else(|| facts.end(), |next| start_of(next.span));
        let hint = match next {
            Some(next) => format!("add `## {heading}` before `{}`", shortened(&next.plain)),
            None => format!("add `## {heading}` at the end"),
        };
        let message = format!("section `{heading}` is missing");
        Diagnostic::new(Code::SectionMissing, place, message).hint(hint)
    };
    missing.iter().map(report).collect()
}

fn unexpected(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let extra = facts
        .outline
        .headings
        .iter()
        .filter(|heading| heading.section.is_none());
    let report = |heading: &SectionHeading<'_>| {
        let span = heading.text.span();
        let first = SECTIONS
            .iter()
            .find(|section| section.has_words(&heading.title))
            .and_then(|section| facts.outline.heading(section.number));
        let found = Diagnostic::new(Code::SectionExtra, span, extra_message(heading, first));
        match first {
            Some(first) => found
                .related(first.text.span(), "the first one")
                .hint("merge the two sections"),
            None => found.hint("use `###` for a heading inside a section"),
        }
    };
    extra.take(LISTED_PER_RULE).map(report).collect()
}

fn extra_message(heading: &SectionHeading<'_>, first: Option<&SectionHeading<'_>>) -> String {
    let plain = shortened(&heading.plain);
    match first {
        Some(_) => format!("`{plain}` stands in the lesson twice"),
        None => format!("`{plain}` is none of the nine sections"),
    }
}

fn misplaced(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let known: Vec<_> = facts
        .outline
        .headings
        .iter()
        .filter(|h| h.section.is_some())
        .collect();
    let numbers: Vec<u32> = known
        .iter()
        .filter_map(|h| h.section)
        .map(|s| s.number)
        .collect();
    let kept = longest_ascent(&numbers);
    let report = |(heading, number): (&&SectionHeading<'_>, &u32)| {
        let before = kept.iter().rev().find(|kept| **kept < *number);
        let neighbour = match before {
            Some(before) => facts.outline.heading(*before).map(|found| ("after", found)),
            None => facts
                .outline
                .heading(*kept.first()?)
                .map(|found| ("before", found)),
        };
        let (side, neighbour) = neighbour?;
        let message = format!("section {number} stands in the wrong place");
        let hint = format!("move the section {side} `{}`", shortened(&neighbour.plain));
        let found = Diagnostic::new(Code::SectionOrder, heading.text.span(), message);
        Some(
            found
                .hint(hint)
                .related(neighbour.text.span(), format!("belongs {side} this one")),
        )
    };
    let misplaced = known
        .iter()
        .zip(&numbers)
        .filter(|(_, number)| !kept.contains(number));
    misplaced.filter_map(report).collect()
}

/// The most numbers that already ascend; there are at most nine, all different.
fn longest_ascent(numbers: &[u32]) -> Vec<u32> {
    let mut ascents: Vec<Vec<u32>> = Vec::new();
    for number in numbers {
        let before = ascents.iter().filter(|ascent| ascent.last() < Some(number));
        let mut longest = before
            .max_by_key(|ascent| ascent.len())
            .cloned()
            .unwrap_or_default();
        longest.push(*number);
        ascents.push(longest);
    }
    ascents.into_iter().max_by_key(Vec::len).unwrap_or_default()
}

fn title(heading: &SectionHeading<'_>) -> Option<Diagnostic> {
    let section = heading.section?;
    let is_meant = section.has_words(&heading.title);
    if heading.title.number == Some(section.number) && is_meant {
        return style(heading, section);
    }
    let standard = section.heading();
    let (code, expected) = match section.is_input_material() {
        true => (Code::H2InputMaterial, format!("{standard}: …")),
        false => (Code::H2Title, standard),
    };
    let message = format!(
        "expected the heading `{expected}`, found `{}`",
        shortened(&heading.plain)
    );
    Some(with_fix(
        Diagnostic::new(code, heading.text.span(), message),
        heading,
        section,
    ))
}

fn style(heading: &SectionHeading<'_>, section: &Section) -> Option<Diagnostic> {
    let standard = section.heading();
    let written = heading_text::strict(&heading.plain);
    let expected = heading_text::strict(&standard);
    let is_standard = match section.is_input_material() {
        true => written.starts_with(&expected),
        false => written == expected,
    };
    if is_standard {
        return None;
    }
    let message = format!(
        "`{}` is usually written `{standard}`",
        shortened(&heading.plain)
    );
    let found = Diagnostic::new(Code::H2TitleStyle, heading.text.span(), message);
    if heading.title.has_note {
        return Some(found.hint("put notes into the text below the heading"));
    }
    Some(with_fix(found, heading, section))
}

fn with_fix(found: Diagnostic, heading: &SectionHeading<'_>, section: &Section) -> Diagnostic {
    match standard_heading(heading, section) {
        Some(standard) => found
            .hint(format!("write `## {standard}`"))
            .fix(heading.text.span(), standard),
        None => found.hint(format!("begin the heading with `{}:`", section.heading())),
    }
}

/// The heading as it should be written, with the author's emoji and, in section 3, the author's
/// words after the colon; none if it is not certain which words those are.
fn standard_heading(heading: &SectionHeading<'_>, section: &Section) -> Option<String> {
    let title = if section.is_input_material() {
        let has_markup = heading.plain != heading.text.raw;
        let own = heading_text::after_colon(&heading.plain).filter(|_| !has_markup)?;
        format!("{}: {own}", section.title)
    } else {
        section.title.to_owned()
    };
    let emoji = heading_text::emoji(&heading.plain);
    let number = section.number;
    Some(match emoji.is_empty() || title.contains(&emoji) {
        true => format!("{number}. {title}"),
        false => format!("{number}. {emoji} {title}"),
    })
}

fn headings(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let report = |visit: &Visit<'_, '_>| {
        let NodeKind::Heading { level, text } = visit.node.kind else {
            return None;
        };
        match level {
            2 if visit.inside.directive => {
                let message = "a level-2 heading inside a directive is not counted as a section";
                let hint = "use `###`, or close the directive above the heading";
                Some(Diagnostic::new(Code::H2InsideContainer, text.span(), message).hint(hint))
            }
            4.. => {
                let marks = hashes(facts, visit.node.span, level);
                let message = format!("level {level} is published as level 3");
                let found = Diagnostic::new(Code::HeadingTooDeep, marks, message);
                Some(found.hint("write `###`").fix(marks, "###"))
            }
            _ => None,
        }
    };
    facts.visits.iter().filter_map(report).collect()
}

fn hashes(facts: &Facts<'_, '_>, heading: Span, level: u8) -> Span {
    let start = facts.opening_line(heading).start;
    Span::new(start, start + usize::from(level))
}

fn start_of(span: Span) -> Span {
    Span::new(span.start, span.start)
}

#[cfg(test)]
mod tests {
    use super::longest_ascent;

    #[test]
    fn one_moved_section_is_one_finding() {
        assert_eq!(longest_ascent(&[1, 3, 4, 2, 5]), [1, 3, 4, 5]);
        assert_eq!(longest_ascent(&[5, 1, 2]), [1, 2]);
        assert_eq!(longest_ascent(&[]), [] as [u32; 0]);
    }
}
