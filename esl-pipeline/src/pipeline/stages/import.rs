//! Creates the page, or brings it up to date.
//!
//! Creating cannot be repeated, so the intent is recorded first, with what the page is going to say.
//! A later run that finds it without a page looks for one that begins so, was made about then and is
//! no lesson's yet. (Not told apart: two lessons of the same title and text in one source, both
//! killed while their pages were being created and both resumed at the same time.)

use std::time::{Duration, SystemTime};

use esl_core::block::{Block, plain_text};
use esl_core::manifest::{BlockDigest, PageBlocks, PendingImport, StageOutcome, StageRecord};
use esl_core::ports::{ChildBlock, CreatedPage, NewPage, Notion, NotionError, PageQuery, Position};
use esl_core::{BlockId, CancellationToken, PageId, Stage, StageStatus};
use tokio::time::Instant;

use super::edit::{Editor, read_page};
use super::in_flight;
use super::publish::Publication;
use super::top_blocks::TopBlocks;
use crate::blocks::diff::{created, diff, intended};
use crate::pipeline::journal::Journal;
use crate::pipeline::page::WantedPage;
use crate::pipeline::scope::{Scope, unless_stopped};
use crate::pipeline::{PageReport, PipelineError};

/// How far the workspace's clock may be from ours: a clock that was set to another time zone
/// included.
const CLOCK_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// How often to look for a page that may still come into sight.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// So many first blocks tell whether a page is the one that was to be created.
const FIRST_BLOCKS: usize = 8;

/// The pages before the present one that are remembered.
const FORMER_PAGES: usize = 100;

/// The lesson is on its page.
#[derive(Debug)]
pub(in crate::pipeline) struct Imported {
    pub(in crate::pipeline) report: PageReport,
    pub(in crate::pipeline) top: TopBlocks,
}

/// What importing works with.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Import<'a> {
    pub(in crate::pipeline) notion: &'a dyn Notion,
    pub(in crate::pipeline) journal: &'a Journal<'a>,
    pub(in crate::pipeline) scope: &'a Scope,
    pub(in crate::pipeline) stop: &'a CancellationToken,
    pub(in crate::pipeline) wanted: &'a WantedPage,
}

