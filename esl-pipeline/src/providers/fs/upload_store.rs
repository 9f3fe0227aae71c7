//! Uploaded lessons in a folder.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::Timestamp;
use esl_core::job::{LessonUploadId, UserId};
use esl_core::ports::{ArtifactError, StoredUpload, UploadStore};

use super::{atomic, blocking, unless_missing};

/// Keeps each upload in the file `<owner or "shared">/<id>.md` below a root folder.
#[derive(Debug, Clone)]
pub struct FsUploadStore {
    root: PathBuf,
    /// Done when the first file is stored.
    sweeping: Arc<Once>,
}

impl FsUploadStore {
    /// A store below `root`, which is created by the first upload.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            sweeping: Arc::new(Once::new()),
        }
    }

    fn path(&self, owner: Option<UserId>, id: LessonUploadId) -> PathBuf {
        self.root.join(StoredUpload::file_name(owner, id))
    }

    async fn at<T: Send + 'static>(
        &self,
        operation: &'static str,
        path: PathBuf,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ArtifactError> {
        let location = path.display().to_string();
        let done = blocking(move || work(&path)).await;
        done.map_err(|source| ArtifactError::Storage {
            operation,
            location,
            source: Box::new(source),
            transient: false,
        })
    }
}

#[async_trait]
impl UploadStore for FsUploadStore {
    async fn put(
        &self,
        owner: Option<UserId>,
        lesson: Bytes,
    ) -> Result<LessonUploadId, ArtifactError> {
        let id = LessonUploadId::new();
        let sweeping = Arc::clone(&self.sweeping);
        self.at("write", self.path(owner, id), move |path| {
            let folder = path.parent().unwrap_or(Path::new(""));
            atomic::create_folder(folder)?;
            sweeping.call_once(|| atomic::sweep(folder));
            atomic::replace(path, |file| file.write_all(&lesson))
        })
        .await?;
        Ok(id)
    }

    async fn get(
        &self,
        owner: Option<UserId>,
        id: LessonUploadId,
    ) -> Result<Option<Bytes>, ArtifactError> {
        self.at("read", self.path(owner, id), |path| {
            unless_missing(fs::read(path).map(Bytes::from))
        })
        .await
    }

    async fn remove(&self, owner: Option<UserId>, id: LessonUploadId) -> Result<(), ArtifactError> {
        self.at("remove", self.path(owner, id), |path| {
            unless_missing(atomic::remove(path)).map(|_| ())
        })
        .await
    }

    async fn stored_before(&self, time: Timestamp) -> Result<Vec<StoredUpload>, ArtifactError> {
        self.at("list", self.root.clone(), move |root| {
            let mut uploads = Vec::new();
            for owner in entries(root)? {
                if owner.file_type()?.is_dir() {
                    let files = entries(&owner.path())?;
                    let found = files.iter().filter_map(|file| upload(&owner, file));
                    uploads.extend(found.filter(|upload| upload.stored_at < time));
                }
            }
            Ok(uploads)
        })
        .await
    }
}

/// What is in a folder; nothing if it is not there.
fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let entries = unless_missing(fs::read_dir(folder))?;
    entries.into_iter().flatten().collect()
}

/// The upload that a file is; none if it is something else, or was removed just now.
fn upload(owner: &DirEntry, file: &DirEntry) -> Option<StoredUpload> {
    let (folder, name) = (owner.file_name(), file.file_name());
    let modified = file.metadata().ok()?.modified().ok()?;
    let name = format!("{}/{}", folder.to_str()?, name.to_str()?);
    StoredUpload::of_file(&name, modified.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_called_by_owner_and_id_alone() {
        let root = tempfile::tempdir().unwrap();
        let store = FsUploadStore::new(root.path());
        let owner = UserId::new();
        let id = store.put(Some(owner), "# A".into()).await.unwrap();
        let path = root.path().join(format!("{owner}/{id}.md"));
        assert_eq!(fs::read(path).unwrap(), b"# A");
        let id = store.put(None, "# B".into()).await.unwrap();
        assert!(root.path().join(format!("shared/{id}.md")).exists());
    }

    #[tokio::test]
    async fn what_is_no_upload_is_not_listed() {
        let root = tempfile::tempdir().unwrap();
        let store = FsUploadStore::new(root.path().join("uploads"));
        let later = Timestamp::from_millis(i64::MAX);
        assert_eq!(store.stored_before(later).await.unwrap(), []);
        let id = store.put(None, "# A".into()).await.unwrap();
        fs::write(root.path().join("uploads/shared/notes.md"), "x").unwrap();
        fs::write(root.path().join("uploads/README"), "x").unwrap();
        let listed = store.stored_before(later).await.unwrap();
        assert_eq!((listed.len(), listed[0].id), (1, id));
    }
}
