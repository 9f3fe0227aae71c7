//! The page as the lesson wants it. Pure, but for the schema that the properties have to fit.

use esl_core::block::Block;
use esl_core::ports::PageHead;
use esl_core::{DataSourceId, Digest};

/// The page as the lesson wants it.
#[derive(Debug, Clone)]
pub(super) struct WantedPage {
    pub(super) source: DataSourceId,
    pub(super) head: PageHead,
    pub(super) blocks: Vec<Block>,
    /// Addresses all of the above but the source: the page is up to date if it was built from this.
    pub(super) digest: Digest,
}

impl WantedPage {
    pub(super) fn new(source: DataSourceId, head: PageHead, blocks: Vec<Block>) -> Self {
        let digest = digest(&head, &blocks);
        Self {
            source,
            head,
            blocks,
            digest,
        }
    }
}

fn digest(head: &PageHead, blocks: &[Block]) -> Digest {
    let blocks = serde_json::to_string(blocks).expect("blocks are JSON by nature");
    Digest::of(format!("{head:?}\n{blocks}"))
}
