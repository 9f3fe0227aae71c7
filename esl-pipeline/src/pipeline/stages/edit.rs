//! Reads a page and carries out an edit script on it.

use std::collections::VecDeque;

use esl_core::block::Block;
use esl_core::ports::{Notion, Position};
use esl_core::{BlockId, CancellationToken, PageId, Stage};

use super::import::{children, failed};
use super::publish::Publication;
use crate::blocks::diff::{CurrentPage, Edit, EditScript};
use crate::pipeline::journal::Journal;
use crate::pipeline::scope::{Scope, unless_stopped};
use crate::pipeline::{PageReport, PipelineError};

/// Levels of a page that are read. No lesson nests so deep, so what is below is of others.
const MAX_LEVELS: usize = 64;

/// What editing works with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Editor<'a> {
    pub(super) notion: &'a dyn Notion,
    pub(super) journal: &'a Journal<'a>,
    pub(super) scope: &'a Scope,
    pub(super) stop: &'a CancellationToken,
}

impl Editor<'_> {
    /// Does what the script says, to the workspace and to `current` alike.
    pub(super) async fn apply(
        &self,
        script: &EditScript,
        current: &mut CurrentPage,
    ) -> Result<PageReport, PipelineError> {
        let mut report = PageReport {
            kept: script.kept,
            conflicts: script.conflicts.clone(),
            ..PageReport::default()
        };
        for (done, edit) in script.edits.iter().enumerate() {
            unless_stopped(self.stop)?;
            match edit {
                Edit::Insert {
                    parent,
                    position,
                    blocks,
                } => {
                    self.insert(*parent, *position, blocks, current).await?;
                    report.inserted += blocks.iter().map(Block::count).sum::<usize>();
                }
                Edit::Update { id, block } => {
                    let updated = self.notion.update_block(*id, block.clone()).await;
                    updated.map_err(failed)?;
                    current.update(*id, block.clone());
                    report.updated += 1;
                }
                Edit::Delete { id } => {
                    self.notion.delete_block(*id).await.map_err(failed)?;
                    report.deleted += current.delete(*id);
                }
            }
            let total = script.edits.len();
            self.scope.tell_progress(Stage::Import, done + 1, total);
        }
        Ok(report)
    }

    async fn insert(
        &self,
        parent: BlockId,
        position: Position,
        blocks: &[Block],
        current: &mut CurrentPage,
    ) -> Result<(), PipelineError> {
        let publication = Publication::of(self.notion, blocks).announced_in(self.journal);
        let ids = publication.append_to(parent, position, self.stop).await?;
        let mut position = position;
        for (id, block) in ids.into_iter().zip(blocks) {
            current.insert(parent, position, id, block.clone());
            position = Position::After(id);
            if !block.children().is_empty() {
                read_below(self.notion, id, current, self.stop).await?;
            }
        }
        Ok(())
    }
}

/// The page as it stands.
pub(in crate::pipeline) async fn read_page(
    notion: &dyn Notion,
    page: PageId,
    stop: &CancellationToken,
) -> Result<CurrentPage, PipelineError> {
    let root = page.into();
    let mut current = CurrentPage::empty(root);
    read_below(notion, root, &mut current, stop).await?;
    Ok(current)
}

/// Takes everything inside `root` over from the workspace.
async fn read_below(
    notion: &dyn Notion,
    root: BlockId,
    current: &mut CurrentPage,
    stop: &CancellationToken,
) -> Result<(), PipelineError> {
    let mut containers = VecDeque::from([(root, 1)]);
    while let Some((parent, level)) = containers.pop_front() {
        unless_stopped(stop)?;
        for child in children(notion, parent).await.map_err(failed)? {
            let is_read = child.has_children && level < MAX_LEVELS;
            if is_read && !refers_elsewhere(&child.block) {
                containers.push_back((child.id, level + 1));
            }
            current.insert(parent, Position::End, child.id, child.block);
        }
    }
    Ok(())
}

/// Whether what stands inside a block stands elsewhere in truth.
fn refers_elsewhere(block: &Block) -> bool {
    matches!(block, Block::SyncedBlock(synced) if synced.synced_from.is_some())
}
