//! Uploaded lessons as objects.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use bytes::Bytes;
use esl_core::job::{LessonUploadId, UserId};
use esl_core::ports::{ArtifactError, StoredUpload, UploadStore};
use esl_core::{Digest, Timestamp};

use super::bucket::S3Bucket;
use super::checksum;
use super::error::S3Error;

/// No upload is larger; what is, is not read.
const MAX_BYTES: usize = 64 << 20;

/// Keeps each upload in the object `<owner or "shared">/<id>.md` below the bucket's prefix.
#[derive(Debug, Clone)]
pub struct S3UploadStore {
    bucket: S3Bucket,
}

impl S3UploadStore {
    /// A store in `bucket`. Nothing is asked yet.
    #[must_use]
    pub fn new(bucket: S3Bucket) -> Self {
        Self { bucket }
    }

    fn key(&self, owner: Option<UserId>, id: LessonUploadId) -> String {
        self.bucket.key(&StoredUpload::file_name(owner, id))
    }

    async fn list(&self) -> Result<Vec<StoredUpload>, S3Error> {
        let mut uploads = Vec::new();
        let mut pages = self.bucket.list("").send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| S3Error::of(&error))?;
            uploads.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| self.upload(object)),
            );
        }
        Ok(uploads)
    }

    /// The upload that an object is; none if it is something else.
    fn upload(&self, object: &Object) -> Option<StoredUpload> {
        let name = object.key()?.strip_prefix(&self.bucket.key(""))?;
        let millis = object.last_modified()?.to_millis().ok()?;
        StoredUpload::of_file(name, Timestamp::from_millis(millis))
    }
}

#[async_trait]
impl UploadStore for S3UploadStore {
    async fn put(
        &self,
        owner: Option<UserId>,
        lesson: Bytes,
    ) -> Result<LessonUploadId, ArtifactError> {
        let id = LessonUploadId::new();
        let key = self.key(owner, id);
        let put = self.bucket.client().put_object();
        let put = put
            .bucket(self.bucket.name())
            .key(&key)
            .content_type("text/markdown; charset=utf-8")
            .checksum_sha256(checksum(&Digest::of(&lesson)))
            .body(ByteStream::from(lesson));
        let put = put.send().await.map_err(|error| S3Error::of(&error));
        put.map_err(|error| self.bucket.failed("write", &key, error))?;
        Ok(id)
    }

    async fn get(
        &self,
        owner: Option<UserId>,
        id: LessonUploadId,
    ) -> Result<Option<Bytes>, ArtifactError> {
        let key = self.key(owner, id);
        let found = self.bucket.get(&key, MAX_BYTES).await;
        let found = found.map_err(|error| self.bucket.failed("read", &key, error))?;
        Ok(found.map(|object| object.bytes))
    }

    async fn remove(&self, owner: Option<UserId>, id: LessonUploadId) -> Result<(), ArtifactError> {
        let key = self.key(owner, id);
        let removed = self.bucket.delete(&key).await;
        removed.map_err(|error| self.bucket.failed("remove", &key, error))
    }

    async fn stored_before(&self, time: Timestamp) -> Result<Vec<StoredUpload>, ArtifactError> {
        let listed = self.list().await;
        let mut uploads =
            listed.map_err(|error| self.bucket.failed("list", &self.bucket.key(""), error))?;
        uploads.retain(|upload| upload.stored_at < time);
        Ok(uploads)
    }
}
