//! Manifests as objects.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use esl_core::manifest::{Manifest, ManifestFormatError};
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
use esl_core::{Digest, LessonId};
use uuid::Uuid;

use super::bucket::S3Bucket;
use super::checksum;
use super::error::S3Error;

/// No manifest is larger; what is, is not read.
const MAX_BYTES: usize = 8 << 20;
/// Metadata that tells a writer its own object from that of another.
const WRITE_MARK: &str = "esl-write";

/// Keeps the manifest of `unit/lesson.md` in the object `unit/lesson.manifest.json` below the
/// bucket's prefix.
///
/// Revisions are entity tags. Locks keep nobody out: that a lesson is not worked on twice rests on
/// the conditional writes alone, by which a run that comes too late finds out before its next
/// effect.
#[derive(Debug, Clone)]
pub struct S3ManifestStore {
    bucket: S3Bucket,
}

impl S3ManifestStore {
    /// A store in `bucket`. Nothing is asked yet.
    #[must_use]
    pub fn new(bucket: S3Bucket) -> Self {
        Self { bucket }
    }

    fn key(&self, lesson: &LessonId) -> String {
        self.bucket.key(&name(lesson))
    }

    fn failed(&self, operation: &'static str, lesson: &LessonId, error: S3Error) -> ManifestError {
        ManifestError::Service {
            operation,
            location: self.location(lesson),
            kind: error.kind(),
            hint: self.bucket.hint(&error),
            source: Box::new(error),
        }
    }

    /// Replaces the object if its revision is `expected`; `None` if it is another.
    async fn swap(
        &self,
        key: &str,
        json: Vec<u8>,
        expected: Option<&Revision>,
    ) -> Result<Option<Revision>, S3Error> {
        self.bucket.require_conditional_writes().await?;
        let mark = Uuid::new_v4().to_string();
        let put = self.bucket.client().put_object();
        let put = put
            .bucket(self.bucket.name())
            .key(key)
            .content_type("application/json")
            .metadata(WRITE_MARK, &mark)
            .checksum_sha256(checksum(&Digest::of(&json)))
            .body(ByteStream::from(json));
        let put = match expected {
            Some(revision) => put.if_match(revision.as_str()),
            None => put.if_none_match("*"),
        };
        match put.send().await.map_err(|error| S3Error::of(&error)) {
            Ok(put) => tag(put.e_tag()).map(Some),
            Err(error) if error.is_unmet_condition() || error.is_absence() => {
                self.own(key, &mark).await
            }
            Err(error) => Err(error),
        }
    }

    /// Removes the object if its revision is `expected`; tells whether it did. What is written between
    /// the look and the removal goes along: few servers know conditions for removals.
    async fn remove_if(&self, key: &str, expected: &Revision) -> Result<bool, S3Error> {
        let head = self.bucket.head(key).await?;
        let found = head.as_ref().and_then(|head| head.e_tag());
        if found != Some(expected.as_str()) {
            return Ok(false);
        }
        self.bucket.delete(key).await?;
        Ok(true)
    }

    /// The revision of the object if it is what was written with `mark`: a try whose answer was
    /// lost makes the next one find its condition unmet.
    async fn own(&self, key: &str, mark: &str) -> Result<Option<Revision>, S3Error> {
        let Some(head) = self.bucket.head(key).await? else {
            return Ok(None);
        };
        let found = head
            .metadata()
            .and_then(|metadata| metadata.get(WRITE_MARK));
        match found {
            Some(found) if found == mark => tag(head.e_tag()).map(Some),
            _ => Ok(None),
        }
    }
}

/// The object's name: the lesson's, without its last extension.
fn name(lesson: &LessonId) -> String {
    let path = lesson.as_str().trim_start_matches(['.', '/', '\\']);
    let path = if path.is_empty() {
        lesson.as_str()
    } else {
        path
    };
    let (folder, file) = path
        .rsplit_once('/')
        .map_or(("", path), |(folder, file)| (folder, file));
    let stem = match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    };
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{stem}.manifest.json").replace(':', "_")
}

fn tag(etag: Option<&str>) -> Result<Revision, S3Error> {
    let missing = || S3Error::unfit("the storage service gave no entity tag");
    etag.map(Revision::new).ok_or_else(missing)
}

#[async_trait]
impl ManifestStore for S3ManifestStore {
    fn location(&self, lesson: &LessonId) -> String {
        self.bucket.location(&self.key(lesson))
    }

    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError> {
        let object = self.bucket.get(&self.key(lesson), MAX_BYTES).await;
        let object = object.map_err(|error| self.failed("read", lesson, error))?;
        let Some(object) = object else {
            return Ok(None);
        };
        let format = |source: ManifestFormatError| ManifestError::Format {
            location: self.location(lesson),
            source,
        };
        Ok(Some(Versioned {
            manifest: Manifest::from_json(&object.bytes).map_err(format)?,
            revision: Revision::new(object.etag),
        }))
    }

    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        let swapped = self
            .swap(&self.key(lesson), manifest.to_json(), expected)
            .await;
        let swapped = swapped.map_err(|error| self.failed("write", lesson, error))?;
        swapped.ok_or_else(|| ManifestError::Conflict {
            location: self.location(lesson),
        })
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        let removed = self.remove_if(&self.key(lesson), expected).await;
        let removed = removed.map_err(|error| self.failed("remove", lesson, error))?;
        removed
            .then_some(())
            .ok_or_else(|| ManifestError::Conflict {
                location: self.location(lesson),
            })
    }

    /// Says no: to look, every manifest of the bucket would have to be fetched.
    async fn any(&self, _fits: ManifestFilter) -> Result<bool, ManifestError> {
        Ok(false)
    }

    async fn lock(&self, _lesson: &LessonId) -> Result<LessonLock, ManifestError> {
        Ok(LessonLock::new(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_named_as_they_always_were() {
        for (lesson, expected) in [
            ("u1/a.md", "u1/a.manifest.json"),
            ("a.b.md", "a.b.manifest.json"),
            ("plain", "plain.manifest.json"),
            ("unit.1/plain", "unit.1/plain.manifest.json"),
            ("a:b.md", "a_b.manifest.json"),
            ("Größe 1.md", "Größe 1.manifest.json"),
        ] {
            assert_eq!(name(&LessonId::parse(lesson).unwrap()), expected);
        }
    }
}
