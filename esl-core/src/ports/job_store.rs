//! Where jobs are kept.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::{Depth, StoreError};
use crate::Timestamp;
use crate::job::{
    Attempt, BatchId, Ignored, Job, JobHead, JobId, JobKind, JobState, NewJob, Report, UserId,
    WorkerId,
};

/// The durable record of jobs, and the owner of every change to them.
///
/// Contract (`esl_testkit::conformance::job_store`):
/// - Each call is one transaction: it has all of its effect, or, if it fails or is dropped, all or
///   none. What it returned as done survives the death of the process and of the machine.
/// - Every change of a job appends its event in the same transaction; listeners are woken after the
///   commit and never before it.
/// - What a report does is decided by [`apply`](crate::job::apply()), on the head as it stands inside
///   the transaction: of two reports about one job the second sees what the first made of it.
/// - Of each batch a store keeps how many members are open: as many as one call of `submit` accepted.
///   When a member ends, [`Batch::member_ended`](crate::job::Batch::member_ended) is told in the same
///   transaction, and what it returns is accepted in it, too.
/// - A store shows and changes only the jobs of its own namespace.
/// - Several processes may use one store at the same time.
///
/// Time is that of the [`Clock`](super::Clock) a store was made with. Clocks of machines that share a
/// store may differ by much less than a lease.
#[async_trait]
pub trait JobStore: fmt::Debug + Send + Sync + 'static {
    /// Accepts jobs, all or none, and says in the same order what became of each.
    ///
    /// A job whose dedupe key an active job has already, in the store or earlier in the list, is not
    /// accepted again. A job whose id is there already is left as it is: who lost the answer may
    /// submit the same again. Of a job that is named twice the first one counts.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Refused`] if a job of another namespace has an id.
    async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError>;

    /// Starts queued jobs whose time has come, in the order of their ranks, and returns them as they
    /// are then. No job is given to two callers.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StoreError>;

    /// Applies reports in their order, and says of each what the job is now or why nothing changed.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn report(
        &self,
        reports: Vec<Report>,
    ) -> Result<Vec<Result<JobHead, Ignored>>, StoreError>;

    /// Extends all leases of a worker to `lease` from now, and says what it holds. A lease that ran
    /// out and was not taken away yet is extended, too.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn renew(&self, worker: WorkerId, lease: Duration) -> Result<Vec<Attempt>, StoreError>;

    /// What a worker holds.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn held(&self, worker: WorkerId) -> Result<Vec<Attempt>, StoreError>;

    /// Takes up to `limit` jobs away from workers whose leases ran out, and returns them as they are
    /// then: queued again, or failed after too many losses.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn reap(&self, limit: usize) -> Result<Vec<JobHead>, StoreError>;

    /// Marks up to `limit` startable jobs as announced and returns them in the order of their ranks:
    /// jobs never announced, and jobs announced longer than `lost_after` ago that nobody started.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn announce(&self, limit: usize, lost_after: Duration) -> Result<Vec<JobId>, StoreError>;

    /// Is marked as changed whenever there may be more to start, whichever process brought that about.
    /// Mark it as unchanged before looking.
    fn watch(&self) -> watch::Receiver<()>;

    /// Up to `limit` jobs that wait for a time, those that are due first before others.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn delayed(&self, limit: usize) -> Result<Vec<Delayed>, StoreError>;

    /// The jobs with these ids, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn jobs(&self, ids: &[JobId]) -> Result<Vec<Job>, StoreError>;

    /// The newest jobs that match, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, StoreError>;

    /// How many jobs there are by state; states without any are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError>;

    /// Deletes up to `limit` ended jobs with all they hold, and says how many. Jobs that follow from
    /// them stay, without a parent; so do events, which have a time of their own.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_jobs(&self, ended: Ended, limit: usize) -> Result<usize, StoreError>;

    /// Deletes up to `limit` events that happened before a time, the oldest ones, and says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_events(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// How much waits and runs, by kind and priority, in no particular order; what has ended costs
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn depth(&self) -> Result<Vec<Depth>, StoreError>;
}

/// What became of a submitted job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The job that does what was asked for.
    pub id: JobId,
    /// Whether it was there already.
    pub reused: bool,
}

/// A worker's wish for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who will run the jobs.
    pub worker: WorkerId,
    /// How many jobs at most.
    pub limit: usize,
    /// For how long they are its own unless it renews.
    pub lease: Duration,
    /// Only these jobs, or any.
    pub only: Option<Vec<JobId>>,
}

impl Claim {
    /// The next `limit` jobs, whichever they are.
    #[must_use]
    pub const fn next(worker: WorkerId, limit: usize, lease: Duration) -> Self {
        Self {
            worker,
            limit,
            lease,
            only: None,
        }
    }
}

/// A job that waits for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delayed {
    /// Which.
    pub job: JobId,
    /// When it may start.
    pub due: Timestamp,
}

/// Which ended jobs to forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Those that ended before.
    pub before: Timestamp,
    /// Those of [upkeep](JobKind::is_upkeep), or else all others.
    pub is_upkeep: bool,
}

/// Which jobs to list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobFilter {
    /// Those in one of these states; in any if there are none.
    pub states: Vec<JobState>,
    /// Those of one of these kinds; of any if there are none.
    pub kinds: Vec<JobKind>,
    /// Those of this owner.
    pub owner: Option<UserId>,
    /// Those that follow from this job.
    pub parent: Option<JobId>,
    /// Those of this batch.
    pub batch: Option<BatchId>,
    /// Those made before this one: where the page before ended.
    pub before: Option<JobId>,
    /// How many at most. Default 20.
    pub limit: usize,
}

impl Default for JobFilter {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            kinds: Vec::new(),
            owner: None,
            parent: None,
            batch: None,
            before: None,
            limit: 20,
        }
    }
}

impl JobFilter {
    /// Whether the filter lets a job pass.
    #[must_use]
    pub fn matches(&self, head: &JobHead) -> bool {
        (self.states.is_empty() || self.states.contains(&head.state))
            && (self.kinds.is_empty() || self.kinds.contains(&head.kind))
            && self.owner.is_none_or(|owner| head.owner == Some(owner))
            && self.parent.is_none_or(|parent| head.parent == Some(parent))
            && self.batch.is_none_or(|batch| head.batch == Some(batch))
            && self.before.is_none_or(|before| head.id < before)
    }
}
