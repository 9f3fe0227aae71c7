//! The requests that a run would make of the workspace to write the page. Reads the page, no more.

use esl_core::CancellationToken;
use esl_core::block::Block;
use esl_core::manifest::Manifest;
use esl_core::ports::{Notion, NotionLimits};
use serde::Serialize;

use super::PipelineError;
use super::preflight::Outlook;
use super::stages::edit::read_page;
use crate::blocks::diff::{Edit, diff};
use crate::blocks::pack;

/// A request to the workspace that changes the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PageRequest {
    /// What it does.
    pub kind: PageRequestKind,
    /// Blocks that it carries, those inside them included; 1 for a deletion.
    pub blocks: usize,
}

/// What a request does to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PageRequestKind {
    /// Creates the page with its first blocks.
    Create,
    /// Sets title, properties, icon and cover.
    Head,
    /// Adds blocks.
    Append,
    /// Changes what a block says.
    Update,
    /// Deletes a block with everything inside it.
    Delete,
}

/// The requests in order; none if the page is left as it is.
pub(super) async fn requests(
    notion: &dyn Notion,
    outlook: &Outlook,
    manifest: &Manifest,
) -> Result<Vec<PageRequest>, PipelineError> {
    let (plan, blocks) = (&outlook.plan, &outlook.page.blocks);
    match manifest.page_id {
        _ if !plan.import.runs() => Ok(Vec::new()),
        Some(page) if !plan.makes_page => {
            let current = read_page(notion, page, &CancellationToken::new()).await?;
            let player = manifest.audio.as_ref().and_then(|audio| audio.block_id);
            let script = diff(manifest.page_blocks.as_ref(), &current, blocks, player);
            let edits = script.edits.into_iter();
            let edits = edits.flat_map(|edit| edit_requests(edit, notion.limits()));
            Ok(std::iter::once(request(PageRequestKind::Head, 0))
                .chain(edits)
                .collect())
        }
        _ => Ok(creation(blocks, notion.limits())),
    }
}

fn creation(blocks: &[Block], limits: &NotionLimits) -> Vec<PageRequest> {
    let mut requests = appends(blocks.to_vec(), limits);
    match requests.first_mut() {
        Some(first) => first.kind = PageRequestKind::Create,
        None => requests.push(request(PageRequestKind::Create, 0)),
    }
    requests
}

fn edit_requests(edit: Edit, limits: &NotionLimits) -> Vec<PageRequest> {
    match edit {
        Edit::Insert { blocks, .. } => appends(blocks, limits),
        Edit::Update { .. } => vec![request(PageRequestKind::Update, 1)],
        Edit::Delete { .. } => vec![request(PageRequestKind::Delete, 1)],
    }
}

fn appends(blocks: Vec<Block>, limits: &NotionLimits) -> Vec<PageRequest> {
    let requests = pack::plan(blocks, limits).requests.into_iter();
    requests
        .map(|packed| request(PageRequestKind::Append, packed.count))
        .collect()
}

const fn request(kind: PageRequestKind, blocks: usize) -> PageRequest {
    PageRequest { kind, blocks }
}
