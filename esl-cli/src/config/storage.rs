//! The settings of storage: buckets, uploads, manifests.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use esl_core::job::UploadPhase;
use esl_pipeline::providers::http::BaseUrl;
use secrecy::SecretString;
use serde::Serialize;

use super::origin::Origin;
use super::resolver::Resolver;
use super::{Setting, Typed, keys, parse};

/// The region where nobody says another.
const REGION: &str = "us-east-1";
/// The longest that an address can stay valid, in seconds: seven days (AWS S3 user guide, "Sharing
/// objects with presigned URLs").
pub(crate) const LONGEST_EXPIRY: u32 = 604_800;

/// An S3 account.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "s3"), allow(dead_code))]
pub(crate) struct S3Settings {
    pub(crate) region: String,
    pub(crate) endpoint: Option<BaseUrl>,
    pub(crate) force_path_style: bool,
    pub(crate) keys: Option<S3Keys>,
    /// The largest part of an upload in parts; none for uploads in one piece.
    pub(crate) part_bytes: Option<u64>,
}

#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "s3"), allow(dead_code))]
pub(crate) struct S3Keys {
    pub(crate) id: SecretString,
    pub(crate) secret: SecretString,
    pub(crate) session: Option<SecretString>,
}

/// Where recordings go, and how others reach them.
#[derive(Debug)]
#[cfg_attr(not(feature = "s3"), allow(dead_code))]
pub(crate) struct UploadSettings {
    /// What was asked for, if anything was.
    pub(crate) asked: Option<UploadTarget>,
    /// What follows.
    pub(crate) target: UploadTarget,
    pub(crate) bucket: Option<String>,
    pub(crate) prefix: String,
    /// Whether the prefix was typed, so that no student's profile says otherwise.
    pub(crate) is_prefix_typed: bool,
    pub(crate) access: Access,
    /// Whether what jobs need is kept in the bucket.
    pub(crate) is_s3: bool,
    /// The folder that holds it otherwise, and what this machine makes of uploads.
    pub(crate) folder: PathBuf,
}

/// How others reach what is in the bucket.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "s3"), allow(dead_code))]
pub(crate) struct Access {
    /// How long addresses are valid that are signed.
    pub(crate) expires_in: Duration,
    /// Whether everybody may read it.
    pub(crate) is_public: bool,
    /// The address below which others find it.
    pub(crate) public_base_url: Option<BaseUrl>,
}

/// Where recordings go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UploadTarget {
    /// To S3 if a bucket is set, else to Notion if the page is there
    Auto,
    /// To the S3 bucket
    S3,
    /// To Notion
    Notion,
    /// Nowhere
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StorageProvider {
    S3,
    Filesystem,
}

