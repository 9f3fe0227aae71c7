//! The number of requests against the least possible, found by trying every cut.

use esl_core::block::Block;
use esl_core::ports::NotionLimits;
use proptest::prelude::*;

use super::super::plan;
use super::trees::trees;

/// For each number of levels below a block that its request has room for, the least number of
/// requests that its descendants take beyond that one; `None` if it cannot be done.
type Costs = Vec<Option<usize>>;

fn costs(block: &Block, siblings: usize, depth: usize) -> Costs {
    let below = block.children();
    let children: Vec<_> = below
        .iter()
        .map(|child| costs(child, siblings, depth))
        .collect();
    let (least, step) = match block {
        Block::ColumnList(_) => (2, 0),
        Block::Column(_) | Block::Table(_) => (1, 1),
        _ => (0, 1),
    };
    let at_most = children.len().min(siblings);
    let room = |levels: usize| {
        let ways = (least..=at_most).filter_map(|inline| {
            let (along, later) = children.split_at(inline);
            let nests_columns = |block| matches!(block, &Block::ColumnList(_));
            if below[..inline].iter().any(nests_columns) {
                return None;
            }
            let along = along
                .iter()
                .map(|child| levels.checked_sub(step).and_then(|room| child[room]));
            let later_requests = later.len().div_ceil(siblings);
            let later = later.iter().map(|child| child[depth]);
            let sum = along.chain(later).sum::<Option<usize>>()?;
            Some(sum + later_requests)
        });
        ways.min()
    };
    (0..=depth).map(room).collect()
}

fn least_requests(blocks: &[Block], siblings: usize, depth: usize) -> usize {
    let below = blocks
        .iter()
        .map(|block| costs(block, siblings, depth)[depth]);
    blocks.len().div_ceil(siblings) + below.sum::<Option<usize>>().unwrap()
}

proptest! {
    #[test]
    fn nesting_and_long_arrays_never_take_a_request_too_many(
        blocks in trees(),
        siblings in 3_usize..6,
        depth in 2_usize..5,
    ) {
        let limits = NotionLimits { children_per_array: siblings, depth, nested_column_lists: false, ..NotionLimits::NONE };
        let least = least_requests(&blocks, siblings, depth);
        prop_assert_eq!(plan(blocks, &limits).requests.len(), least);
    }
}
