//! A page as `page.json` keeps it: a tree of blocks with ids, and the changes to it. No I/O.

use std::collections::BTreeSet;

use esl_core::block::{Block, FileSource};
use esl_core::ports::{ChildBlock, Children, Cursor, NotionError, Position};
use esl_core::{BlockId, PageId, Timestamp, UploadId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::head::Head;

/// The version of the format that this program writes, and the only one that it reads.
pub(super) const FORMAT_VERSION: u32 = 1;
/// How deep blocks may be nested: as deep as `serde_json` still reads (128 levels of JSON, two per
/// block, a few inside it).
pub(super) const MAX_DEPTH: usize = 56;
/// Blocks in one listing. (The port's contract.)
const PAGE_OF_CHILDREN: usize = 100;

/// The content of `page.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Page {
    pub(super) version: u32,
    pub(super) id: PageId,
    pub(super) created: Timestamp,
    pub(super) edited: Timestamp,
    pub(super) head: Head,
    pub(super) children: Vec<Node>,
}

/// The part of a page that searching needs.
#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    pub(super) created: Timestamp,
    pub(super) head: Head,
}

/// A block with its id. The block's own list of children is empty; they stand here, with theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Node {
    pub(super) id: BlockId,
    #[serde(flatten)]
    pub(super) block: Block,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) children: Vec<Node>,
}

impl Page {
    /// The blocks without ids, children in place.
    pub(super) fn blocks(&self) -> Vec<Block> {
        self.children.iter().map(Node::to_block).collect()
    }

