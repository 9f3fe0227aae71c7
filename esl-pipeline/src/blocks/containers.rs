//! Callouts, alerts, columns, synced blocks and tables.

use esl_core::block::{
    Block, Callout, ColumnBlock, ColumnList, Icon, RichText, SyncedBlock, SyncedFrom, Table,
    TableRow, TextBlock,
};
use esl_core::{BlockId, Color};

use super::convert::Converter;
use super::text;
use crate::lesson::{AlertKind, CalloutHead, Column, Node, Row, Span, Text};

/// What Notion gives a callout for which no icon was chosen.
const DEFAULT_ICON: &str = "💡";

impl Converter<'_> {
    pub(super) fn callout(&self, head: Text<'_>, children: &[Node<'_>]) -> Block {
        let CalloutHead { icon, color, words } = CalloutHead::parse(head);
        let (rich_text, below) = if words.raw.is_empty() {
            self.opening_text(children)
        } else {
            (Some(text::rich_text(words)), children)
        };
        Block::Callout(Callout {
            rich_text: rich_text.unwrap_or_else(no_text),
            icon: emoji(icon.map_or(DEFAULT_ICON, |icon| icon.raw)),
            color: color.unwrap_or_default(),
            children: self.blocks(below),
        })
    }

    pub(super) fn quote(&self, children: &[Node<'_>]) -> Block {
        let (rich_text, below) = self.quoted_text(children);
        Block::Quote(TextBlock {
            rich_text: rich_text.unwrap_or_else(|| vec![RichText::plain("")]),
            color: Color::Default,
            children: self.blocks(below),
        })
    }

    pub(super) fn alert(&self, alert: AlertKind, children: &[Node<'_>]) -> Block {
        let (rich_text, below) = self.quoted_text(children);
        let (icon, color) = look_of(alert);
        Block::Callout(Callout {
            rich_text: rich_text.unwrap_or_else(no_text),
            icon: emoji(icon),
            color,
            children: self.blocks(below),
        })
    }

    /// Notion wants two columns at least: a single one is unwrapped. What stands in no column is
    /// kept, before or behind the list.
    pub(super) fn add_columns(
        &self,
        columns: &[Column<'_>],
        stray: &[Node<'_>],
        out: &mut Vec<Block>,
    ) {
        let first = columns.first().map_or(0, |column| column.span.start);
        let split = stray.partition_point(|node| node.span.start < first);
        let (before, behind) = stray.split_at(split);
        self.add_blocks(before, out);
        match columns {
            [] => {}
            [single] => self.add_blocks(&single.children, out),
            _ => out.push(Block::ColumnList(ColumnList {
                children: columns.iter().map(|column| self.column(column)).collect(),
            })),
        }
        self.add_blocks(behind, out);
    }

    fn column(&self, column: &Column<'_>) -> Block {
        let mut children = self.blocks(&column.children);
        if children.is_empty() {
            children.push(Block::paragraph(vec![RichText::plain("")]));
        }
        Block::Column(ColumnBlock { children })
    }

    pub(super) fn synced_original(&self, children: &[Node<'_>]) -> Block {
        Block::SyncedBlock(SyncedBlock {
            synced_from: None,
            children: self.blocks(children),
        })
    }

    /// A reference holds nothing, so what was written inside it follows it.
    pub(super) fn add_reference(
        &self,
        id: Text<'_>,
        node: Span,
        children: &[Node<'_>],
        out: &mut Vec<Block>,
    ) {
        out.push(match BlockId::parse(id.raw) {
            Ok(block_id) => Block::SyncedBlock(SyncedBlock {
                synced_from: Some(SyncedFrom { block_id }),
                children: Vec::new(),
            }),
            Err(_) => self.as_written(node),
        });
        self.add_blocks(children, out);
    }
}

/// Rows get as many cells as the table is wide: missing ones are empty, surplus ones share the last.
pub(super) fn table(has_header: bool, rows: &[Row<'_>]) -> Block {
    let width = table_width(rows);
    let row = |row| Block::TableRow(table_row(row, width));
    Block::Table(Table {
        table_width: width,
        has_column_header: has_header,
        has_row_header: false,
        children: rows.iter().map(row).collect(),
    })
}

/// The width of the first row, unless the rows are so much shorter on average that filling them up
/// would outgrow the lesson.
fn table_width(rows: &[Row<'_>]) -> usize {
    const ALWAYS_ALLOWED: usize = 16;
    const TIMES_AVERAGE: usize = 4;
    let first = rows.first().map_or(0, |row| row.cells.len());
    let cells: usize = rows.iter().map(|row| row.cells.len()).sum();
    let widest = ALWAYS_ALLOWED.max(TIMES_AVERAGE * cells / rows.len().max(1));
    first.clamp(1, widest)
}

fn table_row(row: &Row<'_>, width: usize) -> TableRow {
    let cell = |at| {
        let texts = if at + 1 < width {
            row.cells.get(at..=at)
        } else {
            row.cells.get(at..)
        };
        text::cell(texts.unwrap_or_default())
    };
    TableRow {
        cells: (0..width).map(cell).collect(),
    }
}

fn emoji(icon: &str) -> Icon {
    Icon::Emoji {
        emoji: icon.to_owned(),
    }
}

/// The text of a box that begins with something else than text.
fn no_text() -> Vec<RichText> {
    vec![RichText::plain(" ")]
}

const fn look_of(alert: AlertKind) -> (&'static str, Color) {
    match alert {
        AlertKind::Note => ("ℹ️", Color::BlueBackground),
        AlertKind::Tip => ("💡", Color::GreenBackground),
        AlertKind::Important => ("❗", Color::PurpleBackground),
        AlertKind::Warning => ("⚠️", Color::YellowBackground),
        AlertKind::Caution => ("🛑", Color::RedBackground),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: usize) -> Row<'static> {
        Row {
            span: Span::default(),
            cells: vec![Text::new("x", 0); cells],
        }
    }

    #[test]
    fn a_table_is_as_wide_as_its_first_row() {
        assert_eq!(table_width(&[row(3), row(5), row(1)]), 3);
        assert_eq!(table_width(&[row(40), row(40)]), 40);
        assert_eq!(table_width(&[]), 1);
    }

    #[test]
    fn filling_up_short_rows_does_not_outgrow_the_lesson() {
        let mut rows = vec![row(10_000)];
        rows.resize_with(10_000, || row(1));
        assert!(table_width(&rows) <= 16);
    }
}
