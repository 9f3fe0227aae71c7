//! The fenced block that holds the lesson, and the text around it that does not count.

use std::ops::Range;

use super::body::fence::Fence;
use super::{Line, lines::heading_level};
use crate::lesson::{Code, Diagnostic, Wrapper};

/// A fenced block: its opening line, the lines of its content, its closing line.
struct Block<'a> {
    open: usize,
    content: Range<usize>,
    close: Option<usize>,
    fence: Fence<'a>,
}

/// Finds the lines of the lesson.
pub(super) fn unwrap(
    lines: &[Line<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Wrapper, Range<usize>) {
    let bare = (Wrapper::Bare, 0..lines.len());
    if first_text(lines).is_some_and(|line| line.text.raw.starts_with("---")) {
        diagnostics.push(not_wrapped(lines));
        return bare;
    }
    let blocks = blocks(lines);
    let Some(chosen) = choose(lines, &blocks) else {
        diagnostics.push(not_wrapped(lines));
        return bare;
    };
    let block = &blocks[chosen];
    let after = others_after(lines, &blocks[chosen + 1..]);
    let limit = after.map_or(lines.len(), |next| next.open);
    let close = true_close(lines, block, limit);
    report_close(lines, block, close, diagnostics);
    let end = close.unwrap_or(limit);
    for other in blocks
        .iter()
        .filter(|other| other.open < block.open || other.open >= limit)
    {
        diagnostics.push(ignored(&lines[other.open], &lines[block.open]));
    }
    let wrapper = Wrapper::Fenced {
        open: lines[block.open].span(),
        close: close.map(|close| lines[close].span()),
    };
    (wrapper, block.content.start..end)
}

/// The blocks at top level, each closed by the first line that can.
fn blocks<'a>(lines: &[Line<'a>]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let fence = Fence::open(lines[at].text).filter(|_| lines[at].indent <= 3);
        at = match fence {
            Some(fence) => {
                let block = block(lines, at, fence);
                let next = block.close.map_or(lines.len(), |close| close + 1);
                blocks.push(block);
                next
            }
            None => at + 1,
        };
    }
    blocks
}

fn block<'a>(lines: &[Line<'a>], open: usize, fence: Fence<'a>) -> Block<'a> {
    let rest = lines.iter().enumerate().skip(open + 1);
    let mut closing = rest.filter(|(_, line)| fence.is_closed_by(line.text.raw));
    let close = closing.next().map(|(at, _)| at);
    Block {
        open,
        content: open + 1..close.unwrap_or(lines.len()),
        close,
        fence,
    }
}

/// The first block that begins with front matter, otherwise the first; none if the lesson begins
/// outside any block.
fn choose(lines: &[Line<'_>], blocks: &[Block<'_>]) -> Option<usize> {
    let with_front_matter = blocks
        .iter()
        .position(|block| begins_with_rule(lines, block));
    with_front_matter.or_else(|| {
        let first = blocks.first()?;
        let before = &lines[..first.open];
        (!before.iter().any(looks_like_lesson)).then_some(0)
    })
}

fn begins_with_rule(lines: &[Line<'_>], block: &Block<'_>) -> bool {
    first_text(&lines[block.content.clone()]).is_some_and(|line| line.text.raw.starts_with("---"))
}

/// The next block that is a lesson of its own.
fn others_after<'b, 'a>(lines: &[Line<'a>], blocks: &'b [Block<'a>]) -> Option<&'b Block<'a>> {
    blocks.iter().find(|block| begins_with_rule(lines, block))
}

/// The closing line of the wrapper: if the lesson goes on behind the first line that could close
/// it, that one closed something inside, and the last such line counts.
fn true_close(lines: &[Line<'_>], block: &Block<'_>, limit: usize) -> Option<usize> {
    let first = block.close?;
    let behind = first + 1..limit;
    let Some(goes_on) = behind
        .clone()
        .rev()
        .find(|at| looks_like_lesson(&lines[*at]))
    else {
        return Some(first);
    };
    let is_close = |at: &usize| block.fence.is_closed_by(lines[*at].text.raw);
    (goes_on + 1..limit).rev().find(is_close)
}

fn report_close(
    lines: &[Line<'_>],
    block: &Block<'_>,
    close: Option<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(close) = close else {
        let message = "the fenced block that holds the lesson is never closed";
        diagnostics.push(
            Diagnostic::new(Code::WrapperUnclosed, lines[block.open].span(), message)
                .hint("add the same marks on a line of their own after the lesson"),
        );
        return;
    };
    if let Some(inner) = block.close.filter(|inner| *inner != close) {
        let message = "this fence stands inside the lesson and does not end it";
        diagnostics.push(
            Diagnostic::new(Code::WrapperInnerFence, lines[inner].span(), message)
                .related(lines[close].span(), "taken as the end of the lesson")
                .hint("open and close the lesson with four marks to make it certain"),
        );
    }
}

fn not_wrapped(lines: &[Line<'_>]) -> Diagnostic {
    let span = first_text(lines).map(Line::span).unwrap_or_default();
    let message = "the lesson does not stand in a fenced block";
    Diagnostic::new(Code::WrapperMissing, span, message)
        .hint("put ```` ```markdown ```` before the lesson and ```` ``` ```` after it")
}

fn ignored(other: &Line<'_>, chosen: &Line<'_>) -> Diagnostic {
    let message = "this fenced block is not read";
    Diagnostic::new(Code::WrapperMultiple, other.span(), message)
        .related(chosen.span(), "the lesson is taken from this one")
}

fn first_text<'l, 'a>(lines: &'l [Line<'a>]) -> Option<&'l Line<'a>> {
    lines.iter().find(|line| !line.is_blank())
}

/// A numbered section heading or a directive.
fn looks_like_lesson(line: &Line<'_>) -> bool {
    let text = line.text.raw;
    let title = || text.trim_start_matches('#').trim_start();
    let is_section =
        || heading_level(text) == Some(2) && title().starts_with(|c: char| c.is_ascii_digit());
    let is_directive = || {
        text.strip_prefix(":::")
            .is_some_and(|name| !name.is_empty())
    };
    line.indent <= 3 && (is_directive() || is_section())
}
