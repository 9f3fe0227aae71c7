//! Buckets: where recordings go, and manifests, if they are not kept beside the lessons.

use std::path::Path;
use std::sync::Arc;

use esl_core::ErrorKind;
use esl_core::ports::ManifestStore;
use esl_pipeline::providers::fs::FsManifestStore;
use esl_pipeline::providers::s3::{
    S3Addresses, S3ArtifactOptions, S3ArtifactStore, S3Bucket, S3ConfigError, S3Credentials,
    S3ManifestStore, S3Options,
};
use secrecy::ExposeSecret;

use crate::config::{ManifestSettings, S3Settings, Settings, UploadSettings};
use crate::exit::{Exit, Failure};

/// The bucket that others find recordings in.
///
/// # Errors
/// That none is set up, or that it cannot be one.
pub(crate) fn uploads(settings: &Settings) -> Result<S3ArtifactStore, Failure> {
    let UploadSettings {
        expires_in,
        is_public,
        public_base_url,
        ..
    } = &settings.upload;
    let bucket = bucket(settings)?;
    let mut options = S3ArtifactOptions::default();
    options.public_read = *is_public;
    options.addresses = match public_base_url {
        Some(base) => S3Addresses::Cdn {
            base: base.to_string(),
        },
        None if *is_public => S3Addresses::Public,
        None => S3Addresses::Presigned {
            lifetime: *expires_in,
        },
    };
    S3ArtifactStore::new(bucket, options).map_err(|error| refused(&error))
}

/// The bucket that is set up.
pub(super) fn bucket(settings: &Settings) -> Result<S3Bucket, Failure> {
    let UploadSettings { bucket, prefix, .. } = &settings.upload;
    let Some(bucket) = bucket else {
        return Err(missing("no bucket is set", "set S3_BUCKET"));
    };
    open(&settings.s3, bucket, prefix)
}

/// Where the manifests of lessons below `root` are.
pub(crate) fn manifests(
    settings: &Settings,
    root: &Path,
) -> Result<Arc<dyn ManifestStore>, Failure> {
    Ok(match &settings.manifests {
        ManifestSettings::Files => Arc::new(FsManifestStore::new(root)),
        ManifestSettings::S3 { bucket, prefix, .. } => {
            let bucket = open(&settings.s3, bucket, prefix)?;
            Arc::new(S3ManifestStore::new(bucket))
        }
    })
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

fn missing(message: &str, mend: &str) -> Failure {
    Failure::new(Exit::Configuration, ErrorKind::Configuration, message).hint(mend)
}
