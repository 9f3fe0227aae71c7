//! Trees of blocks to pack, and what a workspace shows of them.

use esl_core::block::{Block, ColumnBlock, ColumnList, RichText, Table, TableRow, TextBlock};
use proptest::prelude::*;

pub(crate) fn paragraph(text: impl Into<String>) -> Block {
    Block::paragraph(vec![RichText::plain(text)])
}

pub(crate) fn item(text: impl Into<String>, children: Vec<Block>) -> Block {
    Block::BulletedListItem(TextBlock {
        children,
        ..TextBlock::new(vec![RichText::plain(text)])
    })
}

pub(crate) fn toggle(text: impl Into<String>, children: Vec<Block>) -> Block {
    Block::toggle(vec![RichText::plain(text)], children)
}

pub(crate) fn table(rows: usize) -> Block {
    let row = |row: usize| {
        let cells = vec![vec![RichText::plain(row.to_string())]];
        Block::TableRow(TableRow { cells })
    };
    Block::Table(Table {
        table_width: 1,
        has_column_header: false,
        has_row_header: false,
        children: (0..rows).map(row).collect(),
    })
}

pub(crate) fn column_list(columns: Vec<Vec<Block>>) -> Block {
    let column = |children| Block::Column(ColumnBlock { children });
    Block::ColumnList(ColumnList {
        children: columns.into_iter().map(column).collect(),
    })
}

/// `blocks` items below each other.
pub(crate) fn chain(blocks: usize) -> Block {
    let start = item("1", vec![]);
    (2..=blocks).fold(start, |below, level| item(level.to_string(), vec![below]))
}

fn leaf() -> impl Strategy<Value = Block> {
    prop_oneof![
        4 => "[a-z]{0,12}".prop_map(paragraph),
        1 => (1_usize..7).prop_map(table),
    ]
}

/// Trees with columns at any level but directly in a column, where Notion takes none.
pub(crate) fn trees() -> impl Strategy<Value = Vec<Block>> {
    let tree = leaf().prop_recursive(6, 80, 7, |inner| {
        let children = prop::collection::vec(inner, 1..6);
        let columns = prop::collection::vec(children.clone().prop_map(without_column_lists), 2..4);
        prop_oneof![
            2 => children.clone().prop_map(|children| item("item", children)),
            2 => children.prop_map(|children| toggle("toggle", children)),
            1 => columns.prop_map(column_list),
        ]
    });
    prop::collection::vec(tree, 0..9)
}

fn without_column_lists(blocks: Vec<Block>) -> Vec<Block> {
    let keep = |block| match block {
        Block::ColumnList(_) => toggle("columns", vec![block]),
        other => other,
    };
    blocks.into_iter().map(keep).collect()
}
