//! Stretches in which nothing is structure: code, comments and equations.

use super::Mark;
use crate::lesson::inline::{Backticks, code_length};
use crate::lesson::parse::Line;
use crate::lesson::parse::body::fence::Fence;
use crate::lesson::{Code, Diagnostic, Text};

const COMMENT: &str = "<!--";
const COMMENT_END: &str = "-->";

/// Finds the stretches. Remembers failed searches: many unclosed openers cost no more than one.
pub(super) struct Opaque<'a> {
    source: &'a str,
    /// Where the lines end: a comment does not reach further.
    end: usize,
    /// Fences of which no closing line follows.
    unclosed_fences: Vec<Fence<'a>>,
    has_no_more_comment_ends: bool,
    /// The lines before this one are read, or are all comment.
    commented_to: usize,
}

impl<'a> Opaque<'a> {
    pub(super) fn new(source: &'a str, lines: &[Line<'a>]) -> Self {
        let end = lines.last().map_or(0, |line| line.raw.span().end);
        Self {
            source,
            end,
            unclosed_fences: Vec::new(),
            has_no_more_comment_ends: false,
            commented_to: 0,
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
        if at < self.commented_to {
            return Some((Mark::Nothing, self.commented_to));
        }
        while lines[at].text.raw.starts_with(COMMENT) {
            let end = self.comment(lines[at].text, at, lines, diagnostics);
            if end > at {
                return Some((Mark::Nothing, end));
            }
        }
        let stretch = match lines[at].text.raw.as_bytes().first()? {
            b'`' | b'~' => self.code(at, lines, diagnostics),
            b'$' => equation(at, lines, diagnostics),
            // What is quoted may be code: the quote's own outline looks for comments.
            b'>' => return None,
            _ => None,
        };
        if stretch.is_none() {
            self.trailing_comment(at, lines, diagnostics);
        }
        stretch
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

    /// Leaves out a comment that begins behind the text of line `at` and goes on below it.
    fn trailing_comment(
        &mut self,
        at: usize,
        lines: &mut [Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let text = lines[at].text;
        if let Some(start) = open_comment(text.raw) {
            lines[at].text = text.slice(0, start).trimmed();
            let comment = text.slice(start, text.raw.len());
            self.commented_to = self.comment(comment, at, lines, diagnostics);
        }
    }

    /// Leaves out the comment with which `rest`, the end of line `at`, begins: up to the line
    /// returned, and from the beginning of that line if text follows the comment there.
    fn comment(
        &mut self,
        rest: Text<'a>,
        at: usize,
        lines: &mut [Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> usize {
        let Some(end) = self.comment_end(rest.start + COMMENT.len()) else {
            diagnostics.push(unclosed_comment(rest));
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
        let found = self.source.get(from..self.end)?.find(COMMENT_END);
        self.has_no_more_comment_ends = found.is_none();
        found.map(|at| from + at + COMMENT_END.len())
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

/// Where a comment begins that the line does not close. A closed one is for the inline parser, and
/// in code there is none.
fn open_comment(line: &str) -> Option<usize> {
    let first = line.find('<')?;
    line[first..].find(COMMENT)?;
    let backticks = Backticks::of(line);
    let mut at = 0;
    loop {
        at += line[at..].find(['`', '<'])?;
        let rest = &line[at..];
        at += if let Some(comment) = rest.strip_prefix(COMMENT) {
            let Some(length) = comment.find(COMMENT_END) else {
                return Some(at);
            };
            COMMENT.len() + length + COMMENT_END.len()
        } else if rest.starts_with('`') {
            code_length(line, &backticks, at)
        } else {
            1
        };
    }
}

fn unclosed_comment(comment: Text<'_>) -> Diagnostic {
    let message = "the comment is never closed; only the rest of this line is left out";
    Diagnostic::new(Code::CommentUnclosed, comment.span(), message).hint("close it with `-->`")
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
