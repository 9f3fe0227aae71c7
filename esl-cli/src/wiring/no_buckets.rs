//! What stands for buckets in a program that was built without them.

use std::sync::Arc;

use esl_core::ports::{ArtifactStore, ManifestStore, UploadStore};

use super::storage::missing;
use crate::config::{Access, S3Settings};
use crate::exit::Failure;

pub(super) fn artifacts(
    _: &S3Settings,
    _: &Access,
    bucket: &str,
    _: &str,
) -> Result<Arc<dyn ArtifactStore>, Failure> {
    Err(left_out(bucket))
}

pub(super) fn manifests(
    _: &S3Settings,
    bucket: &str,
    _: &str,
) -> Result<Arc<dyn ManifestStore>, Failure> {
    Err(left_out(bucket))
}

pub(super) fn lessons(
    _: &S3Settings,
    bucket: &str,
    _: &str,
) -> Result<Arc<dyn UploadStore>, Failure> {
    Err(left_out(bucket))
}

fn left_out(bucket: &str) -> Failure {
    let message = format!("the bucket {bucket} cannot be used: this esl was built without S3");
    missing(&message, "build it with the cargo feature `s3`")
}
