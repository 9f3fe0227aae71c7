//! Tables: consecutive lines that begin with a pipe.

use crate::lesson::inline::{Backticks, code_length};
use crate::lesson::parse::Line;
use crate::lesson::{Node, NodeKind, Row, Span, Text};

/// Reads the lines of one table.
pub(super) fn parse<'a>(lines: &[Line<'a>]) -> Node<'a> {
    let mut rows: Vec<Row<'a>> = lines.iter().map(row).collect();
    let span = lines.iter().map(Line::span).reduce(Span::to);
    let has_header = rows.get(1).is_some_and(is_delimiter);
    if has_header {
        rows.remove(1);
    }
    Node {
        span: span.unwrap_or_default(),
        kind: NodeKind::Table { has_header, rows },
    }
}

fn is_delimiter(row: &Row<'_>) -> bool {
    let is_rule = |cell: &Text<'_>| {
        !cell.raw.is_empty() && cell.raw.bytes().all(|byte| matches!(byte, b'-' | b':'))
    };
    !row.cells.is_empty() && row.cells.iter().all(is_rule)
}

/// Splits a line at its pipes. An empty first and last cell are the outer pipes' doing.
fn row<'a>(line: &Line<'a>) -> Row<'a> {
    let text = line.text;
    let mut cells: Vec<Text<'a>> = Vec::new();
    let mut start = 0;
    for pipe in pipes(text.raw) {
        cells.push(text.slice(start, pipe).trimmed());
        start = pipe + 1;
    }
    cells.push(text.slice(start, text.raw.len()).trimmed());
    if cells.last().is_some_and(|cell| cell.raw.is_empty()) {
        cells.pop();
    }
    if cells.first().is_some_and(|cell| cell.raw.is_empty()) {
        cells.remove(0);
    }
    Row {
        span: line.span(),
        cells,
    }
}

/// The bytes of the pipes that split: not escaped, not inside code.
fn pipes(line: &str) -> Vec<usize> {
    let bytes = line.as_bytes();
    let backticks = Backticks::of(line);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'\\' => 2,
            b'`' => code_length(line, &backticks, at),
            b'|' => {
                found.push(at);
                1
            }
            _ => 1,
        };
    }
    found
}
