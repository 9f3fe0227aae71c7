//! Where uploaded lessons are kept.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use super::ArtifactError;
use crate::Timestamp;
use crate::job::{LessonUploadId, UserId};

/// Lessons that people uploaded, each of one owner; those of nobody are shared.
///
/// Contract (`esl_testkit::conformance::upload_store`):
/// - `put` is atomic and durable: once it returns, the upload is there after a crash, too. Each has an
///   id of its own, whatever it holds.
/// - An upload is found only under its owner: for anybody else it is not there.
/// - `get` of an unknown upload is `None`, not an error; `remove` of one succeeds.
/// - `stored_before` tells of every upload that was there before the time and still is, whoever owns
///   it, in no order. Its clock is that of the store.
/// - What people call an upload is kept elsewhere: neither names nor places tell it.
#[async_trait]
pub trait UploadStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps a lesson of `owner`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn put(
        &self,
        owner: Option<UserId>,
        lesson: Bytes,
    ) -> Result<LessonUploadId, ArtifactError>;

    /// The whole lesson.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn get(
        &self,
        owner: Option<UserId>,
        id: LessonUploadId,
    ) -> Result<Option<Bytes>, ArtifactError>;

    /// Removes a lesson.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn remove(&self, owner: Option<UserId>, id: LessonUploadId) -> Result<(), ArtifactError>;

    /// The uploads that were kept before `time`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn stored_before(&self, time: Timestamp) -> Result<Vec<StoredUpload>, ArtifactError>;
}

/// An upload that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredUpload {
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Which it is.
    pub id: LessonUploadId,
    /// Since when it is there.
    pub stored_at: Timestamp,
}

impl StoredUpload {
    /// The name under which stores of files keep an upload: `<owner or "shared">/<id>.md`.
    #[must_use]
    pub fn file_name(owner: Option<UserId>, id: LessonUploadId) -> String {
        match owner {
            Some(owner) => format!("{owner}/{id}.md"),
            None => format!("{SHARED}/{id}.md"),
        }
    }

    /// The upload that a store of files keeps under this name; none if it is no such name.
    #[must_use]
    pub fn of_file(name: &str, stored_at: Timestamp) -> Option<Self> {
        let (owner, file) = name.split_once('/')?;
        let owner = match owner {
            SHARED => None,
            owner => Some(owner.parse().ok()?),
        };
        let id = file.strip_suffix(".md")?.parse().ok()?;
        Some(Self {
            owner,
            id,
            stored_at,
        })
    }
}

/// Stands for the owner of what nobody owns.
const SHARED: &str = "shared";

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_file_name_tells_whose_upload_it_is_and_which() {
        let stored_at = Timestamp::from(SystemTime::UNIX_EPOCH);
        for owner in [None, Some(UserId::new())] {
            let id = LessonUploadId::new();
            let name = StoredUpload::file_name(owner, id);
            let upload = StoredUpload::of_file(&name, stored_at).unwrap();
            assert_eq!((upload.owner, upload.id), (owner, id));
        }
        for name in ["", "shared", "shared/x.md", "me/018f.md", "a/b/c.md"] {
            assert_eq!(StoredUpload::of_file(name, stored_at), None, "{name}");
        }
    }
}
