//! Places the recording directly above the study text.
//!
//! Only the block that plays our recording is ever changed: players that the lesson itself brings
//! stay as they are.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use esl_core::block::{Block, FileSource, Media, plain_text};
use esl_core::manifest::{AudioRecord, Manifest, PendingAudio, StageOutcome, StageRecord};
use esl_core::ports::{ChildBlock, FileUpload, Notion, NotionError, Position};
use esl_core::{BlockId, CancellationToken, PageId, Stage, Transcript, UploadId};

use super::import::children;
use super::in_flight;
use crate::pipeline::PipelineError;
use crate::pipeline::journal::Journal;
use crate::pipeline::scope::unless_stopped;
use crate::speech::vtt::from_vtt;

/// Blocks whose children are looked through for the study text, at most.
const MAX_CONTAINERS: usize = 200;

/// What attaching works with.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct AddAudio<'a> {
    pub(in crate::pipeline) notion: &'a dyn Notion,
    pub(in crate::pipeline) journal: &'a Journal<'a>,
    pub(in crate::pipeline) stop: &'a CancellationToken,
}

impl AddAudio<'_> {
    /// Finds out what became of a player that an earlier run was putting on the page.
    pub(in crate::pipeline) async fn settle(self) -> Result<(), PipelineError> {
        let manifest = self.journal.manifest().await;
        let (Some(page), Some(intent)) = (manifest.page_id, manifest.pending_audio) else {
            return Ok(());
        };
        in_flight::settle(self.notion, self.journal, intent.started_at, self.stop).await?;
        let place = self.study_text(page.into()).await?;
        let found = place
            .and_then(|place| place.before)
            .filter(|found| matches!(found.block, Block::Audio(_)))
            .filter(|found| Some(found.id) != intent.before);
        self.record(|manifest| {
            manifest.pending_audio = None;
            if let Some(found) = found {
                manifest.audio.get_or_insert_default().block_id = Some(found.id);
            }
        })
        .await
    }

    /// Makes the page play the recording of the manifest.
    pub(in crate::pipeline) async fn run(self) -> Result<(), PipelineError> {
        self.settle().await?;
        let manifest = self.journal.manifest().await;
        let (Some(page), Some(audio)) = (manifest.page_id, manifest.audio) else {
            return Ok(());
        };
        let upload = self.uploaded(&audio).await?;
        unless_stopped(self.stop)?;
        let player = Block::Audio(Media::upload(upload.clone()));
        let block = match self.update(&audio, &player).await? {
            Some(block) => block,
            None => self.insert(page, &audio, player).await?,
        };
        self.record(|manifest| {
            manifest.pending_audio = None;
            let audio = manifest.audio.get_or_insert_default();
            audio.block_id = Some(block);
            let record = StageRecord {
                status: StageOutcome::Done,
                finished_at: self.journal.now(),
                key: audio.sha256.clone(),
            };
            manifest.stages.insert(Stage::AddAudio, record);
        })
        .await
    }

    /// The recording in the workspace, handed over if that has not happened yet.
    async fn uploaded(&self, audio: &AudioRecord) -> Result<UploadId, PipelineError> {
        if let Some(upload) = &audio.upload_id {
            return Ok(upload.clone());
        }
        let path = PathBuf::from(audio.path.as_deref().unwrap_or_default());
        let name = path.file_name().unwrap_or_default();
        let transcript = transcript_beside(&path).await;
        let file = FileUpload {
            name: name.to_string_lossy().into_owned(),
            path,
            content_type: "audio/mpeg".to_owned(),
            transcript,
        };
        let upload = self.notion.upload_file(file).await.map_err(failed)?;
        let recorded = upload.clone();
        self.record(|manifest| {
            manifest.audio.get_or_insert_default().upload_id = Some(recorded);
        })
        .await?;
        Ok(upload)
    }

    /// Lets our player play the recording; `None` if there is none on the page.
    async fn update(
        &self,
        audio: &AudioRecord,
        player: &Block,
    ) -> Result<Option<BlockId>, PipelineError> {
        let Some(block) = audio.block_id else {
            return Ok(None);
        };
        match self.notion.update_block(block, player.clone()).await {
            Ok(()) => Ok(Some(block)),
            Err(NotionError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Puts a player directly above the study text, unless one of ours stands there.
    async fn insert(
        &self,
        page: PageId,
        audio: &AudioRecord,
        player: Block,
    ) -> Result<BlockId, PipelineError> {
        let place = self.study_text(page.into()).await?;
        let Some(place) = place else {
            return Err(PipelineError::NoStudyText);
        };
        let position = match &place.before {
            Some(before) if is_ours(&before.block, audio) => {
                let update = self.notion.update_block(before.id, player).await;
                return update.map(|()| before.id).map_err(failed);
            }
            Some(before) => Position::After(before.id),
            None => Position::Start,
        };
        let intent = PendingAudio {
            before: place.before.map(|before| before.id),
            started_at: self.journal.now(),
        };
        self.record(|manifest| manifest.pending_audio = Some(intent))
            .await?;
        let appended = self
            .notion
            .append_children(place.parent, position, vec![player]);
        let ids = appended.await.map_err(failed)?;
        ids.first().copied().ok_or(PipelineError::NoStudyText)
    }

    /// Looks for the study text level by level, page first.
    async fn study_text(&self, page: BlockId) -> Result<Option<Place>, PipelineError> {
        let mut containers = VecDeque::from([page]);
        for _ in 0..MAX_CONTAINERS {
            let Some(parent) = containers.pop_front() else {
                break;
            };
            unless_stopped(self.stop)?;
            let mut siblings = children(self.notion, parent).await.map_err(failed)?;
            if let Some(at) = siblings
                .iter()
                .position(|child| is_study_text(&child.block))
            {
                let before = at.checked_sub(1).map(|before| siblings.swap_remove(before));
                return Ok(Some(Place { parent, before }));
            }
            let nested = siblings.iter().filter(|child| child.has_children);
            containers.extend(nested.map(|child| child.id));
        }
        Ok(None)
    }

    async fn record(&self, change: impl FnOnce(&mut Manifest) + Send) -> Result<(), PipelineError> {
        let recorded = self.journal.record(change).await;
        recorded.map_err(PipelineError::Manifest)
    }
}

/// What the recording says, from the file beside it; `None` without such a file.
async fn transcript_beside(recording: &Path) -> Option<Transcript> {
    let vtt = tokio::fs::read_to_string(recording.with_extension("vtt")).await;
    from_vtt(&vtt.ok()?)
}

/// Where the player goes.
#[derive(Debug)]
struct Place {
    parent: BlockId,
    /// The sibling directly above the study text.
    before: Option<ChildBlock>,
}

/// Whether a toggle is titled as the study text, in any case and with either separator.
fn is_study_text(block: &Block) -> bool {
    let folds = match block {
        Block::Toggle(_) => true,
        Block::Heading(heading) => heading.is_toggleable,
        _ => false,
    };
    let title = || plain_text(block.rich_text()).trim().to_lowercase();
    folds && matches!(&*title(), "study-text" | "study text")
}

/// Whether a block plays an earlier recording of ours from its public address.
fn is_ours(block: &Block, audio: &AudioRecord) -> bool {
    let Block::Audio(media) = block else {
        return false;
    };
    match &media.source {
        FileSource::External { external } => Some(&external.url) == audio.url.as_ref(),
        FileSource::FileUpload { .. } => false,
    }
}

fn failed(source: NotionError) -> PipelineError {
    let stage = Stage::AddAudio;
    PipelineError::Notion { stage, source }
}
