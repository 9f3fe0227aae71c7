//! Stores the recording where the page can reach it.
//!
//! Objects are named by their content: what is there is not sent again, by whichever run or lesson.

use std::io;
use std::path::{Path, PathBuf};

use esl_core::manifest::{AudioRecord, Manifest, StageOutcome, StageRecord};
use esl_core::ports::{ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactStore};
use esl_core::{CancellationToken, Digest, Stage};

use crate::pipeline::PipelineError;
use crate::pipeline::delivery;
use crate::pipeline::findings::is_whole;
use crate::pipeline::journal::Journal;

/// What uploading works with.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Upload<'a> {
    pub(in crate::pipeline) store: &'a dyn ArtifactStore,
    pub(in crate::pipeline) journal: &'a Journal<'a>,
    pub(in crate::pipeline) stop: &'a CancellationToken,
}

impl Upload<'_> {
    /// Brings the recording of the manifest into the store, unless it is there, and gives it an
    /// address.
    pub(in crate::pipeline) async fn run(self) -> Result<(), PipelineError> {
        let Some(audio) = self.journal.look(|manifest| manifest.audio.clone()) else {
            return Ok(());
        };
        let failed = |source| PipelineError::Upload { source };
        let sha256 = digest(&audio).await.map_err(failed)?;
        let key = delivery::key(&sha256);
        let brought = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            brought = self.bring(&key, &audio) => Some(brought),
        };
        let Some(brought) = brought else {
            self.take_back(&key).await?;
            return Err(PipelineError::Cancelled);
        };
        brought.map_err(failed)?;
        self.note(sha256, &key).await.map_err(failed)
    }

    async fn bring(self, key: &ArtifactKey, audio: &AudioRecord) -> Result<(), ArtifactError> {
        let was_uploaded = audio.key.is_some() && self.store.head(key).await?.is_some();
        match was_uploaded {
            true => Ok(()),
            false => self.send(key, audio).await,
        }
    }

    /// Removes what may have been stored though nobody waited for it, unless a manifest names it.
    async fn take_back(self, key: &ArtifactKey) -> Result<(), PipelineError> {
        let name = self.store.place(key).map(|place| place.key);
        let names = move |manifest: &Manifest| {
            let audio = manifest.audio.as_ref();
            audio.is_some_and(|audio| audio.key.is_some() && audio.key == name)
        };
        let is_named = self.journal.look(&names) || self.journal.any(Box::new(names)).await?;
        if !is_named && let Err(error) = self.store.delete(key).await {
            tracing::warn!(%key, %error, "what a cancelled run was uploading cannot be removed");
        }
        Ok(())
    }

    async fn note(self, sha256: Digest, key: &ArtifactKey) -> Result<(), ArtifactError> {
        let url = self.store.url(key).await?;
        let place = self.store.place(key);
        let finished_at = self.journal.now();
        self.journal.note(|manifest| {
            let audio = manifest.audio.get_or_insert_default();
            audio.sha256 = Some(sha256.clone());
            audio.url_expires_at = url.as_ref().and_then(|url| url.expires_at);
            audio.url = url.map(|url| url.url);
            audio.url_kind = place.as_ref().map(|place| place.url_kind);
            (audio.bucket, audio.key) =
                place.map_or((None, None), |place| (place.bucket, Some(place.key)));
            let record = StageRecord {
                status: StageOutcome::Done,
                finished_at,
                key: Some(sha256),
            };
            manifest.stages.insert(Stage::Upload, record);
        });
        Ok(())
    }

    async fn send(self, key: &ArtifactKey, audio: &AudioRecord) -> Result<(), ArtifactError> {
        if !is_whole(audio) {
            let gone = io::Error::from(io::ErrorKind::NotFound);
            return Err(unreadable(&path(audio), gone));
        }
        let meta = ArtifactMeta {
            content_type: "audio/mpeg".to_owned(),
            // The title of a lesson may name a student; the content's digest names nobody.
            file_name: None,
        };
        let body = ArtifactBody::File(path(audio));
        self.store.put(key, body, &meta).await.map(drop)
    }
}

/// The digest of the recording; manifests of earlier versions do not know it.
async fn digest(audio: &AudioRecord) -> Result<Digest, ArtifactError> {
    if let Some(sha256) = &audio.sha256 {
        return Ok(sha256.clone());
    }
    let path = path(audio);
    let file = path.clone();
    let work = move || Digest::of_reader(io::BufReader::new(std::fs::File::open(file)?));
    let digest = tokio::task::spawn_blocking(work).await;
    let digest = digest.unwrap_or_else(|died| Err(io::Error::other(died)));
    digest.map_err(|error| unreadable(&path, error))
}

fn path(audio: &AudioRecord) -> PathBuf {
    PathBuf::from(audio.path.as_deref().unwrap_or_default())
}

fn unreadable(path: &Path, source: io::Error) -> ArtifactError {
    ArtifactError::Storage {
        operation: "upload",
        location: path.display().to_string(),
        source: Box::new(source),
        transient: false,
    }
}
