//! What the workspace refuses about a request, as Notion does.

use esl_core::block::{Block, RichText};
use esl_core::ports::{NotionError, NotionLimits};

use super::refused;

/// Refuses what Notion refuses about the blocks of one request.
pub(super) fn check_request(
    limits: &NotionLimits,
    operation: &'static str,
    blocks: &[Block],
) -> Result<(), NotionError> {
    let count: usize = blocks.iter().map(Block::count).sum();
    if count > limits.blocks_per_request {
        return Err(refused(operation, format!("{count} blocks in one request")));
    }
    let bytes = serde_json::to_vec(blocks).map_or(usize::MAX, |json| json.len());
    if bytes > limits.bytes_per_request {
        return Err(refused(operation, format!("{bytes} bytes in one request")));
    }
    check_array(limits, operation, blocks, 0)
}

fn check_array(
    limits: &NotionLimits,
    operation: &'static str,
    blocks: &[Block],
    depth: usize,
) -> Result<(), NotionError> {
    if blocks.len() > limits.children_per_array {
        let message = format!("{} blocks in one children array", blocks.len());
        return Err(refused(operation, message));
    }
    if depth > limits.depth && !blocks.is_empty() {
        return Err(refused(
            operation,
            "blocks are nested too deep in one request",
        ));
    }
    for block in blocks {
        check_block(limits, operation, block)?;
        if depth > 0 && !limits.nested_column_lists && matches!(block, Block::ColumnList(_)) {
            return Err(refused(operation, "a column list comes inside a block"));
        }
        let level = usize::from(!matches!(block, Block::ColumnList(_)));
        check_array(limits, operation, block.children(), depth + level)?;
    }
    Ok(())
}

fn check_block(
    limits: &NotionLimits,
    operation: &'static str,
    block: &Block,
) -> Result<(), NotionError> {
    if texts(block).any(|runs| is_too_long(limits, runs)) {
        return Err(refused(
            operation,
            format!("the text of a {} is too long", block.type_name()),
        ));
    }
    let message = match block {
        Block::ColumnList(list) if list.children.len() < 2 => "a column list needs two columns",
        Block::Column(column) if column.children.is_empty() => "a column needs a block",
        Block::Table(table) if table.children.is_empty() => "a table needs a row",
        Block::Table(table)
            if !table
                .children
                .iter()
                .all(|row| is_row(row, table.table_width)) =>
        {
            "every row of a table has table_width cells"
        }
        Block::Heading(heading) if !heading.is_toggleable && !heading.children.is_empty() => {
            "only a toggleable heading has children"
        }
        _ => return Ok(()),
    };
    Err(refused(operation, message))
}

/// What a block says, in its caption and cells, too.
fn texts(block: &Block) -> impl Iterator<Item = &[RichText]> {
    let (cells, caption) = match block {
        Block::TableRow(row) => (&row.cells[..], &[][..]),
        Block::Image(media) | Block::Video(media) | Block::Audio(media) | Block::Pdf(media) => {
            (&[][..], &media.caption[..])
        }
        _ => (&[][..], &[][..]),
    };
    let cells = cells.iter().map(Vec::as_slice);
    cells.chain([caption, block.rich_text()])
}

fn is_too_long(limits: &NotionLimits, runs: &[RichText]) -> bool {
    let units = |run: &RichText| run.as_str().encode_utf16().count();
    runs.len() > limits.runs_per_text
        || runs
            .iter()
            .any(|run| units(run) > limits.characters_per_run)
}

fn is_row(block: &Block, width: usize) -> bool {
    matches!(block, Block::TableRow(row) if row.cells.len() == width)
}
