//! Artifacts in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, Stored,
};

/// An [`ArtifactStore`] that forgets everything when dropped and serves nobody.
#[derive(Debug, Default)]
pub struct MemoryArtifactStore {
    files: Mutex<HashMap<ArtifactKey, Bytes>>,
}

impl MemoryArtifactStore {
    /// The keys of everything stored, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<ArtifactKey> {
        let mut keys: Vec<_> = self.lock().keys().cloned().collect();
        keys.sort();
        keys
    }

    /// Puts other bytes in the place of a file, as a failing disk might.
    pub fn tamper(&self, key: &ArtifactKey, bytes: impl Into<Bytes>) {
        self.lock().insert(key.clone(), bytes.into());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ArtifactKey, Bytes>> {
        self.files.lock().expect("no holder panics")
    }
}

#[async_trait]
impl ArtifactStore for MemoryArtifactStore {
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        _meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError> {
        let bytes = match body {
            ArtifactBody::Bytes(bytes) => bytes,
            ArtifactBody::File(path) => match std::fs::read(&path) {
                Ok(bytes) => bytes.into(),
                Err(error) => {
                    return Err(ArtifactError::Storage {
                        operation: "read",
                        location: path.display().to_string(),
                        source: error.into(),
                        transient: false,
                    });
                }
            },
        };
        let mut files = self.lock();
        if files.contains_key(key) {
            return Ok(Stored::AlreadyPresent);
        }
        files.insert(key.clone(), bytes);
        Ok(Stored::Created)
    }

    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError> {
        Ok(self.lock().get(key).cloned())
    }

    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError> {
        Ok(self.lock().get(key).map(|bytes| bytes.len() as u64))
    }

    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError> {
        self.lock().remove(key);
        Ok(())
    }

    async fn url(&self, _key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError> {
        Ok(None)
    }

    fn place(&self, _key: &ArtifactKey) -> Option<ArtifactPlace> {
        None
    }

    async fn check(&self) -> Result<(), ArtifactError> {
        Ok(())
    }
}
