//! Artifacts as objects.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ObjectCannedAcl;
use bytes::Bytes;
use esl_core::manifest::UrlKind;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, Clock, Stored, SystemClock,
};
use esl_core::{Digest, ErrorKind, Timestamp};

use super::bucket::S3Bucket;
use super::client::with_time_for;
use super::config::{S3Addresses, S3ArtifactOptions, S3ConfigError};
use super::error::S3Error;
use super::multipart::{PartPlan, Upload};
use super::{address, checksum};

/// The largest artifact that is read: 256 MiB.
const MAX_BYTES: usize = 256 << 20;
/// Up to this size, sending the file at once is no dearer than asking first whether it is there.
const ASK_FIRST_ABOVE: u64 = 128 << 10;
/// Keys are derived from the content, so what was fetched once never changes.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Keeps the artifact `a/b.mp3` in the object `a/b.mp3` below the bucket's prefix.
#[derive(Debug, Clone)]
pub struct S3ArtifactStore {
    bucket: S3Bucket,
    addresses: S3Addresses,
    /// Whether to ask for the access list `public-read`; no more once the bucket has none.
    public_read: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
}

/// How an object is stored.
#[derive(Debug)]
pub(super) struct Headers {
    pub(super) content_type: String,
    pub(super) disposition: String,
    pub(super) cache_control: &'static str,
    pub(super) acl: Option<ObjectCannedAcl>,
}

impl S3ArtifactStore {
    /// A store in `bucket`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`S3ConfigError`].
    pub fn new(bucket: S3Bucket, options: S3ArtifactOptions) -> Result<Self, S3ConfigError> {
        options.check()?;
        Ok(Self {
            bucket,
            addresses: options.addresses,
            public_read: Arc::new(AtomicBool::new(options.public_read)),
            clock: Arc::new(SystemClock),
        })
    }

