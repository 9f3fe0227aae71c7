//! Jobs in a Postgres database: store, queue and log at once, for as many processes as like.
//!
//! Callers claim with `FOR UPDATE SKIP LOCKED` and so never wait for each other's jobs; each call is
//! one transaction of a few statements, however many jobs it is about. Events are appended one
//! transaction after the other, which is what makes cursors safe. No SQL stands outside this module.

mod address;
mod batches;
mod bells;
mod changes;
mod connection;
mod depth;
mod error;
mod intake;
mod migrate;
mod permits;
mod queries;
mod retention;
mod rows;
mod settings;
mod submission;
mod takeover;
mod tls;
mod writing;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use esl_core::Timestamp;
use esl_core::job::{
    Attempt, Cursor, Ignored, Job, JobEvent, JobHead, JobId, JobState, NewJob, Report, WorkerId,
};
use esl_core::ports::{
    Claim, Clock, Delayed, Depth, Ended, EventLog, EventPage, Hint, JobFilter, JobStore, Queue,
    QueueCapabilities, StoreError, Submitted,
};
use tokio::sync::watch;

use crate::accepted;
use crate::migrations::{SchemaChange, SchemaVersion};
use crate::wakeups::{News, Wakeups};
use address::Address;
use bells::Bells;
use changes::Changes;
use error::Fault;
use intake::Intake;
use queries::Queries;

pub use takeover::{Counted, TakenOver};

/// Jobs in a Postgres database.
pub struct PostgresJobs {
    shared: Arc<Shared>,
    intake: Intake,
}

/// What the parts have in common.
struct Shared {
    pool: Pool,
    namespace: String,
    clock: Arc<dyn Clock>,
    wakeups: Arc<Wakeups>,
    bells: Bells,
}

impl Shared {
    /// Rings for what a change brought about. Of one that failed nobody knows whether it happened.
    fn tell<T>(
        &self,
        result: Result<T, Fault>,
        news: News,
        operation: &'static str,
    ) -> Result<T, StoreError> {
        self.ring(if result.is_ok() { news } else { News::JOBS });
        result.map_err(|fault| fault.during(operation))
    }

    fn ring(&self, news: News) {
        self.wakeups.ring(news);
        self.bells.ring(news);
    }
}

impl fmt::Debug for PostgresJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the pool: its configuration may hold a password.
        f.debug_struct("PostgresJobs")
            .field("namespace", &self.shared.namespace)
            .finish_non_exhaustive()
    }
}

impl PostgresJobs {
    /// Connects, with a pool of `pool_size` connections and one more to listen, and brings the tables
    /// up to date. Of jobs in the database, only those of `namespace` are shown.
    ///
    /// # Errors
    /// [`StoreError`] if the URL is none, the server cannot be reached, or a later program made the
    /// tables.
    pub async fn connect(
        url: &str,
        namespace: &str,
        pool_size: usize,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let pool = connection::pool(address.clone(), pool_size)?;
        let migrated = migrate::migrate(&pool, SchemaVersion::Latest).await;
        migrated.map_err(|fault| fault.during("open the database"))?;
        if address.may_be_overheard() {
            connection::warn_unless_encrypted(&pool).await;
        }
        let wakeups = Arc::new(Wakeups::default());
        let shared = Arc::new(Shared {
            bells: Bells::hang(pool.clone(), address, namespace, wakeups.clone()),
            pool,
            namespace: namespace.to_owned(),
            clock,
            wakeups,
        });
        let intake = Intake::open(shared.clone());
        Ok(Self { shared, intake })
    }

    /// Brings the tables of the database to a version, later or earlier, and says what that took;
    /// version 0 takes them away with all they hold.
    ///
    /// # Errors
    /// [`StoreError`] if there is no such version, or a later program made the tables.
    pub async fn migrate(
        url: &str,
        wanted: impl Into<SchemaVersion>,
    ) -> Result<SchemaChange, StoreError> {
        let pool = connection::pool(Address::parse(url)?, 1)?;
        let change = migrate::migrate(&pool, wanted.into()).await;
        change.map_err(|fault| fault.during("migrate the database"))
    }

    /// What [`PostgresJobs::migrate`] would do. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`], as there.
    pub async fn plan_migration(
        url: &str,
        wanted: SchemaVersion,
    ) -> Result<SchemaChange, StoreError> {
        let pool = connection::pool(Address::parse(url)?, 1)?;
        let change = migrate::plan(&pool, wanted).await;
        change.map_err(|fault| fault.during("look at the tables of the database"))
    }

