//! Inline Markdown: one line of text to runs of one formatting each.
//!
//! Blocks, speech and lint read these runs; nothing else looks at emphasis or links.
//! `_` and `__` are always literal: fill-in blanks are central to lessons.
//!
//! Emphasis and links follow CommonMark with `*`, `**`, `***` and `~~` as the only marks; added are
//! bare addresses, `$formula$`, `<u>underline</u>` and `[text]{colour}`. A backslash takes the
//! meaning from `* _ ~ [ ] ! $` and the backtick, and stays where it is before anything else. The
//! time is linear in the length of the line, whatever the line holds.

mod address;
mod backticks;
mod emphasis;
mod pieces;
mod scan;
mod target;

use std::borrow::Cow;

use esl_core::Color;

use super::{Span, Text};

pub(super) use backticks::{Backticks, code_length};

pub(super) use target::link_target;

pub use address::{MAX_ADDRESS_LENGTH, is_linkable, is_web_address};

/// A piece of a line with one formatting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<'a> {
    /// The characters to show: escapes and entities resolved.
    pub text: Cow<'a, str>,
    /// What it is.
    pub kind: RunKind,
    /// How it looks.
    pub style: Style,
    /// Where it leads.
    pub link: Option<Link<'a>>,
    /// The source of the run, marks around it not included.
    pub span: Span,
}

/// What a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunKind {
    /// Words.
    #[default]
    Words,
    /// `` `code` ``
    Code,
    /// `$formula$`
    Equation,
    /// The alternative text of an image in a line, or `Image` if it has none.
    Image,
}

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// `**bold**`
    pub bold: bool,
    /// `*italic*`
    pub italic: bool,
    /// `~~struck through~~`
    pub strikethrough: bool,
    /// `<u>underlined</u>`
    pub underline: bool,
    /// `[text]{red}`
    pub color: Color,
}

/// The target of a link as the lesson has it, whatever its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// The address as written, without title.
    pub url: Text<'a>,
}

impl<'a> Link<'a> {
    /// The address with escapes and entities resolved. Ask [`is_linkable`] whether it may be used.
    #[must_use]
    pub fn address(&self) -> Cow<'a, str> {
        address::resolved(self.url.raw)
    }
}

/// Splits a line into runs. Total; only marks, link targets and comments are not in the runs.
#[must_use]
pub fn parse(line: Text<'_>) -> Vec<Run<'_>> {
    scan::Scanner::new(line.trimmed()).runs()
}

/// Splits a table cell into runs: like [`parse`], and `\|` is a pipe.
#[must_use]
pub fn parse_cell(cell: Text<'_>) -> Vec<Run<'_>> {
    scan::Scanner::new(cell.trimmed()).in_table().runs()
}

/// The characters that a line shows.
#[must_use]
pub fn plain_text(line: Text<'_>) -> String {
    parse(line).iter().map(|run| run.text.as_ref()).collect()
}

#[cfg(test)]
mod tests;
