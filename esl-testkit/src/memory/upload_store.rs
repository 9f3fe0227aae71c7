//! Uploaded lessons in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::Timestamp;
use esl_core::job::{LessonUploadId, UserId};
use esl_core::ports::{ArtifactError, Clock, StoredUpload, SystemClock, UploadStore};

/// Uploads, and since when they are there, by owner and id.
type Uploads = HashMap<(Option<UserId>, LessonUploadId), (Timestamp, Bytes)>;

/// An [`UploadStore`] that forgets everything when dropped.
#[derive(Debug)]
pub struct MemoryUploadStore {
    clock: Arc<dyn Clock>,
    uploads: Mutex<Uploads>,
}

impl Default for MemoryUploadStore {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl MemoryUploadStore {
    /// Without any uploads; `clock` says when those to come are stored.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            uploads: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl UploadStore for MemoryUploadStore {
    async fn put(
        &self,
        owner: Option<UserId>,
        lesson: Bytes,
    ) -> Result<LessonUploadId, ArtifactError> {
        let id = LessonUploadId::new();
        self.lock().insert((owner, id), (self.clock.now(), lesson));
        Ok(id)
    }

    async fn get(
        &self,
        owner: Option<UserId>,
        id: LessonUploadId,
    ) -> Result<Option<Bytes>, ArtifactError> {
        let uploads = self.lock();
        let found = uploads.get(&(owner, id));
        Ok(found.map(|(_, lesson)| lesson.clone()))
    }

    async fn remove(&self, owner: Option<UserId>, id: LessonUploadId) -> Result<(), ArtifactError> {
        self.lock().remove(&(owner, id));
        Ok(())
    }

    async fn stored_before(&self, time: Timestamp) -> Result<Vec<StoredUpload>, ArtifactError> {
        let uploads = self.lock();
        let all = uploads
            .iter()
            .map(|((owner, id), (stored_at, _))| StoredUpload {
                owner: *owner,
                id: *id,
                stored_at: *stored_at,
            });
        Ok(all.filter(|upload| upload.stored_at < time).collect())
    }
}
