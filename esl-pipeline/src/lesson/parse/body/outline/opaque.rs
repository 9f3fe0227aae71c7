//! Stretches in which nothing is structure: code, comments and equations.

use super::Mark;
use crate::lesson::parse::Line;
use crate::lesson::parse::body::fence::Fence;
use crate::lesson::{Code, Diagnostic, Text};

const COMMENT: &str = "<!--";

/// Finds the stretches. Remembers failed searches: many unclosed openers cost no more than one.
pub(super) struct Opaque<'a> {
    source: &'a str,
    /// Where the lines end: a comment does not reach further.
    end: usize,
    /// Fences of which no closing line follows.
    unclosed_fences: Vec<Fence<'a>>,
    has_no_more_comment_ends: bool,
}

impl<'a> Opaque<'a> {
    pub(super) fn new(source: &'a str, lines: &[Line<'a>]) -> Self {
        let end = lines.last().map_or(0, |line| line.raw.span().end);
        Self {
            source,
            end,
            unclosed_fences: Vec::new(),
            has_no_more_comment_ends: false,
        }
    }

    /// The stretch that begins with line `at`, and the line after it.
    ///
    /// Text before and after comments stays in its line.
    pub(super) fn starting_at(
        &mut self,
        at: usize,
        lines: &mut [Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Mark, usize)> {
        loop {
            match lines[at].text.raw.as_bytes().first()? {
                b'`' | b'~' => return self.code(at, lines, diagnostics),
                b'$' => return equation(at, lines, diagnostics),
                b'<' if lines[at].text.raw.starts_with(COMMENT) => {
                    let end = self.comment(at, lines, diagnostics);
                    if end > at {
                        return Some((Mark::Nothing, end));
                    }
                }
                _ => return None,
            }
        }
    }

    fn code(
        &mut self,
        at: usize,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Mark, usize)> {
        let fence = Fence::open(lines[at].text)?;
        if let Some(close) = self.closing_fence(fence, at, lines) {
            let (end, is_closed) = (close + 1, true);
            return Some((Mark::Code { end, is_closed }, end));
        }
        let message = "the code block is never closed";
        diagnostics.push(
            Diagnostic::new(Code::CodeUnclosed, lines[at].span(), message)
                .hint("close it with the same marks on a line of their own"),
        );
        let (end, is_closed) = (recovery(at, lines), false);
        Some((Mark::Code { end, is_closed }, end))
    }

    fn closing_fence(&mut self, fence: Fence<'a>, at: usize, lines: &[Line<'a>]) -> Option<usize> {
        if self.unclosed_fences.iter().any(|open| fence.covers(open)) {
            return None;
        }
        let rest = lines.iter().enumerate().skip(at + 1);
        let closes = |line: &Line<'_>| fence.is_closed_by(line.text.raw);
        let close = rest.clone().find(|(_, line)| closes(line));
        if close.is_none() {
            self.unclosed_fences.retain(|open| !open.covers(&fence));
            self.unclosed_fences.push(fence);
        }
        close.map(|(close, _)| close)
    }

    /// Leaves out the comment at the beginning of line `at`: up to the line returned, and from the
    /// beginning of that line if text follows the comment there.
    fn comment(
        &mut self,
        at: usize,
        lines: &mut [Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> usize {
        let text = lines[at].text;
        let Some(end) = self.comment_end(text.start + COMMENT.len()) else {
            diagnostics.push(unclosed_comment(text));
            return at + 1;
        };
        let last = at + lines[at..].partition_point(|line| line.raw.span().end < end);
        let raw = lines[last].raw;
        lines[last].text = raw.slice(end - raw.start, raw.raw.len()).trimmed();
        last + usize::from(lines[last].is_blank())
    }

    fn comment_end(&mut self, from: usize) -> Option<usize> {
        if self.has_no_more_comment_ends {
            return None;
        }
        let found = self.source.get(from..self.end)?.find("-->");
        self.has_no_more_comment_ends = found.is_none();
        found.map(|at| from + at + 3)
    }
}

/// `$$` alone up to a line that ends with `$$`, or all on one line.
fn equation(
    at: usize,
    lines: &[Line<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Mark, usize)> {
    let after = lines[at].text.raw.strip_prefix("$$")?;
    if !after.is_empty() {
        let body = after.strip_suffix("$$")?;
        let is_one = !body.trim().is_empty() && !body.contains("$$");
        return is_one.then_some((Mark::Equation { end: at + 1 }, at + 1));
    }
    let rest = lines.iter().enumerate().skip(at + 1);
    let mut before_structure = rest.take_while(|(_, line)| !is_structure(line));
    if let Some((close, _)) = before_structure.find(|(_, line)| line.text.raw.ends_with("$$")) {
        let end = close + 1;
        return Some((Mark::Equation { end }, end));
    }
    let message = "the equation is never closed";
    diagnostics.push(
        Diagnostic::new(Code::EquationUnclosed, lines[at].span(), message)
            .hint("close it with `$$` on a line of its own"),
    );
    None
}

fn unclosed_comment(text: Text<'_>) -> Diagnostic {
    let message = "the comment is never closed; only this line is left out";
    Diagnostic::new(Code::CommentUnclosed, text.span(), message).hint("close it with `-->`")
}

/// Where an unclosed code block ends: before the next section heading or closing line.
fn recovery(at: usize, lines: &[Line<'_>]) -> usize {
    let rest = &lines[at + 1..];
    let kept = rest.iter().position(is_structure).unwrap_or(rest.len());
    at + 1 + kept
}

fn is_structure(line: &Line<'_>) -> bool {
    line.is_section_heading() || line.text.raw.starts_with(":::")
}
