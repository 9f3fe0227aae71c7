//! The fenced block that holds the lesson, and the text around it that does not count.

use std::ops::Range;

use super::body::fence::Fence;
use super::{Line, lines::heading_level};
use crate::lesson::{Code, Diagnostic, Wrapper};

/// The columns before a fence at top level.
const MAX_INDENT: usize = 3;

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
    let blocks = blocks_from(lines, 0);
    let Some(chosen) = choose(lines, &blocks) else {
        diagnostics.push(not_wrapped(lines));
        return bare;
    };
    let block = &blocks[chosen];
    let next = next_lesson(lines, &blocks[chosen + 1..]);
    let limit = next.map_or(lines.len(), |next| next.open);
    let close = true_close(lines, block, limit);
    report_close(lines, block, close, diagnostics);
    let end = close.unwrap_or(limit);
    let after = blocks_from(lines, close.map_or(limit, |close| close + 1));
    for other in blocks[..chosen].iter().chain(&after) {
        diagnostics.push(ignored(&lines[other.open], &lines[block.open]));
    }
    let wrapper = Wrapper::Fenced {
        open: lines[block.open].span(),
        close: close.map(|close| lines[close].span()),
    };
    (wrapper, block.content.start..end)
}

/// The blocks at top level, from line `at` on.
fn blocks_from<'a>(lines: &[Line<'a>], mut at: usize) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    while at < lines.len() {
        let is_margin = lines[at].indent <= MAX_INDENT;
        let fence = Fence::open(lines[at].text).filter(|_| is_margin);
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

/// The block that begins with line `open`. A fence with words behind it opens a block inside, which
/// the next closing line ends; if that leaves none for the block itself, the last one is its own.
fn block<'a>(lines: &[Line<'a>], open: usize, fence: Fence<'a>) -> Block<'a> {
    let mut last = None;
    let mut close = None;
    let mut is_inside = false;
    for (at, line) in lines.iter().enumerate().skip(open + 1) {
        if line.indent > MAX_INDENT {
            continue;
        }
        if fence.is_closed_by(line.text.raw) {
            last = Some(at);
            if !is_inside {
                close = last;
                break;
            }
            is_inside = false;
        } else if let Some(inner) = Fence::open(line.text) {
            is_inside |= inner.covers(&fence) && !inner.info.raw.is_empty();
        }
    }
    let close = close.or(last);
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
fn next_lesson<'b, 'a>(lines: &[Line<'a>], blocks: &'b [Block<'a>]) -> Option<&'b Block<'a>> {
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
    let is_close = |at: &usize| {
        lines[*at].indent <= MAX_INDENT && block.fence.is_closed_by(lines[*at].text.raw)
    };
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
        .hint("keep one lesson in a file; what belongs to it stands before its closing line")
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
    line.indent <= MAX_INDENT && (is_directive() || is_section())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::parse::lines::split_lines;
    use crate::lesson::parse::sketch::{body, codes};
    use crate::lesson::{Lesson, Span};

    const TOP: &str = "---\ntitle: T\nstudent: S\nlevel: A2\ntopic: X\ninput_type: generate\n---";

    fn parsed(text: &str) -> (String, Vec<String>) {
        let source = text.replace("TOP", TOP);
        let lesson = Lesson::parse(&source);
        (body(&lesson), codes(&lesson))
    }

    #[test]
    fn text_around_the_wrapper_does_not_count() {
        let (tree, codes) =
            parsed("Here it is: ```x```\n\n```md title=x\nTOP\na\n```\nEnjoy!\n## Bye");
        assert_eq!(tree, "p a\n");
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn the_wrapper_may_be_of_tildes_or_long_and_windows_lines() {
        for text in [
            "~~~\nTOP\na\n```\nx\n```\n~~~",
            "````\r\nTOP\r\na\r\n```\r\nx\r\n```\r\n````",
        ] {
            let (tree, codes) = parsed(text);
            assert_eq!(tree, "p a\ncode() x\n");
            assert_eq!(codes, [""; 0]);
        }
    }

    #[test]
    fn code_inside_does_not_end_the_lesson() {
        let (tree, codes) = parsed("```\nTOP\na\n```js\nx\n```\nb\n```\nthanks");
        assert_eq!(tree, "p a\ncode(js) x\np b\n");
        assert_eq!(codes, [""; 0]);
        let (tree, codes) = parsed("```\nTOP\na\n```\nx\n```\n## 2. B\n```\nthanks");
        assert_eq!(tree, "p a\ncode() x\nh2 2. B\n");
        assert_eq!(codes, ["wrapper-inner-fence: ```"]);
    }

    #[test]
    fn an_unclosed_wrapper_is_read_to_the_end() {
        let (tree, codes) = parsed("```\nTOP\n## 1. A\n");
        assert_eq!(tree, "h2 1. A\n");
        assert_eq!(codes, ["wrapper-unclosed: ```"]);
        let (tree, codes) = parsed("```\nTOP\n```js\nx\n```\n## 1. A\n");
        assert_eq!(tree, "code(js) x\nh2 1. A\n");
        assert_eq!(codes, ["wrapper-unclosed: ```"]);
    }

    #[test]
    fn the_block_with_front_matter_is_the_lesson() {
        let (tree, codes) = parsed("```sh\nls\n```\n```\nTOP\na\n```\n~~~\nTOP\nb\n~~~");
        assert_eq!(tree, "p a\n");
        assert_eq!(codes, ["wrapper-multiple: ```sh", "wrapper-multiple: ~~~"]);
    }

    #[test]
    fn any_block_behind_the_lesson_is_reported() {
        let (tree, codes) = parsed("```\nTOP\na\n```\nthen run\n```sh\nls\n```");
        assert_eq!(tree, "p a\n");
        assert_eq!(codes, ["wrapper-multiple: ```sh"]);
        let (_, codes) = parsed("```\nTOP\na\n```\nx\n```\n## 2. B\n```\n~~~\ny\n~~~");
        assert_eq!(codes, ["wrapper-inner-fence: ```", "wrapper-multiple: ~~~"]);
    }

    #[test]
    fn a_lesson_may_stand_without_a_wrapper() {
        let (tree, codes) = parsed("\u{feff}\nTOP\na\n```js\nx\n```");
        assert_eq!(tree, "p a\ncode(js) x\n");
        assert_eq!(codes, ["wrapper-missing: ---"]);
        let (tree, codes) = parsed("## 1. A\n```js\nx\n```");
        assert_eq!(tree, "h2 1. A\ncode(js) x\n");
        assert_eq!(
            codes,
            ["wrapper-missing: ## 1. A", "front-matter-missing: ## 1. A"]
        );
        assert_eq!(
            parsed("").1,
            ["wrapper-missing: ", "front-matter-missing: "]
        );
    }

    #[test]
    fn the_wrapper_is_known_by_its_lines() {
        let source = " ```md\n---\n```\n";
        let (wrapper, content) = unwrap(&split_lines(source), &mut Vec::new());
        let (open, close) = (Span::new(1, 6), Some(Span::new(11, 14)));
        assert_eq!(wrapper, Wrapper::Fenced { open, close });
        assert_eq!(content, 1..2);
    }
}
