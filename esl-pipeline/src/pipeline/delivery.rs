//! How a recording gets to those who listen, and how far it has come. Asks the store of uploads
//! whether it can be used; changes nothing.

use esl_core::manifest::{AudioRecord, Manifest};
use esl_core::ports::{ArtifactError, ArtifactKey, ArtifactPlace, ArtifactStore};
use esl_core::{Digest, ErrorKind, Stage, Timestamp};

use super::{ErrorClass, Problem, UploadTarget};

/// Where a page takes its recording from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// From its address in the store of uploads.
    Store,
    /// From the workspace, which takes the file.
    Workspace,
    /// From nowhere: the recording stays where it was made.
    Nowhere,
}

/// How the uploaded recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UploadFact {
    /// It is not in the store.
    Missing,
    /// It is there, but its address is not, or not for long, the one that the store gives out.
    Outdated,
    /// It is there, and others can fetch it.
    Current,
}

impl Delivery {
    /// As asked; else as the page plays it already; else from the store, if there is one.
    pub(super) fn of(asked: Option<UploadTarget>, manifest: &Manifest, has_store: bool) -> Self {
        let configured = if has_store {
            Self::Store
        } else {
            Self::Workspace
        };
        match asked {
            Some(UploadTarget::S3) => Self::Store,
            Some(UploadTarget::Notion) => Self::Workspace,
            Some(UploadTarget::None) => Self::Nowhere,
            Some(UploadTarget::Auto) => configured,
            None if Self::Workspace.has_reached_page(manifest) => Self::Workspace,
            None => configured,
        }
    }

    /// Addresses what the page plays if it plays the recording this way.
    pub(super) fn played(self, audio: &AudioRecord) -> Option<Digest> {
        match self {
            Self::Store => audio.url.as_ref().map(Digest::of),
            Self::Workspace => audio.sha256.clone(),
            Self::Nowhere => None,
        }
    }

    /// Whether the page plays the recording of the manifest this way.
    pub(super) fn has_reached_page(self, manifest: &Manifest) -> bool {
        let Some(audio) = manifest.audio.as_ref() else {
            return false;
        };
        let attached = manifest.stages.get(&Stage::AddAudio);
        let attached = attached.and_then(|record| record.key.clone());
        audio.block_id.is_some() && attached.is_some() && attached == self.played(audio)
    }
}

/// Whether the page plays the recording of the manifest, in whichever way.
pub(super) fn is_played(manifest: &Manifest) -> bool {
    let ways = [Delivery::Store, Delivery::Workspace];
    ways.into_iter().any(|way| way.has_reached_page(manifest))
}

/// The key of a recording in the store of uploads: its content.
pub(super) fn key(digest: &Digest) -> ArtifactKey {
    ArtifactKey::of_content(digest, "mp3").expect("letters and digits make a key")
}

/// Where the store keeps the recording, as far as that is known before it is made; `None` if the
/// store has no addresses to give.
pub(super) fn place(store: &dyn ArtifactStore, digest: Option<&Digest>) -> Option<ArtifactPlace> {
    let any = || Digest::of("");
    store.place(&key(&digest.cloned().unwrap_or_else(any)))
}

/// How the uploaded recording stands, by the manifest.
pub(super) fn upload_fact(
    manifest: &Manifest,
    store: &dyn ArtifactStore,
    now: Timestamp,
) -> UploadFact {
    let Some(audio) = &manifest.audio else {
        return UploadFact::Missing;
    };
    let uploaded = manifest.stages.get(&Stage::Upload);
    let is_uploaded = uploaded.is_some_and(|record| record.key == audio.sha256);
    let Some(place) = audio
        .sha256
        .as_ref()
        .and_then(|sha256| place(store, Some(sha256)))
    else {
        return UploadFact::Missing;
    };
    if !is_uploaded || audio.bucket != place.bucket || audio.key.as_ref() != Some(&place.key) {
        UploadFact::Missing
    } else if is_outdated(audio, &place, now) {
        UploadFact::Outdated
    } else {
        UploadFact::Current
    }
}

/// Whether the store would give out another address, or the present one ends within the last quarter
/// of its time.
fn is_outdated(audio: &AudioRecord, place: &ArtifactPlace, now: Timestamp) -> bool {
    let is_of_store = |url: &String| url.starts_with(&place.url);
    if !audio.url.as_ref().is_some_and(is_of_store) || audio.url_kind != Some(place.url_kind) {
        return true;
    }
    match (audio.url_expires_at, place.lifetime) {
        (Some(end), Some(lifetime)) => end.since(now) < lifetime / 4,
        (None, None) => false,
        _ => true,
    }
}

/// How the uploaded recording stands, by the store itself.
///
/// # Errors
/// If the store cannot be used.
pub(super) async fn look(
    manifest: &Manifest,
    store: &dyn ArtifactStore,
    now: Timestamp,
) -> Result<UploadFact, ArtifactError> {
    let fact = upload_fact(manifest, store, now);
    let digest = manifest
        .audio
        .as_ref()
        .and_then(|audio| audio.sha256.as_ref());
    if let Some(digest) = digest.filter(|_| fact != UploadFact::Missing)
        && store.head(&key(digest)).await?.is_some()
    {
        return Ok(fact);
    }
    store.check().await?;
    Ok(UploadFact::Missing)
}

/// That there is no store to upload to.
pub(super) fn missing_store() -> Problem {
    Problem {
        stage: Stage::Upload,
        class: ErrorClass::ConfigurationError,
        field: Some("upload"),
        message: "an upload was asked for, but no store of uploads is set up".to_owned(),
        hint: Some("set up a bucket, or let the workspace take the file".to_owned()),
        kind: ErrorKind::Configuration,
    }
}
