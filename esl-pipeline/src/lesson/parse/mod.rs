//! From file to document: wrapper, front matter, body.
//!
//! Parsing is total and takes time linear in the file: a scan that looks ahead either consumes what
//! it passed or remembers that there was nothing to find. Rules that need only the finished tree
//! belong to the lint.

mod body;
mod front_matter;
mod lines;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sketch;
mod wrapper;

use super::diagnostic::listed;
use super::{Diagnostic, Lesson};
use lines::{Line, split_lines};

/// How deep directives and list items may nest together. Whoever walks a lesson may recurse.
pub(crate) const MAX_DEPTH: usize = 32;

impl<'a> Lesson<'a> {
    /// Parses a lesson file. Total: what is wrong is in [`Lesson::diagnostics`], at most 100
    /// findings of each rule.
    #[must_use]
    pub fn parse(source: &'a str) -> Self {
        let mut diagnostics = Vec::new();
        let mut lines = split_lines(source);
        let (wrapper, content) = wrapper::unwrap(&lines, &mut diagnostics);
        let lines = &mut lines[content];
        let (front_matter, length) = front_matter::parse(source, lines, &mut diagnostics);
        let body = body::parse(source, &mut lines[length..], &mut diagnostics);
        sort_by_position(&mut diagnostics);
        Self {
            source,
            wrapper,
            front_matter,
            body,
            diagnostics: listed(diagnostics),
        }
    }
}

fn sort_by_position(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|found| (found.span, found.code));
}

#[cfg(test)]
mod tests {
    use super::sketch::{body, codes};
    use super::*;
    use crate::lesson::Code;

    const EXAMPLE: &str = include_str!("../../../tests/lessons/directions.md");

    #[test]
    fn the_example_lesson_parses_without_findings() {
        let lesson = Lesson::parse(EXAMPLE);
        assert_eq!(codes(&lesson), [""; 0]);
        assert_eq!(
            lesson.front_matter.topic.as_ref().unwrap().value,
            "Prepositions of place, Imperatives"
        );
        insta::assert_snapshot!(body(&lesson));
    }

    #[test]
    fn a_mistake_made_again_and_again_is_told_a_hundred_times() {
        let unknown: String = (0..300).map(|n| format!("odd{n}: 1\n")).collect();
        let lesson = format!("---\ntitle: x\n{unknown}---\n");
        let lesson = Lesson::parse(&lesson);
        let told = lesson.diagnostics.iter();
        let told = told.filter(|found| found.code == Code::FieldUnknown);
        assert_eq!(told.count(), 100);
    }
}
