//! Tables.

use std::io::{self, Write};

use esl_core::block::{Block, RichText, Table};

use super::text::write_runs;

/// Writes a table whose header cells say what they head.
pub(super) fn write(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    // Wide tables scroll by themselves; a focusable region lets the keyboard do it, too.
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>"
    )?;
    let mut rows = table.children.as_slice();
    if table.has_column_header
        && let Some((header, body)) = rows.split_first()
    {
        write!(out, "<thead>")?;
        write_row(out, header, |_| Some("col"))?;
        writeln!(out, "</thead>")?;
        rows = body;
    }
    writeln!(out, "<tbody>")?;
    let has_row_header = table.has_row_header;
    for row in rows {
        write_row(out, row, |column| {
            (has_row_header && column == 0).then_some("row")
        })?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn write_row(
    out: &mut dyn Write,
    row: &Block,
    scope: impl Fn(usize) -> Option<&'static str>,
) -> io::Result<()> {
    let Block::TableRow(row) = row else {
        return Ok(());
    };
    write!(out, "<tr>")?;
    for (column, cell) in row.cells.iter().enumerate() {
        write_cell(out, cell, scope(column))?;
    }
    writeln!(out, "</tr>")
}

fn write_cell(out: &mut dyn Write, cell: &[RichText], scope: Option<&str>) -> io::Result<()> {
    let Some(scope) = scope else {
        write!(out, "<td>")?;
        write_runs(out, cell)?;
        return write!(out, "</td>");
    };
    write!(out, "<th scope=\"{scope}\">")?;
    write_runs(out, cell)?;
    write!(out, "</th>")
}
