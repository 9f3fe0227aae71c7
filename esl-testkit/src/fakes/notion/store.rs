//! What is in the workspace. No HTTP and no request forms in here.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use esl_core::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::error::ApiError;
use super::sources::{Database, Source};
use super::uploads::Upload;

/// Pages and blocks by id, and all that is not one of them.
#[derive(Debug, Default)]
pub(super) struct Store {
    nodes: HashMap<Uuid, Node>,
    /// Pages in the order of their creation.
    pub(super) pages: Vec<Uuid>,
    pub(super) sources: HashMap<Uuid, Source>,
    pub(super) databases: HashMap<Uuid, Database>,
    pub(super) uploads: HashMap<Uuid, Upload>,
    /// Blocks that were ever created; deleting gives nothing back.
    pub(super) blocks_created: usize,
    /// Keys the cursors, so that none can be made up.
    secret: RandomState,
}

/// A page or a block, with the blocks inside it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) id: Uuid,
    pub(super) parent: Parent,
    pub(super) content: Content,
    /// In document order, those in the trash included.
    pub(super) children: Vec<Uuid>,
    pub(super) created: Timestamp,
    pub(super) edited: Timestamp,
    pub(super) in_trash: bool,
}

/// Where a page or block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Page(Uuid),
    Block(Uuid),
    Source(Uuid),
    Workspace,
}

/// What a page or block says.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Page(Page),
    Block {
        kind: &'static str,
        /// As it is listed, without children.
        payload: Value,
    },
}

/// What a page shows above its blocks.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// Values by the id of their property; `title` for a page under another page.
    pub(super) properties: HashMap<String, Value>,
    pub(super) icon: Value,
    pub(super) cover: Value,
    pub(super) is_locked: bool,
    /// From when it is found in its source.
    pub(super) listed_from: Timestamp,
    /// From when it is found by search.
    pub(super) searched_from: Timestamp,
}

impl Store {
    pub(super) fn node(&self, id: Uuid) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub(super) fn node_mut(&mut self, id: Uuid) -> Option<&mut Node> {
        self.nodes.get_mut(&id)
    }

    /// A page that is there, in the trash or not.
    pub(super) fn page(&self, id: Uuid) -> Result<(&Node, &Page), ApiError> {
        let node = self.nodes.get(&id);
        node.and_then(|node| Some((node, node.page()?)))
            .ok_or_else(|| ApiError::not_found("page", id))
    }

    /// A page or block that is there, in the trash or not.
    pub(super) fn block(&self, id: Uuid) -> Result<&Node, ApiError> {
        self.nodes
            .get(&id)
            .ok_or_else(|| ApiError::not_found("block", id))
    }

    /// A page or block that can be changed: neither it nor what it stands in is in the trash.
    pub(super) fn editable(&self, id: Uuid) -> Result<&Node, ApiError> {
        let node = self.block(id)?;
        if self.is_in_trash(node) {
            return Err(ApiError::archived());
        }
        Ok(node)
    }

    /// Whether a page or block, or what it stands in, is in the trash.
    pub(super) fn is_in_trash(&self, node: &Node) -> bool {
        let mut node = Some(node);
        while let Some(present) = node {
            if present.in_trash {
                return true;
            }
            node = present.parent.node_id().and_then(|id| self.node(id));
        }
        false
    }

    /// Children that are not in the trash, in document order.
    pub(super) fn live_children(&self, node: &Node) -> Vec<Uuid> {
        let live = |id: &&Uuid| self.node(**id).is_some_and(|child| !child.in_trash);
        node.children.iter().filter(live).copied().collect()
    }

    /// Puts a page or block at `at` among the children of its parent.
    pub(super) fn insert(&mut self, node: Node, at: Option<usize>) {
        let id = node.id;
        if let Some(parent) = node.parent.node_id().and_then(|id| self.node_mut(id)) {
            let at = at.unwrap_or(parent.children.len());
            parent.children.insert(at, id);
        }
        if node.page().is_some() {
            self.pages.push(id);
        }
        self.nodes.insert(id, node);
    }

    /// The mark of `id` in the listing `scope`.
    pub(super) fn cursor(&self, scope: &str, id: Uuid) -> String {
        let half = |salt: u8| self.secret.hash_one((scope, id, salt));
        Uuid::from_u64_pair(half(0), half(1)).to_string()
    }
}

impl Node {
    pub(super) fn page(&self) -> Option<&Page> {
        match &self.content {
            Content::Page(page) => Some(page),
            Content::Block { .. } => None,
        }
    }

    pub(super) fn page_mut(&mut self) -> Option<&mut Page> {
        match &mut self.content {
            Content::Page(page) => Some(page),
            Content::Block { .. } => None,
        }
    }

    /// The type of a block; a page inside another shows as `child_page`.
    pub(super) fn kind(&self) -> &'static str {
        match self.content {
            Content::Page(_) => "child_page",
            Content::Block { kind, .. } => kind,
        }
    }

    /// The payload of a block.
    pub(super) fn payload(&self) -> Option<&Value> {
        match &self.content {
            Content::Block { payload, .. } => Some(payload),
            Content::Page(_) => None,
        }
    }
}

impl Parent {
    /// The page or block above, if it is one.
    pub(super) fn node_id(self) -> Option<Uuid> {
        match self {
            Self::Page(id) | Self::Block(id) => Some(id),
            Self::Source(_) | Self::Workspace => None,
        }
    }
}
