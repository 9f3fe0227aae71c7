//! Tables: every row has the cells of the first one, and there is something to read.

use super::facts::Facts;
use super::wording::counted;
use crate::lesson::{Code, Diagnostic, Node, NodeKind, Row, Span, Text};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    facts
        .visits
        .iter()
        .flat_map(|visit| check_table(facts, visit.node))
        .collect()
}

fn check_table(facts: &Facts<'_, '_>, node: &Node<'_>) -> Vec<Diagnostic> {
    let NodeKind::Table { has_header, rows } = &node.kind else {
        return vec![];
    };
    let Some(first) = rows.first() else {
        return vec![];
    };
    if first.cells.is_empty() {
        return vec![no_cells(first)];
    }
    let mut found: Vec<_> = ragged_rows(first, &rows[1..], *has_header);
    if *has_header {
        found.extend(delimiter(facts, node, first));
        found.extend((rows.len() == 1).then(|| no_data(first)));
    }
    found
}

fn no_cells(row: &Row<'_>) -> Diagnostic {
    let message = "the table row has no cells";
    Diagnostic::new(Code::TableNoColumn, row.span, message).hint("write cells as `| one | two |`")
}

fn no_data(header: &Row<'_>) -> Diagnostic {
    let message = "the table has a header and nothing else";
    Diagnostic::new(Code::TableNoData, header.span, message).hint("add a row below the `---` line")
}

fn ragged_rows(first: &Row<'_>, rows: &[Row<'_>], has_header: bool) -> Vec<Diagnostic> {
    let line = if has_header { 3 } else { 2 };
    let wanted = first.cells.len();
    let report = |(at, row): (usize, &Row<'_>)| match row.cells.len() {
        0 => Some(no_cells(row)),
        cells => (cells != wanted).then(|| ragged(row.span, at + line, cells, first)),
    };
    rows.iter().enumerate().filter_map(report).collect()
}

fn ragged(span: Span, line: usize, cells: usize, first: &Row<'_>) -> Diagnostic {
    let wanted = first.cells.len();
    let message = format!(
        "line {line} of the table has {}, its first line has {wanted}",
        counted(cells, "cell")
    );
    let found = Diagnostic::new(Code::TableRagged, span, message);
    found
        .related(first.span, counted(wanted, "cell"))
        .hint("write `\\|` for a bar inside a cell")
}

/// The delimiter row is no row of the document, only its line tells its cells.
fn delimiter(facts: &Facts<'_, '_>, table: &Node<'_>, first: &Row<'_>) -> Option<Diagnostic> {
    let below = facts.lesson.source.get(first.span.end..table.span.end)?;
    let start = below.find('\n')? + 1;
    let line = below[start..].split('\n').next()?;
    let line = Text::new(line, first.span.end + start).trimmed();
    let cells = line.raw.trim_matches('|').split('|').count();
    (cells != first.cells.len()).then(|| ragged(line.span(), 2, cells, first))
}
