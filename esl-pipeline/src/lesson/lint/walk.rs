//! Visits every node of a lesson once, in a loop rather than by recursion.

use crate::lesson::{Lesson, Node, NodeKind};

/// A node and what holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit<'l, 'a> {
    pub(super) node: &'l Node<'a>,
    pub(super) inside: Inside,
}

/// What holds a node, at any distance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Inside {
    /// A container such as a callout, a column or a toggle.
    pub(super) directive: bool,
    /// A column list.
    pub(super) column_list: bool,
}

/// All nodes of `lesson`, each before its children.
pub(super) fn walk<'l, 'a>(lesson: &'l Lesson<'a>) -> impl Iterator<Item = Visit<'l, 'a>> {
    let mut stack = vec![(lesson.body.iter(), Inside::default())];
    std::iter::from_fn(move || {
        loop {
            let (nodes, inside) = stack.last_mut()?;
            let inside = *inside;
            let Some(node) = nodes.next() else {
                stack.pop();
                continue;
            };
            let within = inside.and(node);
            let children = node.kind.children().rev();
            let children = children.filter(|nodes| !nodes.is_empty());
            stack.extend(children.map(|nodes| (nodes.iter(), within)));
            return Some(Visit { node, inside });
        }
    })
}

impl Inside {
    /// What holds the children of `node`.
    fn and(self, node: &Node<'_>) -> Self {
        let is_column = matches!(node.kind, NodeKind::ColumnList { .. });
        let is_plain = matches!(node.kind, NodeKind::Quote { .. } | NodeKind::Item(_));
        Self {
            directive: self.directive || !is_plain,
            column_list: self.column_list || is_column,
        }
    }
}
