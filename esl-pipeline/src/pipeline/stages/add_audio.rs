//! Places the recording directly above the study text.
//!
//! Only the block that plays our recording is ever changed: players that the lesson itself brings
//! stay as they are. Nothing is announced before a file is handed over: if its answer is lost, the
//! next run hands it over again, which costs nothing, and what no block shows the workspace drops by
//! itself (or, where files are named by content, it is the same file).

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use esl_core::block::{Block, FileSource, Media, plain_text};
use esl_core::manifest::{AudioRecord, MadeBlock, PendingAudio, StageOutcome, StageRecord};
use esl_core::ports::{ChildBlock, FileUpload, Notion, NotionError, Position};
use esl_core::{BlockId, CancellationToken, Digest, PageId, Stage, Transcript, UploadId};

use super::import::children;
use super::in_flight;
use super::top_blocks::TopBlocks;
use crate::pipeline::PipelineError;
use crate::pipeline::delivery::Delivery;
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
    /// Where the page is to take the recording from.
    pub(in crate::pipeline) delivery: Delivery,
    /// What the player plays, if it need not be told again.
    pub(in crate::pipeline) playing: Option<&'a Digest>,
    /// The blocks directly on the page.
    pub(in crate::pipeline) top: Option<&'a TopBlocks>,
}

