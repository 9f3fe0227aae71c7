//! Creates the page, or brings it up to date.
//!
//! Creating cannot be repeated, so the intent is recorded first; a later run that finds it without
//! a page looks whether the page was made after all. (Not looked at: two lessons of the same title
//! and text in one source, whose intents cannot be told apart.)

use std::time::{Duration, SystemTime};

use esl_core::block::{Block, plain_text};
use esl_core::manifest::{Manifest, PendingImport, StageOutcome, StageRecord};
use esl_core::ports::{
    ChildBlock, CreatedPage, NewPage, Notion, NotionError, NotionLimits, PageQuery, Position,
};
use esl_core::{BlockId, CancellationToken, Classify, PageId, Retry, Stage};
use tokio::time::Instant;

use super::edit::Editor;
use super::in_flight;
use super::publish::Publication;
use crate::blocks::diff::{diff, intended};
use crate::blocks::pack;
use crate::pipeline::journal::Journal;
use crate::pipeline::page::WantedPage;
use crate::pipeline::scope::{Scope, unless_stopped};
use crate::pipeline::{PageReport, PipelineError};

/// How far the workspace's clock may be from ours, its rounding to whole minutes included.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// How often to look for a page that may still come into sight.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

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
    pub(in crate::pipeline) async fn create(self) -> Result<PageReport, PipelineError> {
        if let Some(page) = self.lost_page().await? {
            self.record_page(&page).await?;
            return self.update(page.id).await;
        }
        unless_stopped(self.stop)?;
        self.record_intent().await?;
        let mut publication = self.publication();
        let page = NewPage {
            source: self.wanted.source,
            head: self.wanted.head.clone(),
            children: publication.first(),
        };
        let created = match self.notion.create_page(page).await {
            Ok(created) => created,
            Err(error) => return Err(self.not_created(error).await),
        };
        self.record_page(&created).await?;
        let root = created.id.into();
        publication
            .append_to(root, Position::End, self.stop)
            .await?;
        let shown = self.show_lesson(created.id).await?;
        Ok(PageReport {
            inserted: shown.inserted + shown.kept,
            kept: 0,
            ..shown
        })
    }

    /// Makes the lesson's page show the lesson.
    pub(in crate::pipeline) async fn update(
        self,
        page: PageId,
    ) -> Result<PageReport, PipelineError> {
        self.record(|manifest| manifest.imported_hash = None)
            .await?;
        unless_stopped(self.stop)?;
        let head = self.wanted.head.clone();
        let page = self.notion.update_page(page, head).await.map_err(failed)?;
        self.record_page(&page).await?;
        self.show_lesson(page.id).await
    }

    /// Changes of the blocks what the lesson says differently. What is about to be done is recorded
    /// first: interrupted anywhere, the next run goes on with the blocks that are there.
    async fn show_lesson(self, page: PageId) -> Result<PageReport, PipelineError> {
        let editor = Editor {
            notion: self.notion,
            journal: self.journal,
            scope: self.scope,
            stop: self.stop,
        };
        let manifest = self.journal.manifest().await;
        let player = manifest.audio.and_then(|audio| audio.block_id);
        let wanted = &self.wanted.blocks;
        let mut current = editor.read(page).await?;
        let mut script = diff(manifest.page_blocks.as_ref(), &current, wanted, player);
        let under_way = script.under_way().clone();
        if !script.edits.is_empty() {
            let recorded = under_way.clone();
            self.record(|manifest| manifest.page_blocks = Some(recorded))
                .await?;
        }
        let report = editor.apply(&script, &mut current).await?;
        script = diff(Some(&under_way), &current, wanted, player);
        let settled = script.settled();
        self.record(|manifest| {
            manifest.page_blocks = Some(settled);
            manifest.pending_append = None;
            manifest.imported_hash = Some(self.wanted.digest.clone());
            manifest.pending_append = None;
        })
        .await?;
        Ok(report)
    }

    fn publication(&self) -> Publication<'_> {
        Publication::of(self.notion, &self.wanted.blocks).announced_in(self.journal)
    }

    /// The page of an earlier intent, if it was made.
    async fn lost_page(&self) -> Result<Option<CreatedPage>, PipelineError> {
        let manifest = self.journal.manifest().await;
        let Some(intent) = manifest.pending_import else {
            return Ok(None);
        };
        let limits = self.notion.limits();
        let age = self.journal.now().since(intent.started_at);
        // The clock may have jumped meanwhile, so the age excuses no page from being looked for.
        let patience = limits.request_deadline.saturating_sub(age) + limits.visibility_delay;
        let end = Instant::now() + patience;
        loop {
            let page = self.find(&intent, manifest.page_id).await?;
            let rest = end.saturating_duration_since(Instant::now());
            if page.is_some() || rest.is_zero() {
                return Ok(page);
            }
            in_flight::wait(rest.min(LOOK_AGAIN), self.stop).await?;
        }
    }

    /// The page that came of an intent, if it can be seen; not the one that is known already.
    async fn find(
        &self,
        intent: &PendingImport,
        known: Option<PageId>,
    ) -> Result<Option<CreatedPage>, PipelineError> {
        let since = SystemTime::from(intent.started_at).checked_sub(CLOCK_SKEW);
        let query = PageQuery {
            source: intent.data_source_id,
            title: Some(intent.title.clone()),
            created_since: since.map(Into::into),
        };
        for found in self.notion.find_pages(&query).await.map_err(failed)? {
            if known != Some(found.page.id) && self.looks_like_ours(found.page.id).await? {
                return Ok(Some(found.page));
            }
        }
        Ok(None)
    }

    /// Whether a page of the right title begins as the lesson's would.
    async fn looks_like_ours(&self, page: PageId) -> Result<bool, PipelineError> {
        let listed = self.notion.children(page.into(), None).await;
        let blocks = listed.map_err(failed)?.blocks;
        let is_same = |(found, wanted): (&ChildBlock, &Block)| {
            found.block.type_name() == wanted.type_name()
                && plain_text(found.block.rich_text()) == plain_text(wanted.rich_text())
        };
        Ok(blocks.iter().zip(&self.wanted.blocks).all(is_same))
    }

    async fn record_intent(&self) -> Result<(), PipelineError> {
        let intent = PendingImport {
            attempt_id: self.scope.run_id,
            data_source_id: self.wanted.source,
            title: self.wanted.head.title.clone(),
            started_at: self.journal.now(),
        };
        self.record(|manifest| manifest.pending_import = Some(intent))
            .await
    }

    /// Takes the intent back if the page was certainly not made.
    async fn not_created(&self, error: NotionError) -> PipelineError {
        if error.retry() == Retry::Never {
            // What matters to the user is why the page was not made.
            let _ = self.record(|manifest| manifest.pending_import = None).await;
        }
        failed(error)
    }

    async fn record_page(&self, page: &CreatedPage) -> Result<(), PipelineError> {
        self.record(|manifest| {
            let is_another = manifest.page_id != Some(page.id);
            manifest.page_id = Some(page.id);
            manifest.page_url = Some(page.url.clone());
            manifest.student_page_url.clone_from(&page.student_url);
            manifest.data_source_id = Some(self.wanted.source);
            manifest.pending_import = None;
            manifest.pending_append = None;
            manifest.imported_hash = None;
            self.wanted.note_preset(manifest);
            let record = StageRecord {
                status: StageOutcome::Done,
                finished_at: self.journal.now(),
                key: None,
            };
            manifest.stages.insert(Stage::Import, record);
            if is_another {
                manifest.page_blocks = Some(intended(&self.wanted.blocks));
                manifest.pending_audio = None;
                if let Some(audio) = &mut manifest.audio {
                    audio.block_id = None;
                }
            }
        })
        .await
    }

    async fn record(&self, change: impl FnOnce(&mut Manifest) + Send) -> Result<(), PipelineError> {
        let recorded = self.journal.record(change).await;
        recorded.map_err(PipelineError::Manifest)
    }
}

/// The most requests that bringing all blocks to a page takes.
pub(in crate::pipeline) fn requests(blocks: &[Block], limits: &NotionLimits) -> usize {
    pack::plan(blocks.to_vec(), limits).requests.len()
}

/// All direct children of a page or block.
pub(super) async fn children(
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
