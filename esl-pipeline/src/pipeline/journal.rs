//! The manifest of one lesson while a run works on it.
//!
//! What happens is noted at once and written by one writer, while the run goes on: whatever is noted
//! during a write goes into the next one. Before an effect that must not happen twice, and before
//! success is reported, the run waits until what it noted is on the disk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use esl_core::manifest::{Manifest, RunRecord, UnfinishedRun};
use esl_core::ports::{Clock, LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision};
use esl_core::{Classify, Digest, ErrorKind, LessonId, PageId, RetryPolicy, RunId, Timestamp};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::PipelineError;
use super::own::Own;

/// Records what the branches of a run do.
///
/// Every write is a compare-and-swap on what this attempt wrote last, and the first one is its
/// epoch: whoever read the manifest before that can record nothing more. Because each effect that
/// must not happen twice waits for a record, a run that lost the lesson begins none.
#[derive(Debug)]
pub(super) struct Journal<'a> {
    store: &'a dyn ManifestStore,
    clock: &'a dyn Clock,
    lesson: &'a LessonId,
    entries: Mutex<Entries>,
    /// Wakes the writer.
    noted: Notify,
    written: watch::Sender<Written>,
    /// Whether requests that the manifest announces may be those of another run.
    inherits_requests: AtomicBool,
    /// When all requests that the manifest announces have taken effect or never will, once known.
    quiet_at: Mutex<Option<Instant>>,
}

/// The manifest as the run knows it.
#[derive(Debug)]
struct Entries {
    manifest: Manifest,
    /// Changes made to it in this run.
    changes: u64,
    /// No more changes will come.
    is_closed: bool,
    /// What the store holds.
    revision: Option<Revision>,
}

