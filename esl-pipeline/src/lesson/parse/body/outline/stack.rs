//! Which closing line belongs to which container, and where unclosed ones end.

use super::{Extent, Mark, indented};
use crate::lesson::parse::body::directive::Container;
use crate::lesson::parse::{Line, MAX_DEPTH};
use crate::lesson::{Code, Diagnostic, Text};

/// The containers met so far, and which of them are open.
#[derive(Default)]
pub(super) struct Stack<'a> {
    extents: Vec<Extent<'a>>,
    open: Vec<Frame>,
    /// Positions in `open` of the column lists.
    lists: Vec<usize>,
    /// How many open containers are nested too deep.
    flattened: usize,
    /// Closing lines still to come of study texts that a section heading ended.
    forgiven: usize,
}

/// An open container.
struct Frame {
    extent: usize,
    /// The first section heading directly inside.
    heading: Option<usize>,
    /// The first container directly inside.
    inner: Option<usize>,
    /// The last soft container inside, before any section heading.
    soft: Option<usize>,
}

impl<'a> Stack<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Line `at` opens a container.
    pub(super) fn open(
        &mut self,
        at: usize,
        container: Container,
        head: Text<'a>,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Mark {
        if container == Container::Column {
            self.make_way_for_column(at, lines, diagnostics);
        } else if self.open.is_empty() && lines[at].indent > 0 {
            diagnostics.push(indented_opener(container, &lines[at]));
        }
        let is_flattened = self.open.len() - self.flattened >= MAX_DEPTH;
        if is_flattened && self.flattened == 0 {
            diagnostics.push(too_deep(&lines[at]));
        }
        self.push(Extent {
            container,
            head,
            open: at,
            end: at + 1,
            close: None,
            is_flattened,
            parent: self.open.last().map(|frame| frame.extent),
        })
    }

    fn push(&mut self, extent: Extent<'a>) -> Mark {
        if let Some(around) = self.open.last_mut() {
            around.inner.get_or_insert(extent.open);
        }
        if extent.container == Container::ColumnList {
            self.lists.push(self.open.len());
        }
        self.flattened += usize::from(extent.is_flattened);
        let index = self.extents.len();
        self.extents.push(extent);
        self.open.push(Frame {
            extent: index,
            heading: None,
            inner: None,
            soft: None,
        });
        Mark::Open(index)
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.open.pop()?;
        if self.lists.last() == Some(&self.open.len()) {
            self.lists.pop();
        }
        self.flattened -= usize::from(self.extents[frame.extent].is_flattened);
        Some(frame)
    }

    /// A column belongs to the innermost open list: all that is open inside the list ends here.
    fn make_way_for_column(
        &mut self,
        at: usize,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(list) = self.lists.last().copied() else {
            let message = "the column stands outside a column list";
            diagnostics.push(
                Diagnostic::new(Code::ColumnOrphan, lines[at].span(), message)
                    .hint("put `:::column-list` before the first column and `:::` after the last"),
            );
            return;
        };
        while self.open.len() > list + 1 {
            let Some(frame) = self.pop() else { return };
            self.end_early(frame.extent, at, lines, diagnostics);
        }
    }

    /// Line `at` is a `:::`.
    pub(super) fn close(
        &mut self,
        at: usize,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(frame) = self.pop() else {
            self.stray_close(&lines[at], diagnostics);
            return;
        };
        let extent = &mut self.extents[frame.extent];
        extent.end = at;
        extent.close = Some(at);
        if self.open.is_empty() && lines[extent.open].indent == 0 && lines[at].indent > 0 {
            diagnostics.push(indented_closer(extent.container, &lines[at]));
        }
        let soft = if extent.is_soft() {
            Some(frame.extent)
        } else {
            frame.soft
        };
        if let Some(around) = self.open.last_mut()
            && around.heading.is_none()
        {
            around.soft = soft.or(around.soft);
        }
    }

    fn stray_close(&mut self, line: &Line<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if self.forgiven > 0 {
            self.forgiven -= 1;
            return;
        }
        let message = "this `:::` closes nothing";
        diagnostics.push(
            Diagnostic::new(Code::DirectiveStrayClose, line.span(), message)
                .hint("remove it, or add the directive that it should close"),
        );
    }

    /// Line `at` is a level-2 heading at the left margin: study texts and soft containers never
    /// reach over it, others only if they are closed later.
    pub(super) fn section_heading(
        &mut self,
        at: usize,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        while let Some(top) = self.open.last() {
            let extent = &self.extents[top.extent];
            let is_study_text = extent.container == Container::StudyText;
            if !is_study_text && !extent.is_soft() {
                break;
            }
            let Some(frame) = self.pop() else { return };
            self.forgiven += usize::from(is_study_text);
            self.end_early(frame.extent, at, lines, diagnostics);
        }
        if let Some(around) = self.open.last_mut() {
            around.heading.get_or_insert(at);
        }
    }

    /// Ends an unclosed container before line `end`.
    fn end_early(
        &mut self,
        index: usize,
        end: usize,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let extent = &mut self.extents[index];
        if extent.is_soft() {
            return;
        }
        extent.end = end;
        let closes_itself = extent.container == Container::Column;
        if extent.is_flattened || (closes_itself && extent.parent.is_some()) {
            return;
        }
        diagnostics.push(unclosed(
            extent.container,
            &lines[extent.open],
            lines.get(end),
        ));
    }

    /// Ends what is still open.
    pub(super) fn finish(
        mut self,
        lines: &[Line<'a>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Extent<'a>> {
        let mut barrier = lines.len();
        while let Some(frame) = self.pop() {
            barrier = frame
                .heading
                .map_or(barrier, |heading| heading.min(barrier));
            if let Some(soft) = frame.soft {
                self.take_closing_line(frame.extent, soft);
                continue;
            }
            let is_study_text = self.extents[frame.extent].container == Container::StudyText;
            let inner = frame.inner.filter(|_| is_study_text).unwrap_or(barrier);
            self.end_early(frame.extent, barrier.min(inner), lines, diagnostics);
        }
        self.extents
    }

    /// Gives the closing line of a soft container to the one around it, and so on up to `index`.
    fn take_closing_line(&mut self, index: usize, soft: usize) {
        let released = &mut self.extents[soft];
        let mut close = released.close.take();
        released.end = released.open + 1;
        let mut next = released.parent;
        while let Some(current) = next {
            let extent = &mut self.extents[current];
            std::mem::swap(&mut extent.close, &mut close);
            extent.end = extent.close.unwrap_or(extent.end);
            next = extent.parent.filter(|_| current != index);
        }
    }
}

fn indented_opener(container: Container, line: &Line<'_>) -> Diagnostic {
    match container {
        Container::StudyText => indented(
            Code::StudyTextIndented,
            line,
            "`:::study-text` must begin in column 1",
        ),
        _ => indented(Code::DirectiveIndented, line, "the directive is indented"),
    }
}

fn indented_closer(container: Container, line: &Line<'_>) -> Diagnostic {
    match container {
        Container::StudyText => indented(
            Code::StudyTextCloseIndented,
            line,
            "the `:::` that ends the study text must begin in column 1",
        ),
        _ => indented(
            Code::DirectiveIndented,
            line,
            "the closing `:::` is indented",
        ),
    }
}

fn too_deep(line: &Line<'_>) -> Diagnostic {
    let message = format!("directives are nested deeper than {MAX_DEPTH} levels");
    Diagnostic::new(Code::NestingTooDeep, line.span(), message)
        .hint("its content is taken as part of the directive around it")
}

fn unclosed(container: Container, open: &Line<'_>, end: Option<&Line<'_>>) -> Diagnostic {
    let message = format!("the {} is never closed", container.name());
    let found = Diagnostic::new(container.unclosed(), open.span(), message)
        .hint("put a line `:::` after its content");
    match end {
        Some(line) => found.related(line.span(), "taken to end before this line"),
        None => found,
    }
}
