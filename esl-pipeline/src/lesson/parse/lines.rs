//! The lines of a file, each with its indentation and its trimmed text.

use crate::lesson::{Span, Text};

/// One line without its line break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// The line as it stands, indentation included.
    pub raw: Text<'a>,
    /// The line, trimmed.
    pub text: Text<'a>,
    /// Columns of white space before the text; a tab counts four.
    pub indent: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(raw: Text<'a>) -> Self {
        let text = raw.trimmed();
        let indent = width(&raw.raw[..text.start - raw.start]);
        Self { raw, text, indent }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.raw.is_empty()
    }

    /// Where the text stands.
    pub(super) fn span(&self) -> Span {
        self.text.span()
    }

    /// Where the white space before the text stands.
    pub(super) fn indentation(&self) -> Span {
        Span::new(self.raw.start, self.text.start)
    }

    /// Whether this is a level-2 heading at the left margin.
    pub(super) fn is_section_heading(&self) -> bool {
        self.indent == 0 && heading_level(self.text.raw) == Some(2)
    }

    /// The line without up to `columns` columns of its indentation.
    pub(super) fn dedented(&self, columns: usize) -> Text<'a> {
        let mut removed = 0;
        let kept = self.raw.raw.char_indices().find(|(_, character)| {
            let is_kept = removed >= columns || !character.is_whitespace();
            removed += width_of(*character);
            is_kept
        });
        let from = kept.map_or(self.raw.raw.len(), |(at, _)| at);
        self.raw.slice(from, self.raw.raw.len())
    }
}

/// Splits at LF and CRLF. Nothing follows a final line break.
pub(super) fn split_lines(source: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    source
        .split_inclusive('\n')
        .map(|with_break| {
            let raw = with_break.strip_suffix('\n').unwrap_or(with_break);
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            let line = Line::new(Text::new(raw, start));
            start += with_break.len();
            line
        })
        .collect()
}

/// The level of an ATX heading: one to six `#`, white space and a title.
pub(super) fn heading_level(text: &str) -> Option<u8> {
    let title = text.trim_start_matches('#');
    let level = text.len() - title.len();
    let has_title = title.starts_with(char::is_whitespace) && !title.trim().is_empty();
    (1..=6)
        .contains(&level)
        .then_some(level as u8)
        .filter(|_| has_title)
}

fn width(white_space: &str) -> usize {
    white_space.chars().map(width_of).sum()
}

const fn width_of(character: char) -> usize {
    match character {
        '\t' => 4,
        '\u{feff}' | '\u{200b}' => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_their_indentation_and_place() {
        let lines = split_lines("\u{feff}a\r\n \t\u{a0}b \n\nc");
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.text.raw, line.text.start, line.indent))
            .collect();
        assert_eq!(seen, [("a", 3, 0), ("b", 10, 6), ("", 13, 0), ("c", 14, 0)]);
    }

    #[test]
    fn dedenting_never_eats_text() {
        let line = split_lines("    code")[0];
        assert_eq!(line.dedented(2).raw, "  code");
        assert_eq!(line.dedented(9).raw, "code");
    }

    #[test]
    fn a_heading_needs_white_space_and_a_title() {
        assert_eq!(heading_level("## T"), Some(2));
        assert_eq!(heading_level("##T"), None);
        assert_eq!(heading_level("## "), None);
        assert_eq!(heading_level("####### T"), None);
    }
}
