//! A job as it stands.

use serde_json::{Map, Value};

use super::{
    BatchId, Failure, JobId, JobKind, JobState, Notify, Priority, Rank, StoredPayload, TraceParent,
    UserId,
};
use super::{NewJob, WorkerId};
use crate::Timestamp;

/// A job as it stands: what schedules it, what it is to do, and what has come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What schedules it.
    pub head: JobHead,
    /// What it is to do.
    pub payload: StoredPayload,
    /// What has come of it so far: `manifestPath`, `notionUrl`, `audioUrl` for lessons, whatever
    /// their handler says for other kinds.
    pub output: Map<String, Value>,
    /// Where its submission stands in the traces of whoever made it.
    pub traceparent: Option<TraceParent>,
}

/// The part of a job that its changes of state read and write. Small, so that a store can keep it in
/// a narrow row.
#[derive(Debug, Clone, PartialEq)]
pub struct JobHead {
    /// The job.
    pub id: JobId,
    /// What sort of work it is.
    pub kind: JobKind,
    /// Whose it is; nobody's if it was submitted without an account.
    pub owner: Option<UserId>,
    /// The job that it follows from.
    pub parent: Option<JobId>,
    /// The jobs that it was submitted with.
    pub batch: Option<BatchId>,
    /// How urgent it is.
    pub priority: Priority,
    /// Who is told when it ends; none if nobody is.
    pub notify: Option<Notify>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: JobState,
    /// How often it was started. Only ever rises: it is the fence that keeps a worker whose lease
    /// was taken over from writing anything.
    pub attempt: u32,
    /// How many starts are allowed. A shutdown raises it by one, so that it costs no attempt.
    pub max_attempts: u32,
    /// How often a worker lost it.
    pub stalls: u32,
    /// Its place among the queued jobs.
    pub rank: Rank,
    /// Since when it may start, or from when on. Not changed by a start, which thereby tells how long
    /// the job waited.
    pub eligible_at: Timestamp,
    /// Until when a queued job waits; none if it may start.
    pub next_attempt_at: Option<Timestamp>,
    /// Who runs it. Present exactly while it is running.
    pub lease: Option<Lease>,
    /// The first start.
    pub started_at: Option<Timestamp>,
    /// When it reached a terminal state.
    pub finished_at: Option<Timestamp>,
    /// The last change.
    pub updated_at: Timestamp,
    /// The stage that began last.
    pub stage: Option<String>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// Why it was cancelled, in the words of who did.
    pub cancel_reason: Option<String>,
}

/// Until when a worker may consider a job its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The worker.
    pub worker: WorkerId,
    /// Afterwards anybody may take the job away from it.
    pub expires_at: Timestamp,
}

/// One start of a job: the fence that a worker names with all it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt {
    /// The job.
    pub job: JobId,
    /// Which start it is, from 1.
    pub number: u32,
}

impl JobHead {
    /// The start that the job is at.
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        Attempt {
            job: self.id,
            number: self.attempt,
        }
    }

    /// The head of a job that was just accepted, ranked behind `backlog` others of its owner.
    pub(super) fn accepted(new: &NewJob, now: Timestamp, backlog: u64) -> Self {
        let delayed_to = new.not_before.filter(|start| *start > now);
        Self {
            id: new.id,
            kind: new.kind.clone(),
            owner: new.owner,
            parent: new.parent,
            batch: new.batch,
            priority: new.priority,
            notify: new.notify.clone(),
            created_at: now,
            state: JobState::Queued,
            attempt: 0,
            max_attempts: new.max_attempts.max(1),
            stalls: 0,
            rank: Rank::new(delayed_to.unwrap_or(now), new.priority, backlog),
            eligible_at: delayed_to.unwrap_or(now),
            next_attempt_at: delayed_to,
            lease: None,
            started_at: None,
            finished_at: None,
            updated_at: now,
            stage: None,
            failure: None,
            cancel_reason: None,
        }
    }
}