/// How far the writer is.
#[derive(Debug, Clone, Copy)]
struct Written {
    /// Changes that are on the disk.
    changes: u64,
    /// When the last write began that succeeded: the lesson was ours then.
    confirmed: Option<Instant>,
    /// Nothing can be written any more.
    is_lost: bool,
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
        let inherits_requests =
            manifest.pending_append.is_some() || manifest.pending_audio.is_some();
        let written = Written {
            changes: 0,
            confirmed: None,
            is_lost: false,
        };
        Ok(Self {
            store,
            clock,
            lesson,
            entries: Mutex::new(Entries {
                manifest,
                changes: 0,
                is_closed: false,
                revision,
            }),
            noted: Notify::new(),
            written: watch::Sender::new(written),
            inherits_requests: AtomicBool::new(inherits_requests),
            quiet_at: Mutex::default(),
        })
    }

    /// The manifest as it stands, what is noted and not yet written included.
    pub(super) fn manifest(&self) -> Manifest {
        self.entries().manifest.clone()
    }

    /// Something of the manifest as it stands.
    pub(super) fn look<T>(&self, what: impl FnOnce(&Manifest) -> T) -> T {
        what(&self.entries().manifest)
    }

    /// The time, as the manifest tells it.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Keeps a copy of the manifest that the last run left; one that a run has not finished is none.
    pub(super) async fn keep(&self, most: usize) -> Result<(), PipelineError> {
        let left = {
            let Entries {
                manifest, revision, ..
            } = &*self.entries();
            let run = manifest.run.as_ref();
            let is_finished = run.is_none_or(|run| run.unfinished.is_none());
            (revision.is_some() && is_finished).then(|| manifest.clone())
        };
        let Some(manifest) = left else {
            return Ok(());
        };
        let kept = self.store.keep(self.lesson, &manifest, most).await;
        kept.map_err(PipelineError::Manifest)
    }

    /// Keeps other runs from the lesson until the guard is dropped.
    pub(super) async fn lock(&self) -> Result<LessonLock, PipelineError> {
        let lock = self.store.lock(self.lesson).await;
        lock.map_err(PipelineError::Manifest)
    }

    /// Whether a manifest of the store, this one included, names the page. `false` from a store that
    /// cannot tell.
    pub(super) async fn knows(&self, page: PageId) -> Result<bool, PipelineError> {
        let names = move |manifest: &Manifest| {
            manifest.page_id == Some(page) || manifest.former_pages.contains(&page)
        };
        self.any(Box::new(names)).await
    }

    /// Whether a manifest of the store, this one included, fits. `false` from a store that cannot
    /// tell.
    pub(super) async fn any(&self, fits: ManifestFilter) -> Result<bool, PipelineError> {
        let any = self.store.any(fits).await;
        any.map_err(PipelineError::Manifest)
    }

    /// The part of `own` that no manifest of the store, this one included, names as its own. All of it
    /// in a store that cannot tell.
    pub(super) async fn unless_named(&self, own: Own) -> Result<Own, PipelineError> {
        let unnamed = own.unless_named(self.store, None).await;
        unnamed.map_err(PipelineError::Manifest)
    }

    /// Does `work` while its notes are written. When this returns, all of them are, unless the lesson
    /// was lost; then the work has ended at its next [`record`](Self::record).
    pub(super) async fn keep_during<T>(
        &self,
        work: impl Future<Output = Result<T, PipelineError>>,
    ) -> Result<T, PipelineError> {
        let work = async {
            let result = work.await;
            self.entries().is_closed = true;
            self.noted.notify_one();
            result
        };
        match tokio::join!(work, self.write_all()) {
            (Ok(_) | Err(PipelineError::Cancelled), Err(lost)) => {
                Err(PipelineError::Manifest(lost))
            }
            (result, _) => result,
        }
    }

    /// Makes the lesson this attempt's own.
    pub(super) async fn claim(
        &self,
        run: RunId,
        asked: UnfinishedRun,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<(), PipelineError> {
        let started_at = self.now();
        self.record(|manifest| {
            let last = manifest.run.as_ref().map_or(0, |last| last.epoch);
            manifest.run = Some(RunRecord {
                id: run,
                epoch: last + 1,
                started_at,
                system_version: env!("CARGO_PKG_VERSION").to_owned(),
                unfinished: Some(asked),
            });
            change(manifest);
        })
        .await
    }

    /// Changes the manifest. The change is written soon, and before the run ends.
    pub(super) fn note(&self, change: impl FnOnce(&mut Manifest)) {
        let mut entries = self.entries();
        change(&mut entries.manifest);
        entries.changes += 1;
        self.noted.notify_one();
    }

    /// Changes the manifest, durably, together with all that was noted before. Only within
    /// [`keep_during`](Self::keep_during); if the lesson is lost, the work is cancelled, and that
    /// tells the reason.
    pub(super) async fn record(
        &self,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<(), PipelineError> {
        self.note(change);
        self.durable().await
    }

    /// Waits until all that was noted so far is written, as [`record`](Self::record) does.
    pub(super) async fn durable(&self) -> Result<(), PipelineError> {
        let noted = self.entries().changes;
        let is_settled = |written: &Written| written.is_lost || written.changes >= noted;
        match self.written.subscribe().wait_for(is_settled).await {
            Ok(written) if written.is_lost => Err(PipelineError::Cancelled),
            _ => Ok(()),
        }
    }

    /// Whether requests that the manifest announces may be those of an earlier run.
    pub(super) fn inherits_requests(&self) -> bool {
        self.inherits_requests.load(Ordering::Relaxed)
    }

    /// Says that whatever an earlier run had announced is settled.
    pub(super) fn settle_inherited(&self) {
        self.inherits_requests.store(false, Ordering::Relaxed);
    }

    /// When whatever the manifest announces has taken effect or never will: what another run sent,
    /// or this one did not tell of, `deadline` after the first time this is asked.
    pub(super) fn quiet_at(&self, deadline: Duration) -> Instant {
        let mut quiet_at = self.quiet_at.lock().unwrap_or_else(PoisonError::into_inner);
        *quiet_at.get_or_insert_with(|| Instant::now() + deadline)
    }

    /// Says that a request of this run may still take effect for so long.
    pub(super) fn expect_effect_within(&self, time: Duration) {
        let mut quiet_at = self.quiet_at.lock().unwrap_or_else(PoisonError::into_inner);
        *quiet_at = (*quiet_at).max(Some(Instant::now() + time));
    }

    /// Whether the lesson was certainly ours not longer ago than `time`.
    pub(super) fn was_confirmed_within(&self, time: Duration) -> bool {
        let confirmed = self.written.borrow().confirmed;
        confirmed.is_some_and(|confirmed| confirmed.elapsed() < time)
    }

    /// The writer: one write at a time, until there is nothing left to come.
    async fn write_all(&self) -> Result<(), ManifestError> {
        loop {
            self.noted.notified().await;
            if let Err(lost) = self.write_noted().await {
                self.written.send_modify(|written| written.is_lost = true);
                return Err(lost);
            }
            let entries = self.entries();
            if entries.is_closed && entries.changes == self.written.borrow().changes {
                return Ok(());
            }
        }
    }

    /// Writes the manifest as it stands, if it has changed.
    async fn write_noted(&self) -> Result<(), ManifestError> {
        let (manifest, revision, changes) = {
            let mut entries = self.entries();
            if entries.changes == self.written.borrow().changes {
                return Ok(());
            }
            entries.manifest.timestamp = self.clock.now();
            let Entries {
                manifest, revision, ..
            } = &*entries;
            (manifest.clone(), revision.clone(), entries.changes)
        };
        let began = Instant::now();
        let revision = self.write(&manifest, revision.as_ref()).await?;
        self.entries().revision = Some(revision);
        self.written.send_modify(|written| {
            written.changes = changes;
            written.confirmed = Some(began);
        });
        Ok(())
    }

    /// A write that fails for the moment is repeated; if the failure is final, the store holds the
    /// manifest as it was or as it would be.
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

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests;
