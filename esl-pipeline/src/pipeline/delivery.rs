//! How a recording gets to those who listen, and how far it has come. Asks the store of uploads
//! whether it can be used; changes nothing.

use esl_core::manifest::{AudioRecord, Manifest};
use esl_core::ports::{ArtifactError, ArtifactKey, ArtifactPlace, ArtifactStore};
use esl_core::{Digest, ErrorKind, Stage, StudentProfile, Timestamp};

use super::{ErrorClass, Problem, RunDefaults, UnknownUploadTarget, UploadTarget};

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
    /// As asked; else as the page plays it already; else as usual, if that can be.
    pub(super) fn of(
        asked: Option<UploadTarget>,
        usual: Option<UploadTarget>,
        manifest: &Manifest,
        has_store: bool,
    ) -> Self {
        let usual = usual.filter(|usual| has_store || *usual != UploadTarget::S3);
        match asked.or_else(|| played(manifest, has_store)).or(usual) {
            Some(UploadTarget::S3) => Self::Store,
            Some(UploadTarget::Notion) => Self::Workspace,
            Some(UploadTarget::None) => Self::Nowhere,
            Some(UploadTarget::Auto) | None if has_store => Self::Store,
            Some(UploadTarget::Auto) | None => Self::Workspace,
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

/// Where the page plays the recording of the manifest from, if it can go on doing so.
fn played(manifest: &Manifest, has_store: bool) -> Option<UploadTarget> {
    if Delivery::Workspace.has_reached_page(manifest) {
        Some(UploadTarget::Notion)
    } else if has_store && Delivery::Store.has_reached_page(manifest) {
        Some(UploadTarget::S3)
    } else {
        None
    }
}

/// Where the recordings of a student go where neither the run nor the last one says anything.
///
/// # Errors
/// That the profile names no such place.
pub(super) fn usual(
    profile: &StudentProfile,
    defaults: &RunDefaults,
) -> Result<Option<UploadTarget>, Problem> {
    let of_profile = profile.upload.as_deref().map(str::parse).transpose();
    let of_profile = of_profile.map_err(|error: UnknownUploadTarget| Problem {
        stage: Stage::Upload,
        class: ErrorClass::ConfigurationError,
        field: Some("upload"),
        message: error.to_string(),
        hint: Some("correct the student's profile".to_owned()),
        kind: ErrorKind::Configuration,
    })?;
    Ok(of_profile.or(defaults.upload))
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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use esl_core::manifest::{StageOutcome, StageRecord};
    use esl_core::{BlockId, Timestamp};

    use super::*;

    /// A manifest whose page plays the recording in this way.
    fn played(way: Delivery) -> Manifest {
        let now = Timestamp::from(SystemTime::UNIX_EPOCH);
        let mut manifest = Manifest::new(&Digest::of(""), now);
        let audio = AudioRecord {
            block_id: Some(BlockId::parse(&"1".repeat(32)).unwrap()),
            sha256: Some(Digest::of("sound")),
            url: Some("https://x.y/sound".to_owned()),
            ..AudioRecord::default()
        };
        let attached = StageRecord {
            status: StageOutcome::Done,
            finished_at: now,
            key: way.played(&audio),
        };
        manifest.stages.insert(Stage::AddAudio, attached);
        manifest.audio = Some(audio);
        manifest
    }

    #[test]
    fn the_run_beats_the_page_and_the_page_beats_what_is_usual() {
        use UploadTarget::{Auto, None as Nowhere, Notion, S3};
        let store = played(Delivery::Store);
        let workspace = played(Delivery::Workspace);
        let none = played(Delivery::Nowhere);
        for (asked, usual, manifest, has_store, expected) in [
            (Some(Notion), Some(S3), &store, true, Delivery::Workspace),
            (Some(Auto), Some(Notion), &none, true, Delivery::Store),
            (None, Some(Notion), &store, true, Delivery::Store),
            (None, Some(Notion), &store, false, Delivery::Workspace),
            (None, Some(S3), &workspace, true, Delivery::Workspace),
            (None, Some(Nowhere), &none, true, Delivery::Nowhere),
            (None, Some(S3), &none, false, Delivery::Workspace),
            (None, None, &none, true, Delivery::Store),
            (None, None, &none, false, Delivery::Workspace),
        ] {
            let delivery = Delivery::of(asked, usual, manifest, has_store);
            assert_eq!(delivery, expected, "{asked:?} {usual:?}");
        }
    }

    #[test]
    fn a_profile_beats_the_settings() {
        let defaults = RunDefaults {
            upload: Some(UploadTarget::S3),
            ..RunDefaults::default()
        };
        let usual = |upload: Option<&str>| {
            let profile = StudentProfile {
                upload: upload.map(str::to_owned),
                ..StudentProfile::default()
            };
            usual(&profile, &defaults).map_err(|problem| problem.message)
        };
        assert_eq!(usual(None), Ok(Some(UploadTarget::S3)));
        assert_eq!(usual(Some("none")), Ok(Some(UploadTarget::None)));
        assert!(usual(Some("S3")).unwrap_err().contains("\"S3\""));
    }
}