    fn changes(&self) -> Changes<'_> {
        Changes {
            pool: &self.shared.pool,
            namespace: &self.shared.namespace,
            now: self.shared.clock.now(),
        }
    }

    fn queries(&self) -> Queries<'_> {
        Queries {
            pool: &self.shared.pool,
            namespace: &self.shared.namespace,
        }
    }
}

#[async_trait]
impl JobStore for PostgresJobs {
    async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError> {
        Ok(accepted::log(self.intake.submit(jobs).await?))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError> {
        let mut news = News::default();
        let claimed = self.changes().claim(&claim, &mut news).await;
        self.shared.tell(claimed, news, "claim jobs")
    }

    async fn report(
        &self,
        reports: Vec<Report>,
    ) -> Result<Vec<Result<JobHead, Ignored>>, StoreError> {
        let mut news = News::default();
        let results = self.changes().report(reports, &mut news).await;
        self.shared.tell(results, news, "report on jobs")
    }

    async fn renew(&self, worker: WorkerId, lease: Duration) -> Result<Vec<Attempt>, StoreError> {
        let held = self.changes().renew(worker, lease).await;
        held.map_err(|fault| fault.during("renew leases"))
    }

    async fn held(&self, worker: WorkerId) -> Result<Vec<Attempt>, StoreError> {
        let held = self.queries().held(worker).await;
        held.map_err(|fault| fault.during("look for leases"))
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobHead>, StoreError> {
        let mut news = News::default();
        let reaped = self.changes().reap(limit, &mut news).await;
        self.shared.tell(reaped, news, "take lost jobs away")
    }

    async fn announce(&self, limit: usize, lost_after: Duration) -> Result<Vec<JobId>, StoreError> {
        let announced = self.changes().announce(limit, lost_after).await;
        announced.map_err(|fault| fault.during("mark jobs as announced"))
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.shared.wakeups.work()
    }

    async fn delayed(&self, limit: usize) -> Result<Vec<Delayed>, StoreError> {
        let delayed = self.queries().delayed(limit).await;
        delayed.map_err(|fault| fault.during("look for waiting jobs"))
    }

    async fn jobs(&self, ids: &[JobId]) -> Result<Vec<Job>, StoreError> {
        let jobs = self.queries().jobs(ids).await;
        jobs.map_err(|fault| fault.during("read jobs"))
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, StoreError> {
        let jobs = self.queries().list(filter).await;
        jobs.map_err(|fault| fault.during("list jobs"))
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError> {
        let counts = self.queries().counts().await;
        counts.map_err(|fault| fault.during("count jobs"))
    }

    async fn forget_jobs(&self, ended: Ended, limit: usize) -> Result<usize, StoreError> {
        let forgotten = self.queries().forget_jobs(ended, limit).await;
        forgotten.map_err(|fault| fault.during("forget jobs"))
    }

    async fn forget_events(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let forgotten = self.queries().forget_events(before, limit).await;
        forgotten.map_err(|fault| fault.during("forget events"))
    }

    async fn depth(&self) -> Result<Vec<Depth>, StoreError> {
        let depth = self.queries().depth().await;
        depth.map_err(|fault| fault.during("count what waits"))
    }
}

#[async_trait]
impl EventLog for PostgresJobs {
    async fn head(&self) -> Result<Cursor, StoreError> {
        let newest = self.queries().newest().await;
        newest.map_err(|fault| fault.during("look for events"))
    }

    async fn horizon(&self) -> Result<Cursor, StoreError> {
        let horizon = self.queries().horizon().await;
        horizon.map_err(|fault| fault.during("look for forgotten events"))
    }

    async fn read(&self, page: EventPage) -> Result<Vec<JobEvent>, StoreError> {
        let events = self.queries().events(page).await;
        events.map_err(|fault| fault.during("read events"))
    }

    async fn wait(&self, cursor: Cursor, timeout: Duration) -> Result<(), StoreError> {
        self.shared
            .wakeups
            .wait_for_event(cursor, timeout, self.head())
            .await
    }
}

#[async_trait]
impl Queue for PostgresJobs {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities { names_jobs: false }
    }

    async fn announce(&self, _jobs: &[JobId]) -> Result<(), StoreError> {
        self.shared.ring(News::JOBS);
        Ok(())
    }

    async fn next(
        &self,
        _worker: WorkerId,
        _limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        let look = || async {
            let startable = self.queries().startable(self.shared.clock.now()).await;
            startable.map_err(|fault| fault.during("look for work"))
        };
        self.shared
            .wakeups
            .wait_for_work(self.shared.clock.as_ref(), wait, look)
            .await
    }

    async fn acknowledge(&self, _worker: WorkerId, _jobs: &[JobId]) -> Result<(), StoreError> {
        Ok(())
    }
}