impl AddAudio<'_> {
    /// Finds out what became of a player that an earlier attempt was putting on the page. Whether
    /// there was none.
    pub(in crate::pipeline) async fn settle(self) -> Result<bool, PipelineError> {
        let is_pending = || {
            self.journal
                .look(|manifest| manifest.pending_audio.is_some())
        };
        let was_pending = is_pending();
        // One that stands there needs no waiting for.
        self.adopt().await?;
        in_flight::settle(self.notion, self.journal, self.stop).await?;
        if is_pending() {
            self.adopt().await?;
            self.journal.note(|manifest| manifest.pending_audio = None);
        }
        Ok(!was_pending)
    }

    /// Takes the player that was announced, if it stands on the page, for the lesson's.
    async fn adopt(self) -> Result<(), PipelineError> {
        let manifest = self.journal.manifest();
        let (Some(page), Some(intent)) = (manifest.page_id, manifest.pending_audio) else {
            return Ok(());
        };
        let place = self.study_text(page.into(), None).await?;
        let found = place
            .and_then(|place| place.before)
            .filter(|found| matches!(found.block, Block::Audio(_)))
            .filter(|found| Some(found.id) != intent.before);
        if let Some(found) = found {
            self.remove(intent.replaces).await?;
            self.journal.note(|manifest| {
                manifest.pending_audio = None;
                manifest.audio.get_or_insert_default().block_id = Some(found.id);
            });
        }
        Ok(())
    }

    /// Makes the page play the recording of the manifest.
    pub(in crate::pipeline) async fn run(self) -> Result<(), PipelineError> {
        let is_undisturbed = self.settle().await?;
        let manifest = self.journal.manifest();
        let (Some(page), Some(mut audio)) = (manifest.page_id, manifest.audio) else {
            return Ok(());
        };
        let mut known = self.top.filter(|_| is_undisturbed);
        let block = loop {
            match self.attach(page, &audio, known).await {
                // Others may have changed the page meanwhile.
                Err(error) if is_refusal(&error) && known.take().is_some() => {}
                // A file that an earlier run handed over and no block showed may have been dropped.
                Err(error)
                    if is_refusal(&error)
                        && self.delivery == Delivery::Workspace
                        && audio.upload_id.take().is_some() => {}
                attached => break attached?,
            }
        };
        self.journal.note(|manifest| {
            manifest.pending_audio = None;
            let audio = manifest.audio.get_or_insert_default();
            audio.block_id = Some(block);
            let record = StageRecord {
                status: StageOutcome::Done,
                finished_at: self.journal.now(),
                key: self.delivery.played(audio),
            };
            manifest.stages.insert(Stage::AddAudio, record);
        });
        Ok(())
    }

    /// Lets a player directly above the study text play the recording.
    async fn attach(
        self,
        page: PageId,
        audio: &AudioRecord,
        known: Option<&TopBlocks>,
    ) -> Result<BlockId, PipelineError> {
        if let Some(block) = self.plays_already(page, audio, known).await? {
            return Ok(block);
        }
        let media = match &audio.url {
            Some(url) if self.delivery == Delivery::Store => Media::external(url),
            _ => Media::upload(self.uploaded(audio).await?),
        };
        unless_stopped(self.stop)?;
        let player = Block::Audio(media);
        let place = self.study_text(page.into(), known).await?;
        let stays = place.as_ref().is_none_or(|place| place.has_player);
        if let Some(block) = audio.block_id.filter(|_| stays)
            && self.update(block, &player).await?
        {
            return Ok(block);
        }
        let place = place.ok_or(PipelineError::NoStudyText)?;
        self.insert(place, audio, player).await
    }

    /// Our player, if it stands where it belongs and has nothing new to play.
    async fn plays_already(
        &self,
        page: PageId,
        audio: &AudioRecord,
        known: Option<&TopBlocks>,
    ) -> Result<Option<BlockId>, PipelineError> {
        if self.playing.is_none() || self.playing != self.delivery.played(audio).as_ref() {
            return Ok(None);
        }
        let place = self.study_text(page.into(), known).await?;
        Ok(audio
            .block_id
            .filter(|_| place.is_some_and(|place| place.has_player)))
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
        let noted = upload.clone();
        self.journal.note(|manifest| {
            manifest.audio.get_or_insert_default().upload_id = Some(noted);
        });
        Ok(upload)
    }

    /// Lets our player play the recording; tells whether it is still on the page.
    async fn update(&self, block: BlockId, player: &Block) -> Result<bool, PipelineError> {
        match self.notion.update_block(block, player.clone()).await {
            Ok(()) => Ok(true),
            Err(NotionError::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Puts a player directly above the study text, unless one of ours stands there; one that stands
    /// elsewhere goes.
    async fn insert(
        &self,
        place: Place,
        audio: &AudioRecord,
        player: Block,
    ) -> Result<BlockId, PipelineError> {
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
            replaces: audio.block_id,
            started_at: self.journal.now(),
        };
        self.journal
            .record(|manifest| manifest.pending_audio = Some(intent))
            .await?;
        let appended = self
            .notion
            .append_children(place.parent, position, vec![player]);
        let ids = appended.await.map_err(failed)?;
        self.remove(audio.block_id).await?;
        ids.first().copied().ok_or(PipelineError::NoStudyText)
    }

    async fn remove(&self, player: Option<BlockId>) -> Result<(), PipelineError> {
        match player {
            Some(player) => self.notion.delete_block(player).await.map_err(failed),
            None => Ok(()),
        }
    }

    /// Looks for the study text level by level, page first. What is `known` of the page is not asked.
    async fn study_text(
        &self,
        page: BlockId,
        known: Option<&TopBlocks>,
    ) -> Result<Option<Place>, PipelineError> {
        let mut containers = VecDeque::from([page]);
        for _ in 0..MAX_CONTAINERS {
            let Some(parent) = containers.pop_front() else {
                break;
            };
            unless_stopped(self.stop)?;
            let known = known.and_then(TopBlocks::fresh).filter(|_| parent == page);
            let mut siblings = match known {
                Some(known) => known.to_vec(),
                None => children(self.notion, parent).await.map_err(failed)?,
            };
            if let Some(at) = siblings
                .iter()
                .position(|child| is_study_text(&child.block))
            {
                let has_player = self.stands_above(&siblings[..at]);
                let before = at.checked_sub(1).map(|before| siblings.swap_remove(before));
                return Ok(Some(Place {
                    parent,
                    before,
                    has_player,
                }));
            }
            let nested = siblings.iter().filter(|child| child.has_children);
            containers.extend(nested.map(|child| child.id));
        }
        Ok(None)
    }

    /// Whether our player ends the blocks `above` the study text, but for what others put in between.
    fn stands_above(&self, above: &[ChildBlock]) -> bool {
        let (player, made) = self.journal.look(|manifest| {
            let mut made = HashSet::new();
            if let Some(blocks) = &manifest.page_blocks {
                collect(&blocks.made, &mut made);
            }
            let player = manifest.audio.as_ref().and_then(|audio| audio.block_id);
            (player, made)
        });
        let ours = |id| Some(id) == player || made.contains(&id);
        let last = above
            .iter()
            .rev()
            .map(|child| child.id)
            .find(|id| ours(*id));
        last.is_some() && last == player
    }
}

/// The blocks that we made, those inside others included.
fn collect(blocks: &[MadeBlock], into: &mut HashSet<BlockId>) {
    for block in blocks {
        into.insert(block.id);
        collect(&block.children, into);
    }
}

/// Whether the workspace does not take the request, and will not.
fn is_refusal(error: &PipelineError) -> bool {
    let PipelineError::Notion { source, .. } = error else {
        return false;
    };
    matches!(
        source,
        NotionError::NotFound { .. } | NotionError::Refused { .. }
    )
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
    /// Whether our player stands where it belongs.
    has_player: bool,
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
