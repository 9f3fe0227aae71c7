//! Jobs in one SQLite file: store, queue and log at once, for as many processes of one machine as like.
//!
//! One thread writes, and makes one transaction of whatever requests are waiting; readers have
//! connections of their own and wait for nobody. Commits are on the disk before anybody hears of them
//! (`synchronous=FULL`, write-ahead log). No SQL stands outside this module.

mod batches;
mod changes;
mod columns;
mod depth;
mod error;
mod neighbours;
mod open;
mod permits;
mod queries;
mod readers;
mod retention;
mod rows;
mod settings;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::Timestamp;
use esl_core::job::{
    Attempt, Cursor, Ignored, Job, JobEvent, JobHead, JobId, JobState, NewJob, Report, WorkerId,
};
use esl_core::ports::{
    Claim, Clock, Delayed, Depth, Ended, EventLog, EventPage, Hint, JobFilter, JobStore, Queue,
    QueueCapabilities, StoreError, Submitted,
};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::accepted;
use crate::migrations::{SchemaChange, SchemaVersion};
use crate::wakeups::{News, Wakeups};
use changes::Changes;
use error::Fault;
use neighbours::Neighbours;
use readers::Readers;
use writer::Writer;

/// Jobs in one SQLite file.
pub struct SqliteJobs {
    path: PathBuf,
    namespace: Arc<str>,
    clock: Arc<dyn Clock>,
    writer: Writer,
    readers: Arc<Readers>,
    wakeups: Arc<Wakeups>,
    _neighbours: Neighbours,
}

impl fmt::Debug for SqliteJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJobs")
            .field("path", &self.path)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl SqliteJobs {
    /// Opens the file, makes it and its folder if need be, and brings its tables up to date. Of jobs
    /// in the file, only those of `namespace` are shown.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be opened, or was written by a later program.
    pub async fn open(
        path: &Path,
        namespace: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let opening = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || Ok((open::open(&path)?, open::open(&path)?)))
        };
        let (to_write, to_listen) = opening.await.map_err(|_| StoreError::Closed)??;
        let wakeups = Arc::new(Wakeups::default());
        Ok(Self {
            namespace: namespace.into(),
            clock,
            writer: Writer::start(to_write, wakeups.clone())?,
            readers: Readers::of(&path),
            _neighbours: Neighbours::listen(to_listen, wakeups.clone())?,
            wakeups,
            path,
        })
    }

    /// Brings the tables of the file to a version, later or earlier, and says what that took;
    /// version 0 takes them away with all they hold.
    ///
    /// # Errors
    /// [`StoreError`] if there is no such version, or a later program made the tables.
    pub async fn migrate(
        path: &Path,
        wanted: impl Into<SchemaVersion>,
    ) -> Result<SchemaChange, StoreError> {
        let (path, wanted) = (path.to_owned(), wanted.into());
        let migrating = move || Ok(open::change(&path, wanted)?.1);
        let change = tokio::task::spawn_blocking(migrating).await;
        change.map_err(|_| StoreError::Closed)?
    }

    /// What [`SqliteJobs::migrate`] would do. Changes nothing, nor makes the file.
    ///
    /// # Errors
    /// [`StoreError`], as there.
    pub async fn plan_migration(
        path: &Path,
        wanted: SchemaVersion,
    ) -> Result<SchemaChange, StoreError> {
        let path = path.to_owned();
        let planning = tokio::task::spawn_blocking(move || open::plan(&path, wanted));
        planning.await.map_err(|_| StoreError::Closed)?
    }

    async fn change<T: Send + 'static>(
        &self,
        operation: &'static str,
        change: impl FnOnce(&mut Changes<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (namespace, clock) = (self.namespace.clone(), self.clock.clone());
        let work = move |connection: &Connection, news: &mut News| {
            change(&mut Changes::new(connection, &namespace, clock.now(), news))
        };
        self.writer.write(operation, work).await
    }

    async fn query<T: Send + 'static>(
        &self,
        operation: &'static str,
        query: impl FnOnce(&Connection, &str) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let namespace = self.namespace.clone();
        self.readers
            .read(operation, move |connection| query(connection, &namespace))
            .await
    }
}

#[async_trait]
impl JobStore for SqliteJobs {
    async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError> {
        let submitting = self.change("submit jobs", |changes| changes.submit(jobs));
        Ok(accepted::log(submitting.await?))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        self.change("claim jobs", move |changes| changes.claim(&claim))
            .await
    }

