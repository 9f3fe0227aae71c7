//! List items as a tree: what is indented deeper than an item belongs to it.

use crate::lesson::parse::{Line, MAX_DEPTH};
use crate::lesson::{Code, Diagnostic, Item, Node, NodeKind, Span};

/// The nodes of one container while they are read.
pub(super) struct Tree<'a> {
    /// How deep the container stands.
    depth: usize,
    nodes: Vec<Node<'a>>,
    /// The items that may still get children, each inside the one before.
    open: Vec<Open<'a>>,
    is_too_deep_reported: bool,
}

struct Open<'a> {
    indent: usize,
    span: Span,
    item: Item<'a>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(depth: usize) -> Self {
        Self {
            depth,
            nodes: Vec::new(),
            open: Vec::new(),
            is_too_deep_reported: false,
        }
    }

    /// Whether these are the nodes at document depth.
    pub(super) const fn is_document(&self) -> bool {
        self.depth == 0
    }

    /// Whether what begins on `line` belongs to an item.
    pub(super) fn has_open_item(&self, line: &Line<'_>) -> bool {
        self.open
            .first()
            .is_some_and(|item| item.indent < line.indent)
    }

    /// Hangs `node` on the innermost item that is indented less, else on the container.
    pub(super) fn hang(&mut self, indent: usize, node: Node<'a>) {
        while self.open.last().is_some_and(|item| item.indent >= indent) {
            self.close_item();
        }
        self.add(node);
    }

    /// Adds an item and keeps it open for what is indented under it.
    pub(super) fn open_item(
        &mut self,
        line: &Line<'a>,
        item: Item<'a>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let (indent, span) = (line.indent, line.span());
        while self.open.last().is_some_and(|item| item.indent >= indent) {
            self.close_item();
        }
        if self.open.len() + self.depth >= MAX_DEPTH && self.close_item() {
            self.report_too_deep(span, diagnostics);
        }
        self.open.push(Open { indent, span, item });
    }

    pub(super) fn finish(mut self) -> Vec<Node<'a>> {
        while self.close_item() {}
        self.nodes
    }

    fn add(&mut self, node: Node<'a>) {
        match self.open.last_mut() {
            Some(around) => {
                around.span = around.span.to(node.span);
                around.item.children.push(node);
            }
            None => self.nodes.push(node),
        }
    }

    fn close_item(&mut self) -> bool {
        let Some(Open { span, item, .. }) = self.open.pop() else {
            return false;
        };
        let kind = NodeKind::Item(item);
        self.add(Node { span, kind });
        true
    }

    fn report_too_deep(&mut self, span: Span, diagnostics: &mut Vec<Diagnostic>) {
        if std::mem::replace(&mut self.is_too_deep_reported, true) {
            return;
        }
        let message = format!("list items are nested deeper than {MAX_DEPTH} levels");
        diagnostics.push(
            Diagnostic::new(Code::NestingTooDeep, span, message)
                .hint("indent it less; it is taken as a sibling of the item above"),
        );
    }
}
