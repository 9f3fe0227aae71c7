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

/// Rows get as many cells as the first: missing ones are empty, surplus ones join the last.
pub(super) fn table(has_header: bool, rows: &[Row<'_>]) -> Block {
    let width = rows.first().map_or(1, |row| row.cells.len().max(1));
    let rows = rows
        .iter()
        .map(|row| Block::TableRow(table_row(row, width)));
    Block::Table(Table {
        table_width: width,
        has_column_header: has_header,
        has_row_header: false,
        children: rows.collect(),
    })
}

fn table_row(row: &Row<'_>, width: usize) -> TableRow {
    let (fitting, surplus) = row.cells.split_at(width.min(row.cells.len()));
    let mut cells: Vec<_> = fitting.iter().map(|cell| text::cell(*cell)).collect();
    cells.resize_with(width, || vec![RichText::plain("")]);
    if let Some(last) = cells.last_mut() {
        for cell in surplus {
            last.push(RichText::plain(" | "));
            last.extend(text::cell(*cell));
        }
    }
    TableRow { cells }
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
