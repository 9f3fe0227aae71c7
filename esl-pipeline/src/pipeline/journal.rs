//! The manifest of one lesson while a run works on it.

use std::time::Duration;

use esl_core::manifest::{Manifest, RunRecord};
use esl_core::ports::{Clock, LessonLock, ManifestError, ManifestStore, Revision};
use esl_core::{Classify, Digest, ErrorKind, LessonId, RetryPolicy, RunId, Timestamp};
use tokio::sync::Mutex;

/// Records effects one after the other, whichever branch of the run they come from.
///
/// Every record is a compare-and-swap on what this attempt wrote last, and the first one is its
/// epoch: whoever read the manifest before that can record nothing more. Because each effect that
/// must not happen twice needs a record before it, a run that lost the lesson begins none.
#[derive(Debug)]
pub(super) struct Journal<'a> {
    store: &'a dyn ManifestStore,
    clock: &'a dyn Clock,
    lesson: &'a LessonId,
    page: Mutex<Page>,
}

/// What the store holds.
#[derive(Debug)]
struct Page {
    manifest: Manifest,
    revision: Option<Revision>,
}

impl<'a> Journal<'a> {
    /// Reads the lesson's manifest, or begins one.
    pub(super) async fn open(
        store: &'a dyn ManifestStore,
        clock: &'a dyn Clock,
        lesson: &'a LessonId,
    ) -> Result<Self, ManifestError> {
        let (manifest, revision) = match store.read(lesson).await? {
            Some(stored) => (stored.manifest, Some(stored.revision)),
            None => (blank(clock, lesson), None),
        };
        let page = Mutex::new(Page { manifest, revision });
        Ok(Self {
            store,
            clock,
            lesson,
            page,
        })
    }

    /// The manifest as it stands.
    pub(super) async fn manifest(&self) -> Manifest {
        self.page.lock().await.manifest.clone()
    }

    /// The time, as the manifest tells it.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Makes the lesson this attempt's own until the guard is dropped.
    pub(super) async fn claim(
        &self,
        run: RunId,
        started_at: Timestamp,
        change: impl FnOnce(&mut Manifest) + Send,
    ) -> Result<LessonLock, ManifestError> {
        let lock = self.store.lock(self.lesson).await?;
        self.record(|manifest| {
            let last = manifest.run.as_ref().map_or(0, |last| last.epoch);
            manifest.run = Some(RunRecord {
                id: run,
                epoch: last + 1,
                started_at,
                system_version: env!("CARGO_PKG_VERSION").to_owned(),
            });
            change(manifest);
        })
        .await?;
        Ok(lock)
    }

    /// Changes the manifest, durably. A write that fails for the moment is repeated; if the failure
    /// is final, the store holds the manifest as it was or as it would be.
    pub(super) async fn record(
        &self,
        change: impl FnOnce(&mut Manifest) + Send,
    ) -> Result<(), ManifestError> {
        let mut page = self.page.lock().await;
        let mut manifest = page.manifest.clone();
        change(&mut manifest);
        manifest.timestamp = self.clock.now();
        let expected = page.revision.as_ref();
        let revision = self.write(&manifest, expected).await?;
        *page = Page {
            manifest,
            revision: Some(revision),
        };
        Ok(())
    }

    async fn write(
        &self,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        let mut attempt = 1;
        loop {
            let error = match self.store.write(self.lesson, manifest, expected).await {
                Ok(revision) => return Ok(revision),
                Err(error) => error,
            };
            if attempt > 1 && error.kind() == ErrorKind::Conflict {
                // Perhaps with ourselves: an earlier attempt may have got through unnoticed.
                let stored = self.store.read(self.lesson).await?;
                let ours = stored.filter(|stored| stored.manifest == *manifest);
                return ours.map(|stored| stored.revision).ok_or(error);
            }
            // No dice: nobody else writes, so there is no crowd to spread out.
            let Some(delay) = RETRY.delay(attempt, error.retry(), 1.0) else {
                return Err(error);
            };
            tracing::warn!(lesson.id = %self.lesson, attempt, %error, "writing the manifest failed and is repeated");
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }
}

/// How often a failing write is repeated, and how late: for about three seconds in all.
const RETRY: RetryPolicy = RetryPolicy {
    attempts: 5,
    base: Duration::from_millis(200),
    cap: Duration::from_secs(2),
};

/// A manifest of a lesson for which nothing has been done: no text has been seen through yet.
fn blank(clock: &dyn Clock, lesson: &LessonId) -> Manifest {
    let mut manifest = Manifest::new(&Digest::of(""), clock.now());
    manifest.md_hash.clear();
    manifest.lesson_id = Some(lesson.clone());
    manifest
}
