//! Manifests, artifacts and uploads in a bucket of Amazon S3 or of any server that speaks its
//! protocol.
//!
//! Every write is conditional: an artifact is created only where there is none, a manifest replaced
//! only if it is the one that was read; uploads have keys that nobody else has. A server that does
//! not honour conditions is found out before the first write and refused. Requests are repeated here,
//! and only here, as often as makes sense; errors say so. Nothing in here reads the environment, and
//! no error holds a secret.

mod address;
mod artifact_store;
mod bucket;
mod client;
mod config;
mod error;
mod manifest_store;
mod multipart;
mod upload_store;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use esl_core::Digest;

pub use artifact_store::S3ArtifactStore;
pub use aws_sdk_s3::config::{ProvideCredentials, SharedCredentialsProvider};
pub use bucket::S3Bucket;
pub use config::{S3Addresses, S3ArtifactOptions, S3ConfigError, S3Credentials, S3Options};
pub use manifest_store::S3ManifestStore;
pub use upload_store::S3UploadStore;

/// A digest as S3's headers write it.
fn checksum(digest: &Digest) -> String {
    BASE64_STANDARD.encode(digest.to_bytes())
}
