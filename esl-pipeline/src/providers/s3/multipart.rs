//! Uploads in parts, for files that are too large for one request.
//!
//! One part at a time is in memory. An upload that is not completed is given up, also if its future
//! is dropped: its parts would cost money without being seen.

use std::io::SeekFrom;
use std::ops::Range;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use esl_core::Digest;
use esl_core::ports::ArtifactBody;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::runtime::Handle;

use super::artifact_store::{Headers, unreadable};
use super::bucket::S3Bucket;
use super::checksum;
use super::client::with_time_for;
use super::config::S3Options;
use super::error::S3Error;

/// Files above this are sent in parts: 16 MiB.
const THRESHOLD: u64 = 16 << 20;
/// (S3 API reference, "Multipart upload limits".)
const MAX_PARTS: u64 = 10_000;

/// How a file is cut into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartPlan {
    size: u64,
    part: u64,
}

impl PartPlan {
    /// The parts of a file of `size` bytes; `None` if it goes in one piece.
    pub(super) fn of(size: u64, options: &S3Options) -> Option<Self> {
        if !options.multipart || size <= THRESHOLD {
            return None;
        }
        // Too large a file for parts so small takes larger ones: the limit of parts is not ours.
        let least = size.div_ceil(MAX_PARTS);
        let part = THRESHOLD.min(options.max_part_bytes).max(least);
        Some(Self { size, part })
    }

    fn ranges(self) -> impl Iterator<Item = Range<u64>> {
        let starts = (0..self.size.div_ceil(self.part)).map(move |number| number * self.part);
        starts.map(move |start| start..self.size.min(start + self.part))
    }
}

/// An upload that has begun; given up when dropped before it is complete.
#[derive(Debug)]
pub(super) struct Upload<'a> {
    bucket: &'a S3Bucket,
    key: &'a str,
    /// None once nothing is left to give up.
    id: Option<String>,
}

impl<'a> Upload<'a> {
    pub(super) async fn begin(
        bucket: &'a S3Bucket,
        key: &'a str,
        headers: &Headers,
    ) -> Result<Self, S3Error> {
        let create = bucket.client().create_multipart_upload();
        let create = create
            .bucket(bucket.name())
            .key(key)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_type(ChecksumType::Composite)
            .content_type(&headers.content_type)
            .content_disposition(&headers.disposition)
            .cache_control(headers.cache_control)
            .set_acl(headers.acl.clone());
        let created = create.send().await.map_err(|error| S3Error::of(&error))?;
        let id = created.upload_id().map(str::to_owned);
        if id.is_none() {
            return Err(S3Error::unfit(
                "the storage service began an upload without naming it",
            ));
        }
        Ok(Self { bucket, key, id })
    }

    /// Sends the parts and puts them together, unless the key is taken meanwhile.
    pub(super) async fn send(mut self, body: &ArtifactBody, plan: PartPlan) -> Result<(), S3Error> {
        let sent = self.send_parts(body, plan).await;
        if sent.is_ok() {
            self.id = None;
            return Ok(());
        }
        if let Some(id) = self.id.take() {
            give_up(self.bucket, self.key, &id).await;
        }
        sent
    }

    async fn send_parts(&self, body: &ArtifactBody, plan: PartPlan) -> Result<(), S3Error> {
        let mut parts = CompletedMultipartUpload::builder();
        for (number, range) in (1..).zip(plan.ranges()) {
            let bytes = read(body, range)
                .await
                .map_err(|error| unreadable(&error))?;
            parts = parts.parts(self.send_part(number, bytes).await?);
        }
        let complete = self.bucket.client().complete_multipart_upload();
        let complete = complete
            .bucket(self.bucket.name())
            .key(self.key)
            .set_upload_id(self.id.clone())
            .if_none_match("*")
            .multipart_upload(parts.build());
        // Putting large files together may take the service minutes.
        let completed = complete
            .customize()
            .config_override(with_time_for(plan.size));
        let completed = completed.send().await;
        completed.map(drop).map_err(|error| S3Error::of(&error))
    }

    async fn send_part(&self, number: i32, bytes: Bytes) -> Result<CompletedPart, S3Error> {
        let (size, digest) = (bytes.len() as u64, checksum(&Digest::of(&bytes)));
        let part = self.bucket.client().upload_part();
        let part = part
            .bucket(self.bucket.name())
            .key(self.key)
            .set_upload_id(self.id.clone())
            .part_number(number)
            .checksum_sha256(&digest)
            .body(ByteStream::from(bytes));
        let sent = part.customize().config_override(with_time_for(size)).send();
        let sent = sent.await.map_err(|error| S3Error::of(&error))?;
        let part = CompletedPart::builder()
            .part_number(number)
            .checksum_sha256(digest)
            .set_e_tag(sent.e_tag().map(str::to_owned));
        Ok(part.build())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        let (Some(id), Ok(runtime)) = (self.id.take(), Handle::try_current()) else {
            return;
        };
        let (bucket, key) = (self.bucket.clone(), self.key.to_owned());
        runtime.spawn(async move { give_up(&bucket, &key, &id).await });
    }
}

async fn give_up(bucket: &S3Bucket, key: &str, id: &str) {
    let abort = bucket.client().abort_multipart_upload();
    let abort = abort.bucket(bucket.name()).key(key).upload_id(id);
    if let Err(error) = abort.send().await {
        let error = S3Error::of(&error);
        tracing::warn!(bucket = bucket.name(), key, %error, "an unfinished upload is left behind");
    }
}

async fn read(body: &ArtifactBody, range: Range<u64>) -> std::io::Result<Bytes> {
    let length = usize::try_from(range.end - range.start).map_err(std::io::Error::other)?;
    match body {
        ArtifactBody::Bytes(bytes) => {
            let start = usize::try_from(range.start).map_err(std::io::Error::other)?;
            Ok(bytes.slice(start..start + length))
        }
        ArtifactBody::File(path) => {
            let mut file = tokio::fs::File::open(path).await?;
            file.seek(SeekFrom::Start(range.start)).await?;
            let mut part = vec![0; length];
            file.read_exact(&mut part).await?;
            Ok(part.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::S3Credentials;
    use super::*;

    fn options() -> S3Options {
        let credentials = S3Credentials::Static {
            access_key_id: String::new(),
            secret_access_key: String::new().into(),
            session_token: None,
        };
        S3Options::new("lessons", credentials)
    }

    fn parts(size: u64, options: &S3Options) -> Option<Vec<u64>> {
        let plan = PartPlan::of(size, options)?;
        Some(plan.ranges().map(|range| range.end - range.start).collect())
    }

    #[test]
    fn parts_cover_the_file_and_are_not_larger_than_allowed() {
        const MIB: u64 = 1 << 20;
        let mut options = options();
        assert_eq!(parts(16 * MIB, &options), None);
        assert_eq!(
            parts(40 * MIB, &options),
            Some(vec![16 * MIB, 16 * MIB, 8 * MIB])
        );
        options.max_part_bytes = 10 * MIB;
        assert_eq!(
            parts(16 * MIB + 1, &options),
            Some(vec![10 * MIB, 6 * MIB + 1])
        );
        options.multipart = false;
        assert_eq!(parts(40 * MIB, &options), None);
    }

    #[test]
    fn no_file_takes_more_parts_than_there_may_be() {
        let options = options();
        let parts = parts(5 << 40, &options).unwrap();
        assert!(parts.len() <= 10_000);
        assert_eq!(parts.iter().sum::<u64>(), 5 << 40);
    }
}
