//! Buckets: whether recordings can be put there and manifests be read.

use std::path::Path;

use esl_core::ports::{ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactStore};
use esl_core::{LessonId, RunId};

use super::check::Check;
use crate::config::{ManifestSettings, Settings, UploadTarget};
use crate::exit::Failure;
use crate::wiring;

/// Checks the bucket for recordings and the one for manifests, as far as they are in use.
pub(super) async fn checks(settings: &Settings) -> Vec<Check> {
    let (uploads, manifests) = tokio::join!(uploads(settings), manifests(settings));
    uploads.into_iter().chain(manifests).collect()
}

async fn uploads(settings: &Settings) -> Option<Check> {
    if settings.upload.target != UploadTarget::S3 {
        return None;
    }
    let name = settings.upload.bucket.as_deref().unwrap_or_default();
    let store = match wiring::uploads(settings) {
        Ok(store) => store,
        Err(failure) => return Some(Check::failed("bucket", failure)),
    };
    Some(match write_to(&*store).await {
        Ok(()) => Check::ok("bucket", format!("{name} can be written")),
        Err(error) => Check::failed("bucket", Failure::of(&error)),
    })
}

/// Puts a small file there and takes it away again.
async fn write_to(store: &dyn ArtifactStore) -> Result<(), ArtifactError> {
    store.check().await?;
    let key = format!("esl-doctor-{}.txt", RunId::random());
    let key = ArtifactKey::parse(&key).expect("an id is made of what a key may have");
    let body = ArtifactBody::Bytes("esl doctor".into());
    let meta = ArtifactMeta {
        content_type: "text/plain".to_owned(),
        file_name: None,
    };
    store.put(&key, body, &meta).await?;
    store.delete(&key).await
}

async fn manifests(settings: &Settings) -> Option<Check> {
    let ManifestSettings::S3 { bucket, .. } = &settings.manifests else {
        return None;
    };
    let store = match wiring::manifests(settings, Path::new(".")) {
        Ok(store) => store,
        Err(failure) => return Some(Check::failed("manifests", failure)),
    };
    let lesson = LessonId::parse("esl-doctor.md").expect("it is a plain name");
    Some(match store.read(&lesson).await {
        Ok(_) => Check::ok("manifests", format!("{bucket} can be read")),
        Err(error) => Check::failed("manifests", Failure::of(&error)),
    })
}
