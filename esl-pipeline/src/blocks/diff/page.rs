//! A page as it stands in the workspace.

use std::collections::HashMap;

use esl_core::BlockId;
use esl_core::block::Block;
use esl_core::manifest::BlockDigest;
use esl_core::ports::{ChildBlock, Position};

use super::said;

/// The blocks of a page by id.
#[derive(Debug, Clone)]
pub struct CurrentPage {
    root: BlockId,
    blocks: HashMap<BlockId, CurrentBlock>,
    top: Vec<BlockId>,
}

/// A block of a page.
#[derive(Debug, Clone)]
pub(super) struct CurrentBlock {
    /// What it says, without children.
    pub(super) own: Block,
    pub(super) digest: BlockDigest,
    parent: BlockId,
    children: Vec<BlockId>,
}

impl CurrentPage {
    /// A page without blocks; `root` is the page's own id.
    #[must_use]
    pub fn empty(root: BlockId) -> Self {
        Self {
            root,
            blocks: HashMap::new(),
            top: Vec::new(),
        }
    }

    /// The page's own id.
    #[must_use]
    pub const fn root(&self) -> BlockId {
        self.root
    }

    /// Adds a block, whose own list of children is not looked at. Without effect if its parent, or
    /// the block it is to stand after, is not there.
    pub fn insert(&mut self, parent: BlockId, position: Position, id: BlockId, mut block: Block) {
        let Some(siblings) = self.siblings_mut(parent) else {
            return;
        };
        let at = match position {
            Position::Start => Some(0),
            Position::End => Some(siblings.len()),
            Position::After(sibling) => siblings
                .iter()
                .position(|id| *id == sibling)
                .map(|at| at + 1),
        };
        let Some(at) = at else { return };
        siblings.insert(at, id);
        block.children_mut().map(std::mem::take);
        let current = CurrentBlock {
            digest: said::digest(&block),
            own: block,
            parent,
            children: Vec::new(),
        };
        self.blocks.insert(id, current);
    }

    /// Replaces what a block says.
    pub fn update(&mut self, id: BlockId, mut block: Block) {
        if let Some(current) = self.blocks.get_mut(&id) {
            block.children_mut().map(std::mem::take);
            current.digest = said::digest(&block);
            current.own = block;
        }
    }

    /// The blocks directly on the page.
    #[must_use]
    pub fn top(&self) -> Vec<ChildBlock> {
        let blocks = self.top.iter().filter_map(|id| Some((*id, self.get(*id)?)));
        let child = |(id, block): (BlockId, &CurrentBlock)| ChildBlock {
            id,
            block: block.own.clone(),
            has_children: !block.children.is_empty(),
        };
        blocks.map(child).collect()
    }

    /// Removes a block with everything inside it. Returns how many blocks that were.
    pub fn delete(&mut self, id: BlockId) -> usize {
        let inside = self.inside(id);
        let Some(block) = self.blocks.remove(&id) else {
            return 0;
        };
        if let Some(siblings) = self.siblings_mut(block.parent) {
            siblings.retain(|sibling| *sibling != id);
        }
        for id in &inside {
            self.blocks.remove(id);
        }
        1 + inside.len()
    }

    pub(super) fn get(&self, id: BlockId) -> Option<&CurrentBlock> {
        self.blocks.get(&id)
    }

    /// The blocks directly inside a block, or on the page itself.
    pub(super) fn children(&self, parent: BlockId) -> &[BlockId] {
        if parent == self.root {
            &self.top
        } else {
            self.get(parent).map_or(&[], |block| &block.children)
        }
    }

    /// All blocks inside a block, at whatever depth.
    pub(super) fn inside(&self, id: BlockId) -> Vec<BlockId> {
        let mut found = self.children(id).to_vec();
        let mut next = 0;
        while let Some(id) = found.get(next).copied() {
            found.extend(self.children(id));
            next += 1;
        }
        found
    }

    fn siblings_mut(&mut self, parent: BlockId) -> Option<&mut Vec<BlockId>> {
        if parent == self.root {
            Some(&mut self.top)
        } else {
            self.blocks
                .get_mut(&parent)
                .map(|block| &mut block.children)
        }
    }
}
