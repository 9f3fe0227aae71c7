//! Finished segments by the address of what they say.
//!
//! Whatever is read is verified; a damaged entry is removed and taken for absent. Within a process
//! one caller at a time makes a segment that is missing, and the others find it made.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use esl_core::Digest;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactStore, Stored,
};
use tokio::sync::OwnedMutexGuard;

use super::audio::{FinishOptions, FinishedSegment};

const MEDIA_TYPE: &str = "application/octet-stream";

/// Where a finished segment is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(Digest);

impl Address {
    /// The place of the segment whose words, voices and provider have `key`, finished by `options`.
    #[must_use]
    pub fn of(key: &Digest, options: &FinishOptions) -> Self {
        Self::derived(key, &options.fingerprint())
    }

    /// The place of the same segment in another form.
    #[must_use]
    pub fn converted(&self, form: &impl fmt::Debug) -> Self {
        Self::derived(&self.0, &format!("{form:?}"))
    }

    /// The address as it can be stored.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0
    }

    /// The address that was stored.
    #[must_use]
    pub const fn stored(digest: Digest) -> Self {
        Self(digest)
    }

    fn derived(key: &Digest, form: &str) -> Self {
        Self(Digest::of(format!("{key}\n{form}")))
    }

    fn key(&self) -> ArtifactKey {
        ArtifactKey::parse(&format!("segments/{}.seg", self.0))
            .expect("hexadecimal digits and letters make a key")
    }
}

/// Finished segments in an artifact store. Clones share the store and who is making what.
#[derive(Debug, Clone)]
pub struct SegmentCache {
    store: Arc<dyn ArtifactStore>,
    makers: Arc<Mutex<HashMap<Address, Weak<tokio::sync::Mutex<()>>>>>,
}

/// While held, nobody else who uses this cache makes the same segment.
#[derive(Debug)]
pub struct Making(#[expect(dead_code, reason = "held, not read")] OwnedMutexGuard<()>);

impl SegmentCache {
    /// Keeps segments in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn ArtifactStore>) -> Self {
        Self {
            store,
            makers: Arc::default(),
        }
    }

    /// Whether there is an entry, without reading it.
    ///
    /// # Errors
    /// [`ArtifactError::Storage`].
    pub async fn contains(&self, address: &Address) -> Result<bool, ArtifactError> {
        Ok(self.store.head(&address.key()).await?.is_some())
    }

    /// The segment, if it is there and as it was written.
    ///
    /// # Errors
    /// [`ArtifactError::Storage`].
    pub async fn get(&self, address: &Address) -> Result<Option<FinishedSegment>, ArtifactError> {
        let key = address.key();
        let Some(stored) = self.store.get(&key).await? else {
            return Ok(None);
        };
        let segment = FinishedSegment::from_bytes(&stored);
        if segment.is_none() {
            tracing::warn!(artifact.key = %key, "removing a damaged speech segment from the cache");
            self.store.delete(&key).await?;
        }
        Ok(segment)
    }

    /// Keeps the segment unless another process was first, and gives the one that is kept. That
    /// one must not be removed: its maker is about to read it.
    ///
    /// # Errors
    /// [`ArtifactError::Storage`].
    pub async fn keep(
        &self,
        address: &Address,
        segment: FinishedSegment,
    ) -> Result<FinishedSegment, ArtifactError> {
        if self.store(address, &segment).await? == Stored::Created {
            return Ok(segment);
        }
        if let Some(first) = self.get(address).await? {
            return Ok(first);
        }
        self.store(address, &segment).await?;
        Ok(segment)
    }

    /// Keeps the segment, in place of any other at its address.
    ///
    /// # Errors
    /// [`ArtifactError::Storage`].
    pub async fn put(
        &self,
        address: &Address,
        segment: &FinishedSegment,
    ) -> Result<(), ArtifactError> {
        if self.store(address, segment).await? == Stored::AlreadyPresent {
            self.store.delete(&address.key()).await?;
            self.store(address, segment).await?;
        }
        Ok(())
    }

    /// Removes the segment, if it is there.
    ///
    /// # Errors
    /// [`ArtifactError::Storage`].
    pub async fn remove(&self, address: &Address) -> Result<(), ArtifactError> {
        self.store.delete(&address.key()).await
    }

    async fn store(
        &self,
        address: &Address,
        segment: &FinishedSegment,
    ) -> Result<Stored, ArtifactError> {
        let meta = ArtifactMeta {
            content_type: MEDIA_TYPE.into(),
            file_name: None,
        };
        let body = ArtifactBody::Bytes(segment.to_bytes());
        self.store.put(&address.key(), body, &meta).await
    }

    /// Waits until nobody else is making the segment. Look into the cache again afterwards.
    pub async fn make(&self, address: &Address) -> Making {
        Making(self.maker(address).lock_owned().await)
    }

    fn maker(&self, address: &Address) -> Arc<tokio::sync::Mutex<()>> {
        let mut makers = self.makers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(maker) = makers.get(address).and_then(Weak::upgrade) {
            return maker;
        }
        makers.retain(|_, maker| maker.strong_count() > 0);
        let maker = Arc::default();
        makers.insert(address.clone(), Arc::downgrade(&maker));
        maker
    }
}
