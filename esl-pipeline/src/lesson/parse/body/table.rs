//! Tables: consecutive lines that begin with a pipe.

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
    let runs = BacktickRuns::of(bytes);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'\\' => at + 2,
            b'`' => runs.after_code(at),
            b'|' => {
                found.push(at);
                at + 1
            }
            _ => at + 1,
        };
    }
    found
}

/// The runs of backticks of a line, to find where code ends without searching twice.
struct BacktickRuns {
    /// Start, length and the start of the next run of the same length.
    runs: Vec<(usize, usize, Option<usize>)>,
}

impl BacktickRuns {
    fn of(bytes: &[u8]) -> Self {
        let mut runs: Vec<(usize, usize, Option<usize>)> = Vec::new();
        let mut last_of_length = std::collections::HashMap::new();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
            if length > 0 {
                if let Some(before) = last_of_length.insert(length, runs.len()) {
                    let before: &mut (usize, usize, Option<usize>) = &mut runs[before];
                    before.2 = Some(at);
                }
                runs.push((at, length, None));
            }
            at += length.max(1);
        }
        Self { runs }
    }

    /// The byte after the code that begins at `start`; after the backticks if it never ends.
    fn after_code(&self, start: usize) -> usize {
        let run = self
            .runs
            .partition_point(|(at, length, _)| at + length <= start);
        let Some((_, length, next)) = self.runs.get(run).copied() else {
            return start + 1;
        };
        next.unwrap_or(start) + length
    }
}
