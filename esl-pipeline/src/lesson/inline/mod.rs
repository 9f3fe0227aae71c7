//! Inline Markdown: one line of text to runs of one formatting each.
//!
//! Blocks, speech and lint read these runs; nothing else looks at emphasis or links.
//! `_` and `__` are always literal: fill-in blanks are central to lessons.

use std::borrow::Cow;

use esl_core::Color;

use super::{Span, Text};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Words.
    Words,
    /// `` `code` ``
    Code,
    /// `$formula$`
    Equation,
    /// The alternative text of an image in a line.
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
    /// The address, without title.
    pub url: Text<'a>,
}

/// Splits a line into runs. Total; the text of the line is never lost.
#[must_use]
pub fn parse<'a>(line: Text<'a>) -> Vec<Run<'a>> {
    vec![Run {
        text: Cow::Borrowed(line.raw),
        kind: RunKind::Words,
        style: Style::default(),
        link: None,
        span: line.span(),
    }]
}

/// The characters that a line shows.
#[must_use]
pub fn plain_text(line: Text<'_>) -> String {
    parse(line).iter().map(|run| run.text.as_ref()).collect()
}
