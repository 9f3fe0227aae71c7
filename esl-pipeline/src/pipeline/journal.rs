//! The manifest of one lesson while a run works on it.

use esl_core::manifest::Manifest;
use esl_core::ports::{Clock, ManifestError, ManifestStore, Revision};
use esl_core::{Digest, LessonId};
use tokio::sync::Mutex;

/// Records effects one after the other, whichever branch of the run they come from.
///
/// Every record is a compare-and-swap on what this run wrote last. If another run has written in
/// between, this one has lost the lesson: it can record nothing more and stops.
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

    /// Changes the manifest, durably. If that fails, nothing has changed.
    pub(super) async fn record(
        &self,
        change: impl FnOnce(&mut Manifest) + Send,
    ) -> Result<(), ManifestError> {
        let mut page = self.page.lock().await;
        let mut manifest = page.manifest.clone();
        change(&mut manifest);
        manifest.timestamp = self.clock.now();
        let expected = page.revision.as_ref();
        let revision = self.store.write(self.lesson, &manifest, expected).await?;
        *page = Page {
            manifest,
            revision: Some(revision),
        };
        Ok(())
    }
}

/// A manifest of a lesson for which nothing has been done: no text has been seen through yet.
fn blank(clock: &dyn Clock, lesson: &LessonId) -> Manifest {
    let mut manifest = Manifest::new(&Digest::of(""), clock.now());
    manifest.md_hash.clear();
    manifest.lesson_id = Some(lesson.clone());
    manifest
}
