//! What to change on a page so that it says what its lesson says now. Pure.
//!
//! Three versions meet here: the blocks as this program last made them ([`PageBlocks`]), the page as
//! it stands ([`CurrentPage`]), and the blocks that the lesson wants. Where they part, these rules
//! hold:
//!
//! - A block that the lesson has not changed stays as it is, with its id, its comments and whatever
//!   people did to it: edited, moved or deleted.
//! - A block that the lesson has changed is updated in place if Notion can do that, else made anew.
//!   The lesson wins over an edit by hand, whose words are kept in a [`Conflict`].
//! - A block that the lesson has dropped is deleted, unless others wrote inside it: then it is left to
//!   them.
//! - A block of others is never changed. It keeps following the block it follows. If the lesson now
//!   says the same at that place, it becomes the lesson's.
//! - Of a block whose children were made and not recorded one by one, a child that the lesson has not
//!   changed may have been edited by hand: what is almost the same is taken for it, and stays.
//! - Without a record of what was made, as for pages of earlier versions, nothing is deleted: what
//!   says the same or almost the same is taken for the lesson's, everything else for others'.
//!
//! Notion cannot move a block, so a block that the lesson moves is deleted and made anew.

mod align;
mod page;
mod place;
mod said;
mod siblings;
mod walk;

use esl_core::BlockId;
use esl_core::block::Block;
use esl_core::manifest::{BlockDigest, MadeBlock, PageBlocks};
use esl_core::ports::Position;
use serde::Serialize;

pub use page::CurrentPage;
use said::Wanted;
use walk::Walk;

/// One change of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Puts new blocks, with what is inside them, among the children of `parent`.
    Insert {
        /// A block of the page, or the page itself.
        parent: BlockId,
        /// Where.
        position: Position,
        /// The blocks, in order.
        blocks: Vec<Block>,
    },
    /// Replaces what a block says; its children stay.
    Update {
        /// Which.
        id: BlockId,
        /// What it says from now on, without children.
        block: Block,
    },
    /// Deletes a block with everything inside it.
    Delete {
        /// Which.
        id: BlockId,
    },
}

/// Something that people did to the page and the lesson did not foresee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The block.
    pub block: BlockId,
    /// What came of it.
    pub outcome: ConflictOutcome,
    /// What the block said on the page; empty if it was not there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What came of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ConflictOutcome {
    /// The block was changed by hand and in the lesson: it says what the lesson says.
    Overwritten,
    /// The block was changed by hand and dropped from the lesson: it was deleted.
    Deleted,
    /// The block was deleted by hand and is still in the lesson: it stays deleted.
    StaysDeleted,
    /// The block was dropped from the lesson, but others wrote inside it: it stays.
    KeptForOthers,
    /// The block is not in the lesson and nobody knows who made it: it stays.
    KeptUnknown,
}

/// What to change on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct EditScript {
    /// The changes in an order that is safe to interrupt: what is new comes before what goes.
    pub edits: Vec<Edit>,
    /// What people should know.
    pub conflicts: Vec<Conflict>,
    /// Blocks that stay as they are.
    pub kept: usize,
    under_way: PageBlocks,
}

/// What turns `current` into a page that says `wanted`.
///
/// `made` is what the last update left, `None` if that is not known. `player` is the block that
/// plays the recording: it is left alone, and stays directly above what it stands above. Only if
/// the lesson drops the block around it does it go along.
#[must_use]
pub fn diff(
    made: Option<&PageBlocks>,
    current: &CurrentPage,
    wanted: &[Block],
    player: Option<BlockId>,
) -> EditScript {
    let wanted: Vec<_> = wanted.iter().cloned().map(Wanted::of).collect();
    Walk::new(made, current, player).run(&wanted)
}

/// The record of a page of which nothing but the intended content is known yet.
#[must_use]
pub fn intended(wanted: &[Block]) -> PageBlocks {
    PageBlocks {
        pending: digests(wanted),
        ..PageBlocks::default()
    }
}

/// The record of a page that was made of `wanted` just now. Of the blocks inside others the ids are
/// not known yet: asking for them takes a request for each block that holds some, and the next update
/// asks anyway.
#[must_use]
pub fn created(wanted: &[Block], topmost: &[BlockId]) -> PageBlocks {
    let made = topmost.iter().zip(wanted).map(|(id, block)| MadeBlock {
        id: *id,
        digest: Some(Wanted::of(block.clone()).digest),
        children: Vec::new(),
    });
    let inside: Vec<_> = wanted.iter().flat_map(Block::children).cloned().collect();
    PageBlocks {
        made: made.collect(),
        pending: digests(&inside),
        others: Vec::new(),
    }
}

fn digests(blocks: &[Block]) -> Vec<BlockDigest> {
    let mut digests = Vec::new();
    for block in blocks {
        Wanted::of(block.clone()).digests(&mut digests);
    }
    digests
}

impl EditScript {
    /// What is known of the page while the edits are under way, to be recorded before the first: if
    /// they are interrupted anywhere, `diff` goes on from there, whatever the lesson says by then.
    #[must_use]
    pub const fn under_way(&self) -> &PageBlocks {
        &self.under_way
    }

    /// What is known of a page that needs no edits.
    #[must_use]
    pub fn settled(self) -> PageBlocks {
        PageBlocks {
            made: self.under_way.made,
            ..PageBlocks::default()
        }
    }
}

#[cfg(test)]
mod tests;
