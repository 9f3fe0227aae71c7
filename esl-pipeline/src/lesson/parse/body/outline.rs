//! The first pass: what each line is to the structure, and how far each container reaches.
//!
//! Code, comments and equations are found here too, so that a `:::` inside them means nothing.

mod opaque;
mod stack;

use super::directive::{self, Container, Directive};
use crate::lesson::parse::Line;
use crate::lesson::{Code, Diagnostic, MediaKind, Text};
use opaque::Opaque;
use stack::Stack;

/// What a line is to the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Anything that the second pass looks at: text, headings, items, …
    Text,
    /// A comment or a line that only structures: nothing of it is published.
    Nothing,
    /// The first line of a code block that ends before line `end`.
    Code {
        end: usize,
        is_closed: bool,
    },
    /// The first line of an equation that ends before line `end`.
    Equation {
        end: usize,
    },
    TableOfContents,
    Media(MediaKind),
    /// The first line of a container: an index into [`Outline::extents`].
    Open(usize),
}

/// How far a container reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent<'a> {
    pub container: Container,
    /// All after the name.
    pub head: Text<'a>,
    /// The opening line.
    pub open: usize,
    /// The line after the last one of the content.
    pub end: usize,
    /// The closing line.
    pub close: Option<usize>,
    /// Nested too deep: its content belongs to what it stands in.
    pub is_flattened: bool,
    /// The container around it.
    parent: Option<usize>,
}

impl Extent<'_> {
    /// Whether it may as well be a single line: a reference, or a name that nobody knows.
    fn is_soft(&self) -> bool {
        match self.container {
            Container::SyncedBlock => !self.head.raw.is_empty(),
            Container::Unknown => true,
            _ => false,
        }
    }
}

/// The structure of a run of lines.
pub(super) struct Outline<'a> {
    /// One for each line.
    pub marks: Vec<Mark>,
    pub extents: Vec<Extent<'a>>,
}

/// Finds the structure of a lesson's body; cuts comments off the lines they share with text.
pub(super) fn of_body<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline<'a> {
    let mut stack = Stack::default();
    let marks = marks(source, lines, diagnostics, |at, lines, diagnostics| {
        structure(at, lines, &mut stack, diagnostics)
    });
    let extents = stack.finish(lines, diagnostics);
    Outline { marks, extents }
}

/// The same for the inside of a quote, where directives are plain text.
pub(super) fn of_quote<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline<'a> {
    let marks = marks(source, lines, diagnostics, |_, _, _| Mark::Text);
    Outline {
        marks,
        extents: Vec::new(),
    }
}

fn marks<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
    mut structure: impl FnMut(usize, &[Line<'a>], &mut Vec<Diagnostic>) -> Mark,
) -> Vec<Mark> {
    let mut opaque = Opaque::new(source, lines);
    let mut marks = Vec::with_capacity(lines.len());
    while marks.len() < lines.len() {
        let at = marks.len();
        if let Some((mark, end)) = opaque.starting_at(at, lines, diagnostics) {
            marks.push(mark);
            marks.resize(end, Mark::Nothing);
        } else {
            marks.push(structure(at, lines, diagnostics));
        }
    }
    marks
}

fn structure<'a>(
    at: usize,
    lines: &[Line<'a>],
    stack: &mut Stack<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Mark {
    let line = &lines[at];
    let Some(directive) = directive::read(line.text) else {
        if line.is_section_heading() {
            stack.section_heading(at, lines, diagnostics);
        }
        return Mark::Text;
    };
    match directive {
        Directive::Close => {
            stack.close(at, lines, diagnostics);
            Mark::Nothing
        }
        Directive::TableOfContents => {
            report_indented(line, stack, diagnostics);
            Mark::TableOfContents
        }
        Directive::Media(kind) => {
            report_indented(line, stack, diagnostics);
            Mark::Media(kind)
        }
        Directive::Open { container, head } => {
            if container == Container::Unknown {
                diagnostics.push(unknown(line));
            }
            stack.open(at, container, head, lines, diagnostics)
        }
        Directive::MalformedStudyText { head } => {
            diagnostics.push(malformed(line));
            stack.open(at, Container::StudyText, head, lines, diagnostics)
        }
    }
}

fn report_indented(line: &Line<'_>, stack: &Stack<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if stack.is_empty() && line.indent > 0 {
        let message = "the directive is indented";
        diagnostics.push(indented(Code::DirectiveIndented, line, message));
    }
}

fn indented(code: Code, line: &Line<'_>, message: &str) -> Diagnostic {
    Diagnostic::new(code, line.span(), message)
        .hint("move it to column 1")
        .fix(line.indentation(), "")
}

fn unknown(line: &Line<'_>) -> Diagnostic {
    let words = || line.text.raw.trim_start_matches(':').split_whitespace();
    let name: String = words()
        .next()
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    let message = format!("there is no directive `:::{name}`");
    let found = Diagnostic::new(Code::DirectiveUnknown, line.span(), message);
    match directive::suggestion(line.text) {
        Some(known) => found.hint(format!("did you mean `:::{known}`?")),
        None => found.hint(
            "use toc, audio, video, callout, column-list, column, synced-block, study-text, \
             toggle-heading, toggle-h1, toggle-h2 or toggle-h3",
        ),
    }
}

fn malformed(line: &Line<'_>) -> Diagnostic {
    let message = "letters directly follow `:::study-text`";
    Diagnostic::new(Code::StudyTextMalformed, line.span(), message)
        .hint("put a space between `:::study-text` and its label")
}
