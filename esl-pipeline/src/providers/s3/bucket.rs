//! A bucket: the requests that the stores make, and what their failures amount to.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::list_objects_v2::paginator::ListObjectsV2Paginator;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use esl_core::ports::ArtifactError;
use esl_core::{ErrorKind, Retry, RetryPolicy};
use tokio::sync::OnceCell;

use crate::dice::roll;

use super::client::{ATTEMPTS, FIRST_DELAY, LONGEST_DELAY, client};
use super::config::{S3ConfigError, S3Options};
use super::error::S3Error;

/// A bucket and the connections to it. Clones share both.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    credentials: SharedCredentialsProvider,
    options: S3Options,
    /// Set once the server is known to honour conditions.
    honours_conditions: OnceCell<()>,
}

/// An object as it was read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    /// The mark of the write that made it.
    pub(super) mark: Option<String>,
}

/// Metadata by which a writer tells its own object from that of another.
pub(super) const WRITE_MARK: &str = "esl-write";

impl S3Bucket {
    /// A bucket. Nothing is asked yet.
    ///
    /// # Errors
    /// [`S3ConfigError`].
    pub fn new(options: S3Options) -> Result<Self, S3ConfigError> {
        options.check()?;
        if options.region.is_none() && options.endpoint.is_none() {
            let (bucket, region) = (&options.bucket, S3Options::DEFAULT_REGION);
            tracing::warn!(bucket, region, "no region is set for the bucket");
        }
        let credentials = options.credentials.provider();
        let inner = Inner {
            client: client(&options, credentials.clone()),
            credentials,
            options,
            honours_conditions: OnceCell::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(super) fn options(&self) -> &S3Options {
        &self.inner.options
    }

    pub(super) fn name(&self) -> &str {
        &self.inner.options.bucket
    }

    /// The full key of what is called `name` below the prefix.
    pub(super) fn key(&self, name: &str) -> String {
        match self.inner.options.prefix.trim_matches(['/', '\\']) {
            "" => name.to_owned(),
            prefix => format!("{prefix}/{name}"),
        }
    }

    /// How people name an object.
    pub(super) fn location(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name())
    }

    pub(super) fn hint(&self, error: &S3Error) -> Option<String> {
        error.hint(self.name(), self.inner.options.region())
    }

    /// What a file that could not be handled amounts to.
    pub(super) fn failed(
        &self,
        operation: &'static str,
        key: &str,
        error: S3Error,
    ) -> ArtifactError {
        ArtifactError::Service {
            operation,
            location: self.location(key),
            kind: error.kind(),
            hint: self.hint(&error),
            source: Box::new(error),
        }
    }

    /// When the credentials end, if they do.
    pub(super) async fn credentials_end(&self) -> Option<SystemTime> {
        let credentials = self.inner.credentials.provide_credentials().await;
        credentials.ok()?.expiry()
    }

    /// Whether bucket and credentials can be used. Lists instead of asking for the bucket alone:
    /// that answer would not tell what is wrong.
    pub(super) async fn check(&self) -> Result<(), S3Error> {
        let list = self.client().list_objects_v2().bucket(self.name());
        let list = list.prefix(self.key("")).max_keys(1).send().await;
        list.map(drop).map_err(|error| S3Error::of(&error))
    }

    /// What is called `name…` below the prefix, page by page.
    pub(super) fn list(&self, name: &str) -> ListObjectsV2Paginator {
        let list = self.client().list_objects_v2().bucket(self.name());
        list.prefix(self.key(name)).into_paginator()
    }

    pub(super) async fn head(&self, key: &str) -> Result<Option<HeadObjectOutput>, S3Error> {
        let head = self.client().head_object().bucket(self.name()).key(key);
        unless_absent(head.send().await.map_err(|error| S3Error::of(&error)))
    }

    /// The whole object; an error if it is larger than `limit` bytes.
    pub(super) async fn get(&self, key: &str, limit: usize) -> Result<Option<Object>, S3Error> {
        let mut attempt = 1;
        loop {
            let get = self.client().get_object().bucket(self.name()).key(key);
            let answer = get.send().await.map_err(|error| S3Error::of(&error));
            let Some(answer) = unless_absent(answer)? else {
                return Ok(None);
            };
            let error = match object(answer, limit).await {
                Ok(object) => return Ok(Some(object)),
                Err(error) => error,
            };
            // The client repeats what was not answered, but not what was not answered to the end.
            let Some(delay) = wait_before_next(attempt, error.kind()) else {
                return Err(error);
            };
            tracing::debug!(key, attempt, %error, "reading an object broke off and is repeated");
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), S3Error> {
        let delete = self.client().delete_object().bucket(self.name()).key(key);
        let deleted = delete.send().await.map_err(|error| S3Error::of(&error));
        unless_absent(deleted).map(drop)
    }

    /// Makes sure, once, that the server honours conditions: one that ignores them would let
    /// writers overwrite each other without a word. A condition that cannot hold is put to it.
    pub(super) async fn require_conditional_writes(&self) -> Result<(), S3Error> {
        let known = &self.inner.honours_conditions;
        known
            .get_or_try_init(|| self.try_condition())
            .await
            .map(drop)
    }

    async fn try_condition(&self) -> Result<(), S3Error> {
        let key = self.key(".conditional-write-probe");
        let put = self.client().put_object().bucket(self.name()).key(&key);
        let put = put.if_match(IMPOSSIBLE_TAG);
        let put = put.body(ByteStream::from_static(b"")).send().await;
        match put.map_err(|error| S3Error::of(&error)) {
            Err(error) if error.is_unmet_condition() || error.is_absence() => Ok(()),
            Err(error) if error.is_not_implemented() => Err(S3Error::unfit(NO_CONDITIONS)),
            Err(error) => Err(error),
            Ok(_) => {
                self.delete(&key).await?;
                Err(S3Error::unfit(NO_CONDITIONS))
            }
        }
    }
}

/// No object has it: it is not the MD5 digest of anything known.
const IMPOSSIBLE_TAG: &str = "\"00000000000000000000000000000000\"";

const NO_CONDITIONS: &str = "the storage service does not honour conditional writes";

fn unless_absent<T>(result: Result<T, S3Error>) -> Result<Option<T>, S3Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absence() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn object(answer: GetObjectOutput, limit: usize) -> Result<Object, S3Error> {
    let too_large = || S3Error::unfit("the object is too large to be what it should be");
    let announced = answer
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let etag = answer.e_tag().unwrap_or_default().to_owned();
    let mark = answer.metadata().and_then(|data| data.get(WRITE_MARK));
    let mark = mark.cloned();
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default());
    let mut body = answer.body;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| {
            S3Error::silent(ErrorKind::Unavailable, "the answer broke off".to_owned())
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Object {
        bytes: bytes.freeze(),
        etag,
        mark,
    })
}

fn wait_before_next(attempt: u32, kind: ErrorKind) -> Option<Duration> {
    let policy = RetryPolicy {
        attempts: ATTEMPTS,
        base: FIRST_DELAY,
        cap: LONGEST_DELAY,
    };
    let advice = if kind.is_transient() {
        Retry::Backoff
    } else {
        Retry::Never
    };
    policy.delay(attempt, advice, roll())
}
