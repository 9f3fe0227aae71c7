//! Manifests in memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use esl_core::manifest::Manifest;
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
use esl_core::{LessonId, Timestamp};

/// A [`ManifestStore`] that forgets everything when dropped. Stores bytes, as real stores do.
#[derive(Debug, Default)]
pub struct MemoryManifestStore {
    stored: Mutex<HashMap<LessonId, Entry>>,
    locked: Arc<Mutex<HashSet<LessonId>>>,
}

#[derive(Debug, Default)]
struct Entry {
    json: Vec<u8>,
    writes: u64,
    copies: BTreeMap<Timestamp, Manifest>,
}

/// A lesson that is locked until this is dropped.
#[derive(Debug)]
struct Locked {
    lesson: LessonId,
    all: Arc<Mutex<HashSet<LessonId>>>,
}

impl Drop for Locked {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.lesson);
    }
}

impl MemoryManifestStore {
    /// Puts any bytes in the place of a manifest, as another program might.
    pub fn tamper(&self, lesson: &LessonId, json: impl Into<Vec<u8>>) {
        let mut stored = self.lock();
        let entry = stored.entry(lesson.clone()).or_default();
        entry.json = json.into();
        entry.writes += 1;
    }

    /// How often the lesson's manifest was written.
    #[must_use]
    pub fn writes(&self, lesson: &LessonId) -> u64 {
        self.lock().get(lesson).map_or(0, |entry| entry.writes)
    }

    /// What is kept of earlier manifests of the lesson, the latest last.
    #[must_use]
    pub fn copies(&self, lesson: &LessonId) -> Vec<Manifest> {
        let stored = self.lock();
        let copies = stored.get(lesson).map(|entry| &entry.copies);
        copies
            .into_iter()
            .flat_map(BTreeMap::values)
            .cloned()
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LessonId, Entry>> {
        self.stored.lock().expect("no holder panics")
    }
}

#[async_trait]
impl ManifestStore for MemoryManifestStore {
    fn location(&self, lesson: &LessonId) -> String {
        format!("memory:{lesson}")
    }

    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError> {
        let stored = self.lock();
        let Some(entry) = stored.get(lesson) else {
            return Ok(None);
        };
        let manifest =
            Manifest::from_json(&entry.json).map_err(|source| ManifestError::Format {
                location: self.location(lesson),
                source,
            })?;
        let revision = Revision::new(entry.writes.to_string());
        Ok(Some(Versioned { manifest, revision }))
    }

    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        let mut stored = self.lock();
        let found = stored.get(lesson).map(|entry| entry.writes.to_string());
        if found.as_deref() != expected.map(Revision::as_str) {
            return Err(ManifestError::Conflict {
                location: self.location(lesson),
            });
        }
        let entry = stored.entry(lesson.clone()).or_default();
        entry.json = manifest.to_json();
        entry.writes += 1;
        Ok(Revision::new(entry.writes.to_string()))
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        let mut stored = self.lock();
        let found = stored.get(lesson).map(|entry| entry.writes.to_string());
        if found.as_deref() != Some(expected.as_str()) {
            return Err(ManifestError::Conflict {
                location: self.location(lesson),
            });
        }
        stored.remove(lesson);
        Ok(())
    }

    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError> {
        let mut stored = self.lock();
        if let Some(Entry { copies, .. }) = stored.get_mut(lesson) {
            copies.insert(manifest.timestamp, manifest.clone());
            while copies.len() > most {
                copies.pop_first();
            }
        }
        Ok(())
    }

    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError> {
        let stored = self.lock();
        let manifests = stored
            .values()
            .filter_map(|entry| Manifest::from_json(&entry.json).ok());
        Ok(manifests.into_iter().any(|manifest| fits(&manifest)))
    }

    async fn lock(&self, lesson: &LessonId) -> Result<LessonLock, ManifestError> {
        let is_free = self
            .locked
            .lock()
            .expect("no holder panics")
            .insert(lesson.clone());
        if !is_free {
            return Err(ManifestError::Locked {
                location: self.location(lesson),
            });
        }
        Ok(LessonLock::new(Locked {
            lesson: lesson.clone(),
            all: self.locked.clone(),
        }))
    }
}
