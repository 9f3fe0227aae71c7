//! Buckets, by Amazon's client.

use std::sync::Arc;

use esl_core::ports::{ArtifactStore, ManifestStore, UploadStore};
use esl_pipeline::providers::s3::{
    S3Addresses, S3ArtifactOptions, S3ArtifactStore, S3Bucket, S3ConfigError, S3Credentials,
    S3ManifestStore, S3Options, S3UploadStore,
};
use secrecy::ExposeSecret;

use super::storage::missing;
use crate::config::{Access, S3Settings};
use crate::exit::Failure;

/// The recordings of a bucket.
pub(super) fn artifacts(
    s3: &S3Settings,
    access: &Access,
    bucket: &str,
    prefix: &str,
) -> Result<Arc<dyn ArtifactStore>, Failure> {
    let bucket = open(s3, bucket, prefix)?;
    let mut options = S3ArtifactOptions::default();
    options.public_read = access.is_public;
    options.addresses = match &access.public_base_url {
        Some(base) => S3Addresses::Cdn {
            base: base.to_string(),
        },
        None if access.is_public => S3Addresses::Public,
        None => S3Addresses::Presigned {
            lifetime: access.expires_in,
        },
    };
    let store = S3ArtifactStore::new(bucket, options).map_err(|error| refused(&error))?;
    Ok(Arc::new(store))
}

/// The manifests of a bucket.
pub(super) fn manifests(
    s3: &S3Settings,
    bucket: &str,
    prefix: &str,
) -> Result<Arc<dyn ManifestStore>, Failure> {
    Ok(Arc::new(S3ManifestStore::new(open(s3, bucket, prefix)?)))
}

/// The submitted lessons of a bucket.
pub(super) fn lessons(
    s3: &S3Settings,
    bucket: &str,
    prefix: &str,
) -> Result<Arc<dyn UploadStore>, Failure> {
    Ok(Arc::new(S3UploadStore::new(open(s3, bucket, prefix)?)))
}

fn open(settings: &S3Settings, bucket: &str, prefix: &str) -> Result<S3Bucket, Failure> {
    let Some(keys) = &settings.keys else {
        let mend = "set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY";
        return Err(missing("no access key is set for the bucket", mend));
    };
    let credentials = S3Credentials::Static {
        access_key_id: keys.id.expose_secret().to_owned(),
        secret_access_key: keys.secret.clone(),
        session_token: keys.session.clone(),
    };
    let mut options = S3Options::new(bucket, credentials);
    options.prefix = prefix.to_owned();
    options.region = Some(settings.region.clone());
    options.endpoint = settings.endpoint.as_ref().map(ToString::to_string);
    options.path_style = Some(settings.force_path_style);
    options.multipart = settings.part_bytes.is_some();
    if let Some(bytes) = settings.part_bytes {
        options.max_part_bytes = bytes;
    }
    S3Bucket::new(options).map_err(|error| refused(&error))
}

fn refused(error: &S3ConfigError) -> Failure {
    Failure::of(error)
}
