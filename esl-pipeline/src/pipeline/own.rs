//! What is a lesson's own: recordings and pieces of speech that no other manifest names.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::Digest;
use esl_core::manifest::{AudioRecord, Manifest, StrayRecording};
use esl_core::ports::{ArtifactError, ArtifactKey, ArtifactStore, ManifestError, ManifestStore};

use super::delivery;

/// What may be removed.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    /// Recordings of which no other manifest names the file.
    pub(super) files: Vec<StrayRecording>,
    /// Recordings of which no other manifest names the uploaded object.
    pub(super) objects: Vec<StrayRecording>,
    pub(super) segments: BTreeSet<Digest>,
}

impl Own {
    /// All that the manifest names.
    pub(super) fn all_of(manifest: &Manifest) -> Self {
        let audio = manifest.audio.as_ref();
        let present = audio.and_then(stray);
        let recordings = present.into_iter().chain(manifest.strays.clone());
        Self {
            segments: manifest.segments.clone(),
            ..Self::recordings(recordings.collect())
        }
    }

    /// These recordings, their files and objects.
    pub(super) fn recordings(recordings: Vec<StrayRecording>) -> Self {
        Self {
            objects: recordings.clone(),
            files: recordings,
            segments: BTreeSet::new(),
        }
    }

    /// The part that no manifest of the store names, but for the one that is `itself`.
    pub(super) async fn unless_named(
        self,
        store: &dyn ManifestStore,
        itself: Option<Manifest>,
    ) -> Result<Self, ManifestError> {
        let own = Arc::new(Mutex::new(self));
        let rest = Arc::clone(&own);
        let leave_to_others = move |other: &Manifest| {
            if Some(other) != itself.as_ref() {
                let mut own = rest.lock().unwrap_or_else(PoisonError::into_inner);
                own.leave_to(other);
            }
            false
        };
        store.any(Box::new(leave_to_others)).await?;
        let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut own))
    }

    fn leave_to(&mut self, other: &Manifest) {
        let audio = other.audio.as_ref();
        let path = audio.and_then(|audio| audio.path.as_ref());
        let object = audio.and_then(|audio| Some((audio.bucket.as_ref(), audio.key.as_ref()?)));
        self.files.retain(|own| Some(&own.path) != path);
        self.objects
            .retain(|own| own.key.as_ref().map(|key| (own.bucket.as_ref(), key)) != object);
        self.segments
            .retain(|segment| !other.segments.contains(segment));
    }
}

/// The recording as something that may be removed; `None` if it was never finished.
pub(super) fn stray(audio: &AudioRecord) -> Option<StrayRecording> {
    Some(StrayRecording {
        path: audio.path.clone()?,
        sha256: Some(audio.sha256.clone()?),
        bucket: audio.bucket.clone(),
        key: audio.key.clone(),
    })
}

/// Where `uploads` keeps the recording; `None` if it does not.
fn uploaded(uploads: &dyn ArtifactStore, recording: &StrayRecording) -> Option<ArtifactKey> {
    let key = delivery::key(recording.sha256.as_ref()?);
    let place = uploads.place(&key)?;
    let is_there = recording.bucket == place.bucket && recording.key.as_ref() == Some(&place.key);
    is_there.then_some(key)
}

/// The objects of `recordings` that `uploads` keeps, for people.
pub(super) fn names(
    uploads: Option<&dyn ArtifactStore>,
    recordings: &[StrayRecording],
) -> Vec<String> {
    let is_kept = |recording: &&StrayRecording| {
        uploads.is_some_and(|uploads| uploaded(uploads, recording).is_some())
    };
    let kept = recordings.iter().filter(is_kept);
    let name = |recording: &StrayRecording| {
        let key = recording.key.as_deref()?;
        Some(match &recording.bucket {
            Some(bucket) => format!("{bucket}/{key}"),
            None => key.to_owned(),
        })
    };
    kept.filter_map(name).collect()
}

/// Removes the object of a recording, if there are `uploads` that keep it.
pub(super) async fn remove_object(
    uploads: Option<&dyn ArtifactStore>,
    recording: &StrayRecording,
) -> Result<(), ArtifactError> {
    let kept = uploads.and_then(|uploads| Some((uploads, uploaded(uploads, recording)?)));
    match kept {
        Some((uploads, key)) => uploads.delete(&key).await,
        None => Ok(()),
    }
}