    /// Adds `blocks` below `parent` and returns their ids.
    pub(super) fn insert(
        &mut self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let page = self.id;
        let depth = self.depth_of(parent).ok_or_else(|| no_block(parent))?;
        if depth + levels(&blocks) > MAX_DEPTH {
            return Err(refused(
                "append blocks",
                format!("blocks would be nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        let siblings = self.siblings_mut(parent)?;
        let at = match position {
            Position::Start => 0,
            Position::End => siblings.len(),
            Position::After(sibling) => siblings
                .iter()
                .position(|node| node.id == sibling)
                .map(|index| index + 1)
                .ok_or_else(|| no_block(sibling))?,
        };
        let nodes: Vec<Node> = blocks
            .into_iter()
            .map(|block| Node::new(page, block))
            .collect();
        let ids = nodes.iter().map(|node| node.id).collect();
        siblings.splice(at..at, nodes);
        Ok(ids)
    }

    /// Direct children of `parent` from `cursor` on.
    pub(super) fn list(
        &self,
        parent: BlockId,
        cursor: Option<&Cursor>,
    ) -> Result<Children, NotionError> {
        let siblings = if parent == self.id.into() {
            &self.children
        } else {
            &self.find(parent).ok_or_else(|| no_block(parent))?.children
        };
        // The cursor names the next block, so that changes before it neither repeat nor skip any.
        let start = match cursor {
            None => 0,
            Some(cursor) => siblings
                .iter()
                .position(|node| node.id.to_string() == cursor.as_str())
                .ok_or_else(|| {
                    refused(
                        "go on listing blocks",
                        "the block to go on from is gone; list again from the first".to_owned(),
                    )
                })?,
        };
        let listed = siblings.iter().skip(start).take(PAGE_OF_CHILDREN);
        Ok(Children {
            blocks: listed.map(Node::listed).collect(),
            next: siblings
                .get(start + PAGE_OF_CHILDREN)
                .map(|node| Cursor::new(node.id.to_string())),
        })
    }

    /// Replaces what a block says; its children stay.
    pub(super) fn replace(&mut self, id: BlockId, mut block: Block) -> Result<(), NotionError> {
        let node = find_mut(&mut self.children, id).ok_or_else(|| no_block(id))?;
        if node.block.type_name() != block.type_name() {
            return Err(refused(
                "update a block",
                format!(
                    "a {} cannot become a {}; delete it and append another",
                    node.block.type_name(),
                    block.type_name()
                ),
            ));
        }
        block.children_mut().map(std::mem::take);
        node.block = block;
        Ok(())
    }

    /// Removes a block with its children; whether it was there.
    pub(super) fn remove(&mut self, id: BlockId) -> bool {
        remove(&mut self.children, id)
    }

    /// The uploaded files that its blocks show.
    pub(super) fn uploads(&self) -> BTreeSet<UploadId> {
        let mut uploads = BTreeSet::new();
        let mut rest: Vec<&Node> = self.children.iter().collect();
        while let Some(node) = rest.pop() {
            if let Block::Audio(media)
            | Block::Image(media)
            | Block::Video(media)
            | Block::Pdf(media) = &node.block
                && let FileSource::FileUpload { file_upload } = &media.source
            {
                uploads.insert(file_upload.id.clone());
            }
            rest.extend(&node.children);
        }
        uploads
    }

    pub(super) fn holds(&self, id: BlockId) -> bool {
        self.find(id).is_some()
    }

    fn find(&self, id: BlockId) -> Option<&Node> {
        let mut rest: Vec<&Node> = self.children.iter().collect();
        while let Some(node) = rest.pop() {
            if node.id == id {
                return Some(node);
            }
            rest.extend(&node.children);
        }
        None
    }

    /// Levels of blocks above the children of `parent`.
    fn depth_of(&self, parent: BlockId) -> Option<usize> {
        if parent == self.id.into() {
            return Some(0);
        }
        let mut rest: Vec<(&Node, usize)> = self.children.iter().map(|node| (node, 1)).collect();
        while let Some((node, depth)) = rest.pop() {
            if node.id == parent {
                return Some(depth);
            }
            rest.extend(node.children.iter().map(|child| (child, depth + 1)));
        }
        None
    }

    fn siblings_mut(&mut self, parent: BlockId) -> Result<&mut Vec<Node>, NotionError> {
        if parent == self.id.into() {
            return Ok(&mut self.children);
        }
        let node = find_mut(&mut self.children, parent).ok_or_else(|| no_block(parent))?;
        if node.block.children_mut().is_none() {
            let message = format!("a {} holds no blocks", node.block.type_name());
            return Err(refused("append blocks", message));
        }
        Ok(&mut node.children)
    }
}

impl Node {
    /// Takes a block apart into nodes with new ids.
    fn new(page: PageId, mut block: Block) -> Self {
        let children = block.children_mut().map(std::mem::take).unwrap_or_default();
        Self {
            id: new_block_id(page),
            block,
            children: children
                .into_iter()
                .map(|child| Self::new(page, child))
                .collect(),
        }
    }

    fn to_block(&self) -> Block {
        let mut block = self.block.clone();
        if let Some(children) = block.children_mut() {
            *children = self.children.iter().map(Self::to_block).collect();
        }
        block
    }

    fn listed(&self) -> ChildBlock {
        ChildBlock {
            id: self.id,
            block: self.block.clone(),
            has_children: !self.children.is_empty(),
        }
    }
}

/// A random id that begins as the page's does, so that a block leads to its page without an index.
fn new_block_id(page: PageId) -> BlockId {
    let (beginning, ..) = page.as_uuid().as_fields();
    let random = Uuid::new_v4();
    let (_, middle, version, rest) = random.as_fields();
    BlockId::from_uuid(Uuid::from_fields(beginning, middle, version, rest))
}

fn find_mut(nodes: &mut [Node], id: BlockId) -> Option<&mut Node> {
    for node in nodes {
        if node.id == id {
            return Some(node);
        }
        if let Some(found) = find_mut(&mut node.children, id) {
            return Some(found);
        }
    }
    None
}

fn remove(nodes: &mut Vec<Node>, id: BlockId) -> bool {
    if let Some(index) = nodes.iter().position(|node| node.id == id) {
        nodes.remove(index);
        return true;
    }
    nodes.iter_mut().any(|node| remove(&mut node.children, id))
}

/// Levels of blocks in `blocks`.
fn levels(blocks: &[Block]) -> usize {
    let mut deepest = 0;
    let mut rest: Vec<(&Block, usize)> = blocks.iter().map(|block| (block, 1)).collect();
    while let Some((block, depth)) = rest.pop() {
        deepest = deepest.max(depth);
        rest.extend(block.children().iter().map(|child| (child, depth + 1)));
    }
    deepest
}

fn no_block(id: BlockId) -> NotionError {
    NotionError::NotFound {
        what: "block",
        id: id.to_string(),
    }
}

fn refused(operation: &'static str, message: String) -> NotionError {
    NotionError::Refused { operation, message }
}

#[cfg(test)]
mod tests {
    use esl_core::Color;
    use esl_core::block::{Heading, HeadingLevel, RichText, TableRow};

    use super::*;

    const PAGE: &str = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9";

    fn page(blocks: Vec<Block>) -> Page {
        let created = "2026-01-31T08:15:30.000Z".parse().unwrap();
        let mut page = Page {
            version: FORMAT_VERSION,
            id: PAGE.parse().unwrap(),
            created,
            edited: created,
            head: Head {
                title: "Lost near the station".to_owned(),
                icon: Some("🧭".to_owned()),
                ..Head::default()
            },
            children: Vec::new(),
        };
        page.insert(page.id.into(), Position::End, blocks).unwrap();
        page
    }

    fn toggle(children: Vec<Block>) -> Block {
        Block::toggle(vec![RichText::plain("study-text")], children)
    }

    #[test]
    fn the_format_of_page_files() {
        let mut page = page(vec![toggle(vec![Block::paragraph(vec![])])]);
        let id = |number| BlockId::from_uuid(Uuid::from_u128(number));
        page.children[0].id = id(1);
        page.children[0].children[0].id = id(2);
        insta::assert_json_snapshot!(page);
    }

    #[test]
    fn a_page_reads_back_as_it_was_written() {
        let heading = Block::Heading(Heading {
            level: HeadingLevel::One,
            rich_text: vec![],
            color: Color::Blue,
            is_toggleable: true,
            children: vec![toggle(vec![])],
        });
        let row = Block::TableRow(TableRow {
            cells: vec![vec![RichText::plain("cell")], vec![]],
        });
        let blocks = vec![heading, row, toggle(vec![Block::paragraph(vec![])])];
        let page = page(blocks.clone());
        let json = serde_json::to_string(&page).unwrap();
        assert_eq!(serde_json::from_str::<Page>(&json).unwrap(), page);
        assert_eq!(page.blocks(), blocks);
    }

    #[test]
    fn the_ids_of_blocks_begin_as_their_pages_and_are_random_uuids() {
        let page = page(vec![Block::paragraph(vec![]), Block::paragraph(vec![])]);
        let [one, other] = [0, 1].map(|index: usize| page.children[index].id);
        assert_ne!(one, other);
        assert!(one.to_string().starts_with("0a1b2c3d-"));
        assert_eq!(one.as_uuid().get_version_num(), 4);
    }
}
