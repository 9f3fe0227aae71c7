//! The blocks directly on a page, as a run has just seen or made them: they need not be listed again.

use std::time::Duration;

use esl_core::BlockId;
use esl_core::block::Block;
use esl_core::ports::ChildBlock;
use tokio::time::Instant;

/// So long nobody else is taken to have changed the page.
const FRESH: Duration = Duration::from_secs(60);

/// The blocks directly on a page, and when they stood there so.
#[derive(Debug)]
pub(in crate::pipeline) struct TopBlocks {
    blocks: Vec<ChildBlock>,
    since: Instant,
}

impl TopBlocks {
    /// The page says this now.
    pub(super) fn seen(blocks: Vec<ChildBlock>) -> Self {
        let since = Instant::now();
        Self { blocks, since }
    }

    /// The page was made of `blocks` just now, and they got these ids.
    pub(super) fn just_made(blocks: &[Block], ids: &[BlockId]) -> Self {
        let child = |(block, id): (&Block, &BlockId)| {
            let mut own = block.clone();
            own.children_mut().map(std::mem::take);
            ChildBlock {
                id: *id,
                block: own,
                has_children: !block.children().is_empty(),
            }
        };
        Self::seen(blocks.iter().zip(ids).map(child).collect())
    }

    /// The blocks, unless that is too long ago.
    pub(super) fn fresh(&self) -> Option<&[ChildBlock]> {
        (self.since.elapsed() < FRESH).then_some(&*self.blocks)
    }
}