/// Where manifests are kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ManifestSettings {
    /// Beside the lessons.
    Files,
    /// In a bucket.
    S3 {
        bucket: String,
        prefix: String,
        /// The folder from which on lessons are named.
        root: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum ManifestStoreKind {
    Filesystem,
    S3,
}

impl UploadSettings {
    /// Whether recordings go to the bucket. Those of local pages stay there unless asked for.
    pub(crate) fn wants_bucket(&self, is_local: bool) -> bool {
        let is_asked = self.asked == Some(UploadTarget::S3);
        is_asked || !is_local && self.target == UploadTarget::S3
    }
}

impl Access {
    /// It, as the phase of uploads says; unless somebody changed that, as it is set up.
    pub(crate) fn as_said_by(&self, phase: &UploadPhase) -> Self {
        let access = self.clone();
        match phase {
            UploadPhase {
                public_read: true, ..
            } => Self {
                is_public: true,
                ..access
            },
            UploadPhase {
                presign_seconds: 0, ..
            } => access,
            UploadPhase {
                presign_seconds, ..
            } => Self {
                expires_in: Duration::from_secs(*presign_seconds),
                is_public: false,
                public_base_url: None,
            },
        }
    }
}

pub(super) fn resolve_s3(resolver: &mut Resolver<'_>) -> S3Settings {
    let region = resolver.or(&keys::S3_REGION, None, parse::text, REGION.to_owned());
    let endpoint =
        value(resolver.optional(&keys::S3_ENDPOINT, None, parse::address)).map(|set| set.0);
    if region.origin == Origin::BuiltIn
        && endpoint.is_none()
        && resolver.environment.sets(&keys::S3_BUCKET)
    {
        let warning = format!("no region is set for the bucket, so it is {REGION}; set S3_REGION");
        resolver.warnings.push(warning);
    }
    let force_path_style = resolver.or(
        &keys::S3_PATH_STYLE,
        None,
        parse::switch,
        endpoint.is_some(),
    );
    let id = resolver.secret(&keys::S3_KEY_ID);
    let secret = resolver.secret(&keys::S3_SECRET);
    let session = resolver.secret(&keys::S3_SESSION);
    if id.is_some() != secret.is_some() {
        let message = "the id of an access key needs its secret and the other way round; \
                       set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY";
        resolver.refuse("s3", message);
    }
    let keys = id.zip(secret).map(|(id, secret)| S3Keys {
        id,
        secret,
        session,
    });
    let is_multipart = resolver.or(&keys::S3_MULTIPART, None, parse::switch, true);
    // At least 5 MiB, at most 5 GiB (AWS S3 user guide, "Multipart upload limits").
    let sizes = parse::number(5 * 1024 * 1024..=5 * 1024 * 1024 * 1024);
    let part_bytes = resolver.or(&keys::S3_PART_SIZE, None, sizes, 104_857_600);
    S3Settings {
        region: region.value,
        endpoint,
        force_path_style: force_path_style.value,
        keys,
        part_bytes: is_multipart.value.then_some(part_bytes.value),
    }
}

pub(super) fn resolve_upload(
    resolver: &mut Resolver<'_>,
    typed: &Typed<'_>,
    s3: &S3Settings,
) -> UploadSettings {
    let provider: Option<Setting<StorageProvider>> =
        resolver.optional(&keys::STORAGE_PROVIDER, None, parse::choice);
    let folder = resolver.path(&keys::STORAGE_FOLDER, None, Some("uploads"));
    let bucket = resolver.optional(&keys::S3_BUCKET, None, parse::text);
    let typed_prefix = typed.prefix.map(str::to_owned);
    let prefix = resolver.or(&keys::S3_PREFIX, typed_prefix, prefix, String::new());
    let asked = resolver.or(
        &keys::UPLOAD_TARGET,
        typed.upload,
        parse::choice,
        UploadTarget::Auto,
    );
    let expiry = parse::number(1..=LONGEST_EXPIRY);
    let expiry = resolver.or(&keys::UPLOAD_EXPIRY, typed.presign, expiry, LONGEST_EXPIRY);
    let is_public = typed.is_public_read.then_some(true);
    let is_public = resolver.or(&keys::UPLOAD_PUBLIC, is_public, parse::switch, false);
    let public_base_url =
        value(resolver.optional(&keys::UPLOAD_CDN, None, parse::address)).map(|set| set.0);

    let wants_s3 = asked.value == UploadTarget::S3
        || provider
            .as_ref()
            .is_some_and(|set| set.value == StorageProvider::S3);
    if wants_s3 && bucket.is_none() {
        resolver.refuse("s3.bucket", "no bucket is set; set S3_BUCKET");
    }
    if wants_s3 && s3.keys.is_none() {
        let message = "no access key is set; set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY";
        resolver.refuse("s3.access_key_id", message);
    }
    if is_public.value && matches!(expiry.origin, Origin::Flag(_)) {
        let message = "an address is either public or expires; leave one of the flags out";
        resolver.refuse("--public-read, --presign", message);
    }
    if bucket.is_some() && s3.keys.is_none() && !wants_s3 {
        let warning = "a bucket is set, but no access key, so nothing goes there; \
                       set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY";
        resolver.warnings.push(warning.to_owned());
    }
    let is_s3 = provider.map_or(bucket.is_some() && s3.keys.is_some(), |set| {
        set.value == StorageProvider::S3
    });
    UploadSettings {
        asked: (asked.origin != Origin::BuiltIn).then_some(asked.value),
        target: match asked.value {
            UploadTarget::Auto if is_s3 => UploadTarget::S3,
            target => target,
        },
        bucket: value(bucket),
        is_prefix_typed: matches!(prefix.origin, Origin::Flag(_)),
        prefix: prefix.value,
        access: Access {
            expires_in: Duration::from_secs(expiry.value.into()),
            is_public: is_public.value,
            public_base_url,
        },
        is_s3,
        folder: value(folder).unwrap_or_default(),
    }
}

pub(super) fn resolve_manifests(resolver: &mut Resolver<'_>) -> ManifestSettings {
    let kind = resolver.or(
        &keys::MANIFEST_STORE,
        None,
        parse::choice,
        ManifestStoreKind::Filesystem,
    );
    let bucket = value(resolver.optional(&keys::MANIFEST_BUCKET, None, parse::text));
    let prefix = resolver.or(&keys::MANIFEST_PREFIX, None, prefix, String::new());
    let root = value(resolver.path(&keys::MANIFEST_ROOT, None, Some(".")));
    match (kind.value, bucket) {
        (ManifestStoreKind::Filesystem, _) => ManifestSettings::Files,
        (ManifestStoreKind::S3, Some(bucket)) => ManifestSettings::S3 {
            bucket,
            prefix: prefix.value,
            root: root.unwrap_or_default(),
        },
        (ManifestStoreKind::S3, None) => {
            let message = "manifests in S3 need a bucket; set ESL_PIPELINE_MANIFEST_BUCKET";
            resolver.refuse(kind.origin.to_string(), message);
            ManifestSettings::Files
        }
    }
}

/// What keys begin with, without slashes around it.
fn prefix(text: &str) -> Result<String, String> {
    let trimmed = text.trim().trim_matches(['/', '\\']);
    Ok(trimmed.to_owned())
}

fn value<T>(setting: Option<Setting<T>>) -> Option<T> {
    setting.map(|setting| setting.value)
}
