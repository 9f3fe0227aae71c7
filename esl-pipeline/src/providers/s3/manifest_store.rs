//! Manifests as objects.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use esl_core::manifest::{Manifest, ManifestFormatError};
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
use esl_core::{Digest, LessonId};
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use super::bucket::{Object, S3Bucket, WRITE_MARK};
use super::checksum;
use super::error::S3Error;

/// No manifest is larger; what is, is not read.
const MAX_BYTES: usize = 8 << 20;
const SUFFIX: &str = ".manifest.json";
/// Manifests that are read at a time when all are looked through.
const READS: usize = 16;
/// What the mark of a write that took a manifest away begins with.
const REMOVED: &str = "removed-";

/// Keeps the manifest of `unit/lesson.md` in the object `unit/lesson.manifest.json` below the
/// bucket's prefix.
///
/// Revisions are entity tags. Locks keep nobody out: that a lesson is not worked on twice rests on
/// the conditional writes alone, by which a run that comes too late finds out before its next
/// effect. A manifest is removed by writing an empty, marked object in its place, because not every
/// server deletes on a condition. Copies of earlier manifests are objects `unit/.lesson.manifest/…`.
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
        self.unusable(operation, self.location(lesson), error)
    }

    fn conflict(&self, lesson: &LessonId) -> ManifestError {
        ManifestError::Conflict {
            location: self.location(lesson),
        }
    }

    fn unusable(&self, operation: &'static str, location: String, error: S3Error) -> ManifestError {
        ManifestError::Service {
            operation,
            location,
            kind: error.kind(),
            hint: self.bucket.hint(&error),
            source: Box::new(error),
        }
    }

    /// Replaces the object if its revision is `expected`; `None` if it is another. `mark` is new in
    /// the world.
    async fn swap(
        &self,
        key: &str,
        json: &Bytes,
        mark: &str,
        expected: Option<&Revision>,
    ) -> Result<Option<Revision>, S3Error> {
        self.bucket.require_conditional_writes().await?;
        let put = self.bucket.client().put_object();
        let put = put
            .bucket(self.bucket.name())
            .key(key)
            .content_type("application/json")
            .metadata(WRITE_MARK, mark)
            .checksum_sha256(checksum(&Digest::of(json)))
            .body(ByteStream::from(json.clone()));
        let put = match expected {
            Some(revision) => put.if_match(revision.as_str()),
            None => put.if_none_match("*"),
        };
        match put.send().await.map_err(|error| S3Error::of(&error)) {
            Ok(put) => tag(put.e_tag()).map(Some),
            Err(error) if error.is_unmet_condition() || error.is_absence() => {
                Box::pin(self.explain(key, json, mark, expected)).await
            }
            Err(error) => Err(error),
        }
    }

    /// Why a condition was not met: a try whose answer was lost makes the next one fail, and a
    /// removed manifest has left something behind. Otherwise somebody else was first: `None`.
    async fn explain(
        &self,
        key: &str,
        json: &Bytes,
        mark: &str,
        expected: Option<&Revision>,
    ) -> Result<Option<Revision>, S3Error> {
        let Some(head) = self.bucket.head(key).await? else {
            return Ok(None);
        };
        let found = head.metadata().and_then(|data| data.get(WRITE_MARK));
        match found {
            Some(found) if found == mark => tag(head.e_tag()).map(Some),
            Some(found) if found.starts_with(REMOVED) && expected.is_none() => {
                let left_behind = tag(head.e_tag())?;
                self.swap(key, json, mark, Some(&left_behind)).await
            }
            _ => Ok(None),
        }
    }

    /// The manifest; `None` if it was never written, or removed.
    async fn stored(&self, key: &str) -> Result<Option<Object>, S3Error> {
        let object = self.bucket.get(key, MAX_BYTES).await?;
        let is_removed = |object: &Object| {
            let mark = object.mark.as_deref();
            mark.is_some_and(|mark| mark.starts_with(REMOVED))
        };
        Ok(object.filter(|object| !is_removed(object)))
    }

    /// Keeps `manifest` in `folder`, and of all that is there the `most` that are last by name.
    async fn keep_in(&self, folder: &str, manifest: &Manifest, most: usize) -> Result<(), S3Error> {
        let name = format!("{}.json", manifest.timestamp).replace(':', "-");
        let json = Bytes::from(manifest.to_json());
        let put = self.bucket.client().put_object();
        let put = put
            .bucket(self.bucket.name())
            .key(self.bucket.key(&format!("{folder}{name}")))
            .content_type("application/json")
            .checksum_sha256(checksum(&Digest::of(&json)))
            .body(ByteStream::from(json));
        put.send().await.map_err(|error| S3Error::of(&error))?;
        self.leave_latest(folder, most).await
    }

    /// Takes away what is in `folder` but for the `most` objects that are last by name.
    async fn leave_latest(&self, folder: &str, most: usize) -> Result<(), S3Error> {
        let (mut keys, mut pages) = (Vec::new(), self.bucket.list(folder).send());
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| S3Error::of(&error))?;
            let objects = page.contents().iter();
            keys.extend(objects.filter_map(|object| object.key().map(str::to_owned)));
        }
        keys.sort_unstable();
        let surplus = keys.len().saturating_sub(most);
        for key in &keys[..surplus] {
            self.bucket.delete(key).await?;
        }
        Ok(())
    }

    async fn any_stored(&self, fits: ManifestFilter) -> Result<bool, S3Error> {
        let mut reads = JoinSet::new();
        let mut pages = self.bucket.list("").send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| S3Error::of(&error))?;
            let keys = page.contents().iter().filter_map(|object| object.key());
            for key in keys.filter(|key| key.ends_with(SUFFIX)) {
                if reads.len() >= READS && self::fits(reads.join_next().await, &fits)? {
                    return Ok(true);
                }
                let (store, key) = (self.clone(), key.to_owned());
                reads.spawn(async move { store.stored(&key).await });
            }
        }
        while let Some(read) = reads.join_next().await {
            if self::fits(Some(read), &fits)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether what was read is a manifest that is looked for.
fn fits(
    read: Option<Result<Result<Option<Object>, S3Error>, JoinError>>,
    fits: &ManifestFilter,
) -> Result<bool, S3Error> {
    let object = match read {
        Some(Ok(object)) => object?,
        Some(Err(_)) | None => None,
    };
    let manifest = object.and_then(|object| Manifest::from_json(&object.bytes).ok());
    Ok(manifest.is_some_and(|manifest| fits(&manifest)))
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
    format!("{folder}{slash}{stem}{SUFFIX}").replace(':', "_")
}

/// What the names of the copies of a lesson's manifests begin with.
fn copies(lesson: &LessonId) -> String {
    let name = name(lesson);
    let (folder, file) = name.split_at(name.rfind('/').map_or(0, |slash| slash + 1));
    format!("{folder}.{}/", file.trim_end_matches(".json"))
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
        let object = self.stored(&self.key(lesson)).await;
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
        let (json, mark) = (manifest.to_json().into(), Uuid::new_v4().to_string());
        let swapped = self.swap(&self.key(lesson), &json, &mark, expected).await;
        let swapped = swapped.map_err(|error| self.failed("write", lesson, error))?;
        swapped.ok_or_else(|| self.conflict(lesson))
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        let copies = self.leave_latest(&copies(lesson), 0).await;
        copies.map_err(|error| self.failed("remove copies of", lesson, error))?;
        let (nothing, mark) = (Bytes::new(), format!("{REMOVED}{}", Uuid::new_v4()));
        let swapped = self
            .swap(&self.key(lesson), &nothing, &mark, Some(expected))
            .await;
        let swapped = swapped.map_err(|error| self.failed("remove", lesson, error))?;
        swapped.map(drop).ok_or_else(|| self.conflict(lesson))
    }

    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError> {
        let kept = self.keep_in(&copies(lesson), manifest, most).await;
        kept.map_err(|error| self.failed("keep a copy of", lesson, error))
    }

    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError> {
        let found = self.any_stored(fits).await;
        found.map_err(|error| self.unusable("list", self.bucket.location(""), error))
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
