//! Directives: columns, synced blocks, media and toggles. Callouts have their own rules.

use esl_core::BlockId;

use super::facts::Facts;
use super::inline_text::{is_web_address, with_scheme};
use super::walk::Visit;
use super::wording::shortened;
use crate::lesson::{Code, Column, Diagnostic, MediaKind, Node, NodeKind, Span, Text};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    facts
        .visits
        .iter()
        .flat_map(|visit| check_node(facts, visit))
        .collect()
}

fn check_node(facts: &Facts<'_, '_>, visit: &Visit<'_, '_>) -> Vec<Diagnostic> {
    let node = visit.node;
    match &node.kind {
        NodeKind::ColumnList { columns, stray } => column_list(facts, visit, columns, stray),
        NodeKind::SyncedBlock {
            reference,
            children,
        } => synced(facts, node, *reference, children)
            .into_iter()
            .collect(),
        NodeKind::Media { kind, url } => media(facts, node, *kind, *url).into_iter().collect(),
        NodeKind::Toggle { title, .. } => untitled(facts, node, *title).into_iter().collect(),
        _ => vec![],
    }
}

fn column_list(
    facts: &Facts<'_, '_>,
    visit: &Visit<'_, '_>,
    columns: &[Column<'_>],
    stray: &[Node<'_>],
) -> Vec<Diagnostic> {
    let span = visit.node.span;
    let open = facts.opening_line(span).span();
    let nested = || {
        Diagnostic::new(Code::ColumnNested, open, "a column list inside a column")
            .hint("close the outer list first")
    };
    let mut found: Vec<_> = visit.inside.column_list.then(nested).into_iter().collect();
    if facts.is_unclosed(span) {
        return found;
    }
    found.extend(too_few_columns(open, columns));
    if !columns.is_empty() {
        found.extend(empty_columns(facts, columns));
        found.extend(stray.iter().map(|node| stray_content(facts, node)));
    }
    found
}

fn too_few_columns(open: Span, columns: &[Column<'_>]) -> Option<Diagnostic> {
    let (code, message, hint) = match columns {
        [] => (
            Code::ColumnListNoColumn,
            "the column list has no `:::column`",
            "put `:::column` … `:::` around each column",
        ),
        [_] => (
            Code::ColumnListSingle,
            "the column list has only one column",
            "add a second `:::column`, or remove the list",
        ),
        _ => return None,
    };
    Some(Diagnostic::new(code, open, message).hint(hint))
}

fn empty_columns(facts: &Facts<'_, '_>, columns: &[Column<'_>]) -> Vec<Diagnostic> {
    let empty = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.children.is_empty());
    let closed = empty.filter(|(_, column)| !facts.is_unclosed(column.span));
    let report = |(at, column): (usize, &Column<'_>)| {
        let message = format!("column {} is empty", at + 1);
        let open = facts.opening_line(column.span).span();
        Diagnostic::new(Code::ColumnEmpty, open, message).hint("write its content, or remove it")
    };
    closed.map(report).collect()
}

fn stray_content(facts: &Facts<'_, '_>, node: &Node<'_>) -> Diagnostic {
    let message = "content in a column list but in no column";
    let span = facts.opening_line(node.span).span();
    Diagnostic::new(Code::ColumnStrayContent, span, message).hint("put it below a `:::column` line")
}

fn synced(
    facts: &Facts<'_, '_>,
    node: &Node<'_>,
    reference: Option<Text<'_>>,
    children: &[Node<'_>],
) -> Option<Diagnostic> {
    let Some(reference) = reference else {
        let is_empty = children.is_empty() && !facts.is_unclosed(node.span);
        let open = facts.opening_line(node.span).span();
        let message = "the synced block has neither an id nor content";
        let found = Diagnostic::new(Code::SyncedEmpty, open, message);
        return is_empty.then(|| found.hint("write its content, or the id of the block it shows"));
    };
    if BlockId::parse(reference.raw).is_err() {
        let message = format!("`{}` is no block id", shortened(reference.raw));
        let found = Diagnostic::new(Code::SyncedIdInvalid, reference.span(), message);
        return Some(found.hint("copy the link to the block, or its id of 32 hexadecimal digits"));
    }
    let first = children.first()?;
    let message = "a synced block with an id shows that block and has no content of its own";
    let found = Diagnostic::new(Code::SyncedReferenceWithContent, reference.span(), message);
    let own = facts.opening_line(first.span).span();
    let found = found.related(own, "this content would be lost");
    Some(found.hint("remove the id or the content"))
}

fn media(
    facts: &Facts<'_, '_>,
    node: &Node<'_>,
    kind: MediaKind,
    url: Text<'_>,
) -> Option<Diagnostic> {
    let name = match kind {
        MediaKind::Audio => ":::audio",
        MediaKind::Video => ":::video",
    };
    if url.raw.is_empty() {
        let open = facts.opening_line(node.span).span();
        let message = format!("`{name}` has no address");
        let hint = format!("write `{name} https://…`");
        return Some(Diagnostic::new(Code::MediaUrlMissing, open, message).hint(hint));
    }
    if is_web_address(url.raw) {
        return None;
    }
    let message = format!("`{}` is no http or https address", shortened(url.raw));
    let found = Diagnostic::new(Code::MediaUrlInvalid, url.span(), message);
    Some(match with_scheme(url.raw) {
        Some(whole) => found
            .hint(format!("write `{whole}`"))
            .fix(url.span(), whole),
        None => found.hint("write the whole address, without spaces"),
    })
}

fn untitled(facts: &Facts<'_, '_>, node: &Node<'_>, title: Text<'_>) -> Option<Diagnostic> {
    if !title.raw.is_empty() {
        return None;
    }
    let open = facts.opening_line(node.span);
    let message = format!("`{}` has no title", open.raw);
    let found = Diagnostic::new(Code::ToggleTitleMissing, open.span(), message);
    Some(found.hint("write the title on the same line"))
}