    async fn report(
        &self,
        reports: Vec<Report>,
    ) -> Result<Vec<Result<JobHead, Ignored>>, StoreError> {
        self.change("report on jobs", |changes| changes.report(reports))
            .await
    }

    async fn renew(&self, worker: WorkerId, lease: Duration) -> Result<Vec<Attempt>, StoreError> {
        let renew = move |changes: &mut Changes<'_>| changes.renew(worker, lease);
        self.change("renew leases", renew).await
    }

    async fn held(&self, worker: WorkerId) -> Result<Vec<Attempt>, StoreError> {
        let held = move |connection: &Connection, namespace: &str| {
            queries::held(connection, namespace, worker)
        };
        self.query("look for leases", held).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobHead>, StoreError> {
        self.change("take lost jobs away", move |changes| changes.reap(limit))
            .await
    }

    async fn announce(&self, limit: usize, lost_after: Duration) -> Result<Vec<JobId>, StoreError> {
        let announce = move |changes: &mut Changes<'_>| changes.announce(limit, lost_after);
        self.change("mark jobs as announced", announce).await
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.wakeups.work()
    }

    async fn delayed(&self, limit: usize) -> Result<Vec<Delayed>, StoreError> {
        let delayed = move |connection: &Connection, namespace: &str| {
            queries::delayed(connection, namespace, limit)
        };
        self.query("look for waiting jobs", delayed).await
    }

    async fn jobs(&self, ids: &[JobId]) -> Result<Vec<Job>, StoreError> {
        let ids = ids.to_vec();
        let jobs = move |connection: &Connection, namespace: &str| {
            queries::jobs(connection, namespace, &ids)
        };
        self.query("read jobs", jobs).await
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, StoreError> {
        let filter = filter.clone();
        let list = move |connection: &Connection, namespace: &str| {
            queries::list(connection, namespace, &filter)
        };
        self.query("list jobs", list).await
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError> {
        self.query("count jobs", queries::counts).await
    }

    async fn forget_jobs(&self, ended: Ended, limit: usize) -> Result<usize, StoreError> {
        // Looked for beside the writer, who would keep others waiting; what ended stays so.
        let ended = move |connection: &Connection, namespace: &str| {
            retention::ended(connection, namespace, ended, limit)
        };
        let ids = self.query("look for old jobs", ended).await?;
        self.change("forget jobs", move |changes| changes.forget_jobs(&ids))
            .await
    }

    async fn forget_events(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let forget = move |changes: &mut Changes<'_>| changes.forget_events(before, limit);
        self.change("forget events", forget).await
    }

    async fn depth(&self) -> Result<Vec<Depth>, StoreError> {
        self.query("count what waits", depth::depth).await
    }
}

#[async_trait]
impl EventLog for SqliteJobs {
    async fn head(&self) -> Result<Cursor, StoreError> {
        self.query("look for events", queries::newest).await
    }

    async fn horizon(&self) -> Result<Cursor, StoreError> {
        self.query("look for forgotten events", retention::horizon)
            .await
    }

    async fn read(&self, page: EventPage) -> Result<Vec<JobEvent>, StoreError> {
        let events = move |connection: &Connection, namespace: &str| {
            queries::events(connection, namespace, page)
        };
        self.query("read events", events).await
    }

    async fn wait(&self, cursor: Cursor, timeout: Duration) -> Result<(), StoreError> {
        self.wakeups
            .wait_for_event(cursor, timeout, self.head())
            .await
    }
}

#[async_trait]
impl Queue for SqliteJobs {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities { names_jobs: false }
    }

    async fn announce(&self, _jobs: &[JobId]) -> Result<(), StoreError> {
        self.wakeups.ring(News::JOBS);
        Ok(())
    }

    async fn next(
        &self,
        _worker: WorkerId,
        _limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        let look = || {
            let now = self.clock.now();
            let startable = move |connection: &Connection, namespace: &str| {
                queries::startable(connection, namespace, now)
            };
            self.query("look for work", startable)
        };
        self.wakeups
            .wait_for_work(self.clock.as_ref(), wait, look)
            .await
    }

    async fn acknowledge(&self, _worker: WorkerId, _jobs: &[JobId]) -> Result<(), StoreError> {
        Ok(())
    }
}
