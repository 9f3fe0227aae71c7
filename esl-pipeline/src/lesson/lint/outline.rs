//! Which heading is meant to be which of the nine sections.
//!
//! Headings are matched by their words first, wherever they stand; then by likeness, by number, and
//! last by the gap they fill. What stays unmatched is missing or too many.

use super::heading_text::Title;
use crate::lesson::{Lesson, Node, NodeKind, Span, Text, inline};

/// A section that every lesson has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// Its number, from 1.
    pub(super) number: u32,
    /// Its standard title without the number.
    pub(super) title: &'static str,
    words: &'static str,
}

impl Section {
    /// The heading as it should be written.
    pub(super) fn heading(&self) -> String {
        format!("{}. {}", self.number, self.title)
    }

    /// Whether `title` has this section's words; its number is not looked at.
    pub(super) fn has_words(&self, title: &Title) -> bool {
        if self.is_input_material() {
            title.begins_with(self.words)
        } else {
            title.words == self.words
        }
    }

    /// Whether this is the section whose title goes on as the author likes.
    pub(super) fn is_input_material(&self) -> bool {
        self.number == 3
    }
}

const fn section(number: u32, title: &'static str, words: &'static str) -> Section {
    Section {
        number,
        title,
        words,
    }
}

/// The nine sections in order.
pub(super) const SECTIONS: [Section; 9] = [
    section(
        1,
        "This Week's Mission Briefing",
        "this weeks mission briefing",
    ),
    section(2, "Your Homework Roadmap", "your homework roadmap"),
    section(3, "Input Material", "input material"),
    section(
        4,
        "Language Toolkit: Useful Language",
        "language toolkit useful language",
    ),
    section(5, "Practice & Pronunciation", "practice and pronunciation"),
    section(
        6,
        "Your Turn: Complete the Mission!",
        "your turn complete the mission",
    ),
    section(
        7,
        "Why This Mission Helps You",
        "why this mission helps you",
    ),
    section(
        8,
        "Answer Key & Sample Mission",
        "answer key and sample mission",
    ),
    section(9, "Teacher's Follow-up Plan", "teachers follow up plan"),
];

/// The level-2 headings at document depth.
#[derive(Debug)]
pub(super) struct Outline<'l, 'a> {
    body: &'l [Node<'a>],
    pub(super) headings: Vec<SectionHeading<'a>>,
}

/// A level-2 heading and the section it is meant to be.
#[derive(Debug)]
pub(super) struct SectionHeading<'a> {
    at: usize,
    /// The whole line.
    pub(super) span: Span,
    /// What stands after the `##`.
    pub(super) text: Text<'a>,
    /// The text without markup.
    pub(super) plain: String,
    /// What it means.
    pub(super) title: Title,
    /// The section; none if it is too many.
    pub(super) section: Option<&'static Section>,
}

impl<'l, 'a> Outline<'l, 'a> {
    /// Matches the headings of `lesson` with the nine sections.
    pub(super) fn of(lesson: &'l Lesson<'a>) -> Self {
        let body = lesson.body.as_slice();
        let headings = body.iter().enumerate().filter_map(read_heading).collect();
        let mut outline = Self { body, headings };
        outline.match_exact();
        outline.match_similar();
        outline.match_numbers();
        outline.match_gaps();
        outline
    }

    /// The heading of section `number`.
    pub(super) fn heading(&self, number: u32) -> Option<&SectionHeading<'a>> {
        self.headings
            .iter()
            .find(|heading| heading.section.is_some_and(|s| s.number == number))
    }

    /// The nodes between the heading of section `number` and the next level-2 heading.
    pub(super) fn content(&self, number: u32) -> Option<&'l [Node<'a>]> {
        let start = self.heading(number)?.at + 1;
        let next = self.headings.partition_point(|heading| heading.at < start);
        let end = self
            .headings
            .get(next)
            .map_or(self.body.len(), |heading| heading.at);
        Some(&self.body[start..end])
    }

    /// The heading above byte `offset`.
    pub(super) fn heading_above(&self, offset: usize) -> Option<&SectionHeading<'a>> {
        let after = self
            .headings
            .partition_point(|heading| heading.span.start <= offset);
        self.headings[..after].last()
    }

    /// The sections that no heading was matched with.
    pub(super) fn missing(&self) -> Vec<&'static Section> {
        SECTIONS
            .iter()
            .filter(|section| self.heading(section.number).is_none())
            .collect()
    }

    fn match_exact(&mut self) {
        for section in &SECTIONS {
            let numbered =
                |heading: &SectionHeading<'_>| heading.title.number == Some(section.number);
            let mut with_words = self
                .headings
                .iter_mut()
                .filter(|heading| heading.section.is_none() && section.has_words(&heading.title));
            let Some(mut best) = with_words.next() else {
                continue;
            };
            if !numbered(best)
                && let Some(better) = with_words.find(|heading| numbered(heading))
            {
                best = better;
            }
            best.section = Some(section);
        }
    }

    fn match_similar(&mut self) {
        /// A lesson with more unknown headings than this has no slips but another shape.
        const COMPARED: usize = 32;
        for section in self.missing() {
            let candidates = self
                .headings
                .iter_mut()
                .filter(|heading| heading.section.is_none());
            let best = candidates
                .take(COMPARED)
                .map(|heading| (likeness(section, &heading.title), heading))
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            if let Some((likeness, heading)) = best
                && likeness >= 0.7
            {
                heading.section = Some(section);
            }
        }
    }

    fn match_numbers(&mut self) {
        for section in self.missing() {
            let mut free = self
                .headings
                .iter_mut()
                .filter(|heading| heading.section.is_none());
            if let Some(heading) = free.find(|heading| heading.title.number == Some(section.number))
            {
                heading.section = Some(section);
            }
        }
    }

    /// Gives the headings of a gap the sections that are missing there, if they are as many.
    fn match_gaps(&mut self) {
        let missing = self.missing();
        let mut before = 0;
        for gap in self
            .headings
            .chunk_by_mut(|left, right| left.section.is_none() == right.section.is_none())
        {
            let last = gap.last().and_then(|heading| heading.section);
            if let Some(section) = last {
                before = section.number;
                continue;
            }
            let wanted: Vec<_> = missing
                .iter()
                .skip_while(|section| section.number < before)
                .scan(before, |previous, section| {
                    let follows = section.number == *previous + 1;
                    *previous = section.number;
                    follows.then_some(*section)
                })
                .collect();
            if wanted.len() == gap.len() {
                for (heading, section) in gap.iter_mut().zip(wanted) {
                    heading.section = Some(section);
                }
            }
        }
    }
}

fn read_heading<'a>((at, node): (usize, &Node<'a>)) -> Option<SectionHeading<'a>> {
    let NodeKind::Heading { level: 2, text } = node.kind else {
        return None;
    };
    let plain = inline::plain_text(text);
    let title = Title::of(&plain);
    Some(SectionHeading {
        at,
        span: node.span,
        text,
        plain,
        title,
        section: None,
    })
}

/// From 0 to 1; the start of the title is enough for the section with a free title.
fn likeness(section: &Section, title: &Title) -> f64 {
    /// The longest standard title has 32 characters.
    const COMPARED: usize = 48;
    let own = if section.is_input_material() {
        section.words.len() + 2
    } else {
        COMPARED
    };
    let words: String = title.words.chars().take(own).collect();
    strsim::normalized_levenshtein(section.words, &words)
}