impl Import<'_> {
    /// Makes a page, unless an earlier run did so without living to tell.
    pub(in crate::pipeline) async fn create(self) -> Result<Imported, PipelineError> {
        if let Some((page, blocks)) = self.lost_page().await? {
            self.note_page(&page, blocks);
            return self.update(page.id).await;
        }
        unless_stopped(self.stop)?;
        let wanted = &self.wanted.blocks;
        let mut publication = Publication::of(self.notion, wanted).announced_in(self.journal);
        let page = NewPage {
            source: self.wanted.source,
            head: self.wanted.head.clone(),
            children: publication.first(),
        };
        let is_complete = publication.is_complete();
        self.record_intent(&page.children, is_complete).await?;
        let created = match self.notion.create_page(page).await {
            Ok(created) => created,
            Err(error) => return Err(self.not_created(error)),
        };
        self.note_page(&created, intended(wanted).pending);
        let filled = self.fill(created.id, publication).await;
        let Imported { report, top } = in_flight::unless_unanswered(self.journal, filled)?;
        let report = PageReport {
            inserted: report.inserted + report.kept,
            kept: 0,
            ..report
        };
        Ok(Imported { report, top })
    }

    /// Makes the lesson's page show the lesson.
    pub(in crate::pipeline) async fn update(self, page: PageId) -> Result<Imported, PipelineError> {
        unless_stopped(self.stop)?;
        let head = self.wanted.head.clone();
        let page = self.notion.update_page(page, head).await.map_err(failed)?;
        self.note_page(&page, Vec::new());
        let shown = self.show_lesson(page.id).await;
        in_flight::unless_unanswered(self.journal, shown)
    }

    /// Brings the rest of the blocks to a new page.
    async fn fill(self, page: PageId, rest: Publication<'_>) -> Result<Imported, PipelineError> {
        let root = page.into();
        let appended = rest.append_to(root, Position::End, self.stop).await?;
        let Some(mut topmost) = self.first_blocks(root, appended.len()).await? else {
            return self.show_lesson(page).await;
        };
        topmost.extend(appended);
        let wanted = &self.wanted.blocks;
        self.journal.note(|manifest| {
            manifest.page_blocks = Some(created(wanted, &topmost));
            manifest.imported_hash = Some(self.wanted.digest.clone());
        });
        let report = PageReport {
            inserted: wanted.iter().map(Block::count).sum(),
            ..PageReport::default()
        };
        let top = TopBlocks::just_made(wanted, &topmost);
        Ok(Imported { report, top })
    }

    /// The ids of the blocks that a page was created with, which are all but the last `others`;
    /// `None` if somebody else writes on it already.
    async fn first_blocks(
        self,
        page: BlockId,
        others: usize,
    ) -> Result<Option<Vec<BlockId>>, PipelineError> {
        let wanted = &self.wanted.blocks;
        let first = &wanted[..wanted.len().saturating_sub(others)];
        let mut ids = Vec::with_capacity(first.len());
        let mut cursor = None;
        while ids.len() < first.len() {
            let listed = self.notion.children(page, cursor).await.map_err(failed)?;
            for (found, wanted) in listed.blocks.iter().zip(&first[ids.len()..]) {
                if outline(&found.block) != outline(wanted) {
                    return Ok(None);
                }
                ids.push(found.id);
            }
            cursor = listed.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok((ids.len() == first.len()).then_some(ids))
    }

    /// Changes of the blocks what the lesson says differently. What is about to be done is recorded
    /// first: interrupted anywhere, the next run goes on with the blocks that are there.
    async fn show_lesson(self, page: PageId) -> Result<Imported, PipelineError> {
        let editor = Editor {
            notion: self.notion,
            journal: self.journal,
            scope: self.scope,
            stop: self.stop,
        };
        let wanted = &self.wanted.blocks;
        let mut current = read_page(self.notion, page, self.stop).await?;
        let manifest = self.journal.manifest();
        let player = manifest.audio.and_then(|audio| audio.block_id);
        let mut script = diff(manifest.page_blocks.as_ref(), &current, wanted, player);
        let under_way = script.under_way().clone();
        if !script.edits.is_empty() {
            let recorded = under_way.clone();
            self.journal
                .record(|manifest| manifest.page_blocks = Some(recorded))
                .await?;
        }
        let report = editor.apply(&script, &mut current).await?;
        script = diff(Some(&under_way), &current, wanted, player);
        let settled = script.settled();
        self.journal.note(|manifest| {
            manifest.page_blocks = Some(settled);
            manifest.imported_hash = Some(self.wanted.digest.clone());
        });
        let top = TopBlocks::seen(current.top());
        Ok(Imported { report, top })
    }

    /// The page of an earlier intent, if it was made, and what its blocks were to say.
    async fn lost_page(&self) -> Result<Option<(CreatedPage, Vec<BlockDigest>)>, PipelineError> {
        let manifest = self.journal.manifest();
        let Some(intent) = manifest.pending_import else {
            return Ok(None);
        };
        let limits = self.notion.limits();
        let quiet_at = self.journal.quiet_at(limits.request_deadline);
        let end = quiet_at.max(Instant::now()) + limits.visibility_delay;
        // If the page was made, more blocks may be on their way to it.
        in_flight::settle(self.notion, self.journal, self.stop).await?;
        loop {
            let page = self.find(&intent, manifest.page_id).await?;
            let rest = end.saturating_duration_since(Instant::now());
            if page.is_some() || rest.is_zero() {
                return Ok(page.map(|page| (page, intent.blocks)));
            }
            in_flight::wait(rest.min(LOOK_AGAIN), self.stop).await?;
        }
    }

    /// The page that came of an intent, if it can be seen; not one that is a lesson's already.
    async fn find(
        &self,
        intent: &PendingImport,
        known: Option<PageId>,
    ) -> Result<Option<CreatedPage>, PipelineError> {
        let since = SystemTime::from(intent.started_at).checked_sub(CLOCK_SKEW);
        let query = PageQuery {
            title: Some(intent.title.clone()),
            created_since: since.map(Into::into),
            ..PageQuery::all_of(intent.data_source_id)
        };
        for found in self.notion.find_pages(&query).await.map_err(failed)? {
            let id = found.page.id;
            if known != Some(id)
                && self.begins(id, intent).await?
                && !self.journal.knows(id).await?
            {
                return Ok(Some(found.page));
            }
        }
        Ok(None)
    }

    /// Whether a page begins as the one of the intent was to begin.
    async fn begins(&self, page: PageId, intent: &PendingImport) -> Result<bool, PipelineError> {
        let listed = self.notion.children(page.into(), None).await;
        let blocks = listed.map_err(failed)?.blocks;
        let found: Vec<_> = blocks.iter().map(|found| outline(&found.block)).collect();
        Ok(found.starts_with(&intent.begins_with))
    }

    /// Announces the page that is about to be created with `first`, and that the rest follows.
    async fn record_intent(&self, first: &[Block], is_complete: bool) -> Result<(), PipelineError> {
        let now = self.journal.now();
        let intent = PendingImport {
            attempt_id: self.scope.run_id,
            data_source_id: self.wanted.source,
            title: self.wanted.head.title.clone(),
            started_at: now,
            begins_with: first.iter().take(FIRST_BLOCKS).map(outline).collect(),
            blocks: intended(&self.wanted.blocks).pending,
        };
        let rest_follows = !is_complete && in_flight::may_be_late(self.notion);
        self.journal
            .record(|manifest| {
                manifest.pending_import = Some(intent);
                manifest.pending_append = rest_follows.then_some(now);
            })
            .await
    }

    /// Takes the intent back if the page was certainly not made.
    fn not_created(&self, error: NotionError) -> PipelineError {
        if !error.leaves_doubt() {
            self.journal.note(|manifest| {
                manifest.pending_import = None;
                manifest.pending_append = None;
            });
        }
        failed(error)
    }

    /// Notes the lesson's page; if it is another one, what its blocks were to say.
    fn note_page(&self, page: &CreatedPage, blocks: Vec<BlockDigest>) {
        let url = page.url.clone();
        self.scope.emit(Stage::Import, StageStatus::Page { url });
        self.journal.note(|manifest| {
            let former = manifest.page_id.replace(page.id);
            manifest.page_url = Some(page.url.clone());
            manifest.student_page_url.clone_from(&page.student_url);
            manifest.data_source_id = Some(self.wanted.source);
            manifest.pending_import = None;
            manifest.imported_hash = None;
            self.wanted.note(manifest);
            let record = StageRecord {
                status: StageOutcome::Done,
                finished_at: self.journal.now(),
                key: None,
            };
            manifest.stages.insert(Stage::Import, record);
            if former == Some(page.id) {
                return;
            }
            manifest.page_blocks = Some(PageBlocks {
                pending: blocks,
                ..PageBlocks::default()
            });
            manifest.pending_audio = None;
            if let Some(audio) = &mut manifest.audio {
                audio.block_id = None;
            }
            manifest.former_pages.extend(former);
            let surplus = manifest.former_pages.len().saturating_sub(FORMER_PAGES);
            manifest.former_pages.drain(..surplus);
        });
    }
}

/// Kind and words of a block: what of it certainly comes back from a workspace as it was sent.
fn outline(block: &Block) -> BlockDigest {
    let words = plain_text(block.rich_text());
    BlockDigest::of(format!("{} {words}", block.type_name()))
}

/// All direct children of a page or block.
pub(in crate::pipeline) async fn children(
    notion: &dyn Notion,
    parent: BlockId,
) -> Result<Vec<ChildBlock>, NotionError> {
    let mut blocks = Vec::new();
    let mut cursor = None;
    loop {
        let listed = notion.children(parent, cursor).await?;
        blocks.extend(listed.blocks);
        cursor = listed.next;
        if cursor.is_none() {
            return Ok(blocks);
        }
    }
}

pub(super) fn failed(source: NotionError) -> PipelineError {
    let stage = Stage::Import;
    PipelineError::Notion { stage, source }
}
