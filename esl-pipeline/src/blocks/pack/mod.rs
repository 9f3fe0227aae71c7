//! Blocks to requests: as few as the workspace's limits allow. Pure: no I/O, total, linear.
//!
//! Texts are divided first, by [`split_texts`], since that makes more blocks; then [`plan`] says
//! which blocks travel together. The number of requests is the least possible as far as nesting and
//! the length of `children` arrays demand them, which is all that most lessons run into. Where
//! requests would have too many blocks or bytes, it is near the least: what to leave out is decided
//! for one group of siblings at a time.
//!
//! Recursion follows the nesting of blocks, which lessons bound.
//!
//! Nothing here makes a request: that is for whoever carries the plan out.

mod budget;
mod piece;
mod text;

use std::collections::VecDeque;

use esl_core::block::Block;
use esl_core::ports::NotionLimits;

pub use text::split_texts;

use budget::{Budget, json_bytes};
use piece::{Later, Piece, assemble_all, group, in_groups};

/// How blocks are created, request by request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PackPlan {
    /// In the order to be made: parents before their children, siblings in page order. None if
    /// there are no blocks.
    pub requests: Vec<Request>,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What the blocks are appended to. All that earlier requests brought to it stands before them.
    pub parent: ParentRef,
    /// The blocks, with the descendants that are created along with them.
    pub blocks: Vec<Block>,
    /// Number of blocks, descendants included.
    pub count: usize,
    /// Bytes of the blocks as JSON.
    pub bytes: usize,
}

/// Where blocks are appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParentRef {
    /// The page, or the block, that the plan as a whole is for. The first request to it may create
    /// it.
    Root,
    /// A block that an earlier request creates.
    Block {
        /// Index of that request.
        request: usize,
        /// Which block of it: an index into the request's blocks, then into the children of each
        /// block on the way down. An append returns the ids of its topmost blocks; every further
        /// index, and every one in a request that creates a page, takes a listing of children.
        path: Vec<usize>,
    },
}

impl Request {
    fn new(parent: ParentRef, blocks: Vec<Block>) -> Self {
        Self {
            parent,
            count: blocks.iter().map(Block::count).sum(),
            bytes: json_bytes(&blocks),
            blocks,
        }
    }
}

/// The requests that create `blocks`, whose texts are within the limits already.
///
/// Each request stays within the limits, the bytes well below, unless a single block without its
/// children does not, or a column begins with a column list (which Notion has no way to create).
#[must_use]
pub fn plan(blocks: Vec<Block>, limits: &NotionLimits) -> PackPlan {
    let budget = Budget::of(limits);
    let piece = |block| Piece::of(block, &budget);
    let mut pieces: Vec<_> = blocks.into_iter().map(piece).collect();
    let lengths = group(&mut pieces, &budget);
    let top = in_groups(pieces, &lengths).into_iter();
    let mut waiting: VecDeque<_> = top.map(|pieces| (ParentRef::Root, pieces)).collect();
    let mut requests = Vec::new();
    while let Some((parent, pieces)) = waiting.pop_front() {
        let mut later = Vec::new();
        let blocks = assemble_all(pieces, &mut Vec::new(), &mut later);
        let request = requests.len();
        waiting.extend(later.into_iter().map(|Later { path, pieces }| {
            let parent = ParentRef::Block { request, path };
            (parent, pieces)
        }));
        requests.push(Request::new(parent, blocks));
    }
    PackPlan { requests }
}

#[cfg(test)]
pub(crate) mod tests;
