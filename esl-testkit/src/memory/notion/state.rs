//! The pages and blocks of the workspace.

use std::collections::{HashMap, HashSet};

use esl_core::block::{Block, FileSource, Media};
use esl_core::ports::{NotionError, PageHead};
use esl_core::{BlockId, PageId, Timestamp, UploadId};
use uuid::Uuid;

use super::{NotionCall, not_found};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) pages: Vec<Page>,
    pub(super) blocks: HashMap<BlockId, Stored>,
    pub(super) uploads: HashSet<UploadId>,
    pub(super) calls: Vec<NotionCall>,
    pub(super) failures: Vec<(NotionCall, NotionError)>,
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) id: PageId,
    pub(super) head: PageHead,
    pub(super) created: Timestamp,
}

/// A block, or the root of a page, which has no payload.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) payload: Option<Block>,
    pub(super) parent: Option<BlockId>,
    pub(super) children: Vec<BlockId>,
}

impl State {
    pub(super) fn tree(&self, parent: BlockId) -> Vec<Block> {
        let children = self
            .blocks
            .get(&parent)
            .map_or(&[][..], |stored| &stored.children);
        let rebuild = |id: &BlockId| {
            let mut block = self.blocks[id]
                .payload
                .clone()
                .expect("only roots have none");
            if let Some(children) = block.children_mut() {
                *children = self.tree(*id);
            }
            block
        };
        children.iter().map(rebuild).collect()
    }

    pub(super) fn insert(&mut self, parent: BlockId, mut block: Block) -> BlockId {
        let id = BlockId::from(Uuid::new_v4());
        let children = block.children_mut().map(std::mem::take).unwrap_or_default();
        self.blocks.insert(
            id,
            Stored {
                payload: Some(block),
                parent: Some(parent),
                children: Vec::new(),
            },
        );
        let ids = children
            .into_iter()
            .map(|child| self.insert(id, child))
            .collect();
        self.blocks.get_mut(&id).expect("just inserted").children = ids;
        id
    }

    pub(super) fn remove(&mut self, id: BlockId) {
        if let Some(stored) = self.blocks.remove(&id) {
            if let Some(parent) = stored
                .parent
                .and_then(|parent| self.blocks.get_mut(&parent))
            {
                parent.children.retain(|child| *child != id);
            }
            for child in stored.children {
                self.remove(child);
            }
        }
    }

    pub(super) fn find(&mut self, id: BlockId) -> Result<&mut Stored, NotionError> {
        self.blocks
            .get_mut(&id)
            .ok_or_else(|| not_found("block", &id))
    }

    pub(super) fn check_uploads(&self, blocks: &[Block]) -> Result<(), NotionError> {
        for block in blocks {
            if let Block::Audio(media)
            | Block::Image(media)
            | Block::Video(media)
            | Block::Pdf(media) = block
                && let Media {
                    source: FileSource::FileUpload { file_upload },
                    ..
                } = media
                && !self.uploads.contains(&file_upload.id)
            {
                return Err(not_found("file", &file_upload.id));
            }
            self.check_uploads(block.children())?;
        }
        Ok(())
    }
}