    /// Signs addresses by another clock than the machine's.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    fn key(&self, key: &ArtifactKey) -> String {
        self.bucket.key(key.as_str())
    }

    async fn store(
        &self,
        key: &str,
        body: ArtifactBody,
        meta: &ArtifactMeta,
    ) -> Result<Stored, S3Error> {
        let size = size(&body).await.map_err(|error| unreadable(&error))?;
        let is_there =
            async { Ok(size > ASK_FIRST_ABOVE && self.bucket.head(key).await?.is_some()) };
        let (is_there, conditions) =
            tokio::join!(is_there, self.bucket.require_conditional_writes());
        if is_there? {
            return Ok(Stored::AlreadyPresent);
        }
        conditions?;
        let asks_for_acl = self.public_read.load(Ordering::Relaxed);
        let headers = Headers::of(key, meta, asks_for_acl);
        match self.send(key, &body, size, &headers).await {
            Err(error) if asks_for_acl && error.code() == Some(NO_ACCESS_LISTS) => {
                tracing::warn!(
                    bucket = self.bucket.name(),
                    "the bucket has no access lists: who may read is up to its policy"
                );
                self.public_read.store(false, Ordering::Relaxed);
                let headers = Headers::of(key, meta, false);
                self.send(key, &body, size, &headers).await
            }
            result => result,
        }
    }

    async fn send(
        &self,
        key: &str,
        body: &ArtifactBody,
        size: u64,
        headers: &Headers,
    ) -> Result<Stored, S3Error> {
        let sent = match PartPlan::of(size, self.bucket.options()) {
            Some(parts) => {
                let upload = Upload::begin(&self.bucket, key, headers).await?;
                upload.send(body, parts).await
            }
            None => self.put(key, body, size, headers).await,
        };
        match sent {
            Ok(()) => Ok(Stored::Created),
            // Somebody was first: an earlier try of ours whose answer was lost, or another writer.
            Err(error) if error.is_unmet_condition() => Ok(Stored::AlreadyPresent),
            // Parts that are put together already cannot be put together again.
            Err(error) if error.code() == Some("NoSuchUpload") => {
                let found = self.bucket.head(key).await?;
                found.map(|_| Stored::Created).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn put(
        &self,
        key: &str,
        body: &ArtifactBody,
        size: u64,
        headers: &Headers,
    ) -> Result<(), S3Error> {
        let (body, digest) = content(body).await.map_err(|error| unreadable(&error))?;
        let put = self.bucket.client().put_object();
        let put = put
            .bucket(self.bucket.name())
            .key(key)
            .if_none_match("*")
            .checksum_sha256(checksum(&digest))
            .content_type(&headers.content_type)
            .content_disposition(&headers.disposition)
            .cache_control(headers.cache_control)
            .set_acl(headers.acl.clone())
            .body(body);
        let sent = put.customize().config_override(with_time_for(size)).send();
        sent.await.map(drop).map_err(|error| S3Error::of(&error))
    }

    async fn sign(
        &self,
        key: &str,
        expires_at: SystemTime,
        now: SystemTime,
    ) -> Result<String, S3Error> {
        let unfit = |_| S3Error::unfit("the credentials end too soon to sign an address");
        let lifetime = expires_at.duration_since(now).map_err(unfit)?;
        let signing = PresigningConfig::builder()
            .start_time(now)
            .expires_in(lifetime)
            .build()
            .map_err(|_| S3Error::unfit("the address cannot be signed for so long"))?;
        let get = self.bucket.client().get_object();
        let signed = get
            .bucket(self.bucket.name())
            .key(key)
            .presigned(signing)
            .await;
        let signed = signed.map_err(|error| S3Error::of(&error))?;
        Ok(signed.uri().to_owned())
    }
}

/// What a bucket answers whose owner has switched access lists off.
const NO_ACCESS_LISTS: &str = "AccessControlListNotSupported";

impl Headers {
    fn of(key: &str, meta: &ArtifactMeta, public_read: bool) -> Self {
        let key_name = key.rsplit('/').next().unwrap_or(key);
        let name = meta.file_name.as_deref().unwrap_or(key_name);
        Self {
            content_type: meta.content_type.clone(),
            disposition: disposition(name),
            cache_control: CACHE_CONTROL,
            acl: public_read.then_some(ObjectCannedAcl::PublicRead),
        }
    }
}

/// Shows the file in place, and names it if it is saved. (RFC 6266.)
fn disposition(name: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_');
    if name.chars().all(|character| is_plain(&character)) {
        return format!("inline; filename=\"{name}\"");
    }
    let plain: String = name.chars().filter(is_plain).collect();
    let encoded = address::encoded(name).replace('/', "%2F");
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

async fn size(body: &ArtifactBody) -> io::Result<u64> {
    Ok(match body {
        ArtifactBody::Bytes(bytes) => bytes.len() as u64,
        ArtifactBody::File(path) => tokio::fs::metadata(path).await?.len(),
    })
}

async fn content(body: &ArtifactBody) -> io::Result<(ByteStream, Digest)> {
    match body {
        ArtifactBody::Bytes(bytes) => Ok((ByteStream::from(bytes.clone()), Digest::of(bytes))),
        ArtifactBody::File(path) => {
            let digest = digest(path).await?;
            let stream = ByteStream::from_path(path)
                .await
                .map_err(io::Error::other)?;
            Ok((stream, digest))
        }
    }
}

async fn digest(path: &Path) -> io::Result<Digest> {
    let path = path.to_owned();
    let work = move || Digest::of_reader(io::BufReader::new(std::fs::File::open(path)?));
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|died| Err(io::Error::other(died)))
}

pub(super) fn unreadable(error: &io::Error) -> S3Error {
    S3Error::local(
        ErrorKind::Storage,
        format!("the local file cannot be read: {error}"),
    )
}

#[async_trait]
impl ArtifactStore for S3ArtifactStore {
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError> {
        let key = self.key(key);
        let stored = self.store(&key, body, meta).await;
        stored.map_err(|error| self.bucket.failed("store", &key, error))
    }

    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError> {
        let key = self.key(key);
        let object = self.bucket.get(&key, MAX_BYTES).await;
        let object = object.map_err(|error| self.bucket.failed("read", &key, error))?;
        Ok(object.map(|object| object.bytes))
    }

    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError> {
        let key = self.key(key);
        let head = self.bucket.head(&key).await;
        let head = head.map_err(|error| self.bucket.failed("look for", &key, error))?;
        Ok(head.map(|head| head.content_length().unwrap_or_default().unsigned_abs()))
    }

    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError> {
        let key = self.key(key);
        let deleted = self.bucket.delete(&key).await;
        deleted.map_err(|error| self.bucket.failed("delete", &key, error))
    }

    async fn url(&self, key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError> {
        let S3Addresses::Presigned { lifetime } = self.addresses else {
            return Ok(self.place(key).map(|place| ArtifactUrl {
                url: place.url,
                expires_at: None,
            }));
        };
        let key = self.key(key);
        let now = SystemTime::from(self.clock.now());
        let end = now + lifetime;
        // A signature ends with the credentials that made it.
        let end = self
            .bucket
            .credentials_end()
            .await
            .map_or(end, |their_end| end.min(their_end));
        let url = self.sign(&key, end, now).await;
        Ok(Some(ArtifactUrl {
            url: url.map_err(|error| self.bucket.failed("sign the address of", &key, error))?,
            expires_at: Some(Timestamp::from(end)),
        }))
    }

    fn place(&self, key: &ArtifactKey) -> Option<ArtifactPlace> {
        let key = self.key(key);
        let of_bucket = || address::of_object(self.bucket.options(), &key);
        let (url, url_kind, lifetime) = match &self.addresses {
            S3Addresses::Presigned { lifetime } => {
                (of_bucket(), UrlKind::Presigned, Some(*lifetime))
            }
            S3Addresses::Public => (of_bucket(), UrlKind::Public, None),
            S3Addresses::Cdn { base } => (address::on_network(base, &key), UrlKind::Cdn, None),
        };
        Some(ArtifactPlace {
            bucket: Some(self.bucket.name().to_owned()),
            key,
            url,
            url_kind,
            lifetime,
        })
    }

    async fn check(&self) -> Result<(), ArtifactError> {
        let checked = self.bucket.check().await;
        checked.map_err(|error| self.bucket.failed("use", &self.bucket.key(""), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_survive_in_headers() {
        assert_eq!(disposition("ab12.mp3"), "inline; filename=\"ab12.mp3\"");
        assert_eq!(
            disposition("Größe \"1\".mp3"),
            "inline; filename=\"Gre 1.mp3\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.mp3"
        );
        assert!(!disposition("a\r\nSet-Cookie: b").contains('\n'));
    }
}
