//! Where recordings go, and manifests, if they are not kept beside the lessons.

use std::path::Path;
use std::sync::Arc;

use esl_core::ErrorKind;
use esl_core::ports::{ArtifactStore, ManifestStore, UploadStore};
use esl_pipeline::providers::fs::FsManifestStore;

use super::buckets;
use crate::config::{Access, ManifestSettings, Settings, UploadSettings};
use crate::exit::{Exit, Failure};

/// The bucket that others find recordings in.
///
/// # Errors
/// That none is set up, or that it cannot be one.
pub(crate) fn uploads(settings: &Settings) -> Result<Arc<dyn ArtifactStore>, Failure> {
    uploads_below(&settings.upload.prefix, &settings.upload.access, settings)
}

/// The same where keys begin with another prefix, or others reach it in another way.
///
/// # Errors
/// As there.
pub(super) fn uploads_below(
    prefix: &str,
    access: &Access,
    settings: &Settings,
) -> Result<Arc<dyn ArtifactStore>, Failure> {
    let bucket = settings.upload.bucket.as_ref().ok_or_else(no_bucket)?;
    buckets::artifacts(&settings.s3, access, bucket, prefix)
}

/// The bucket that holds submitted lessons.
pub(super) fn lessons(settings: &Settings) -> Result<Arc<dyn UploadStore>, Failure> {
    let UploadSettings { bucket, prefix, .. } = &settings.upload;
    let bucket = bucket.as_ref().ok_or_else(no_bucket)?;
    buckets::lessons(&settings.s3, bucket, prefix)
}

fn no_bucket() -> Failure {
    missing("no bucket is set", "set S3_BUCKET")
}

/// Where the manifests of lessons below `root` are.
pub(crate) fn manifests(
    settings: &Settings,
    root: &Path,
) -> Result<Arc<dyn ManifestStore>, Failure> {
    match &settings.manifests {
        ManifestSettings::Files => Ok(Arc::new(FsManifestStore::new(root))),
        ManifestSettings::S3 { bucket, prefix, .. } => {
            buckets::manifests(&settings.s3, bucket, prefix)
        }
    }
}

pub(super) fn missing(message: &str, mend: &str) -> Failure {
    Failure::new(Exit::Configuration, ErrorKind::Configuration, message).hint(mend)
}
