//! Jobs on their way in.

use serde_json::{Map, json};

use super::{
    Actor, BatchId, DedupeKey, EventKind, Job, JobHead, JobId, JobKind, NewEvent, Notify, Payload,
    Priority, StoredPayload, TraceParent, UserId,
};
use crate::Timestamp;

/// How many starts a job has unless its submitter says otherwise.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 5;

/// A job that is to be accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Its id, chosen by the submitter, who thereby knows it whatever happens to the answer.
    pub id: JobId,
    /// What sort of work it is.
    pub kind: JobKind,
    /// What it is to do.
    pub payload: StoredPayload,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Who submits it.
    pub actor: Actor,
    /// The job that it follows from.
    pub parent: Option<JobId>,
    /// The jobs that it is submitted with, all by one call ([`Batch`](super::Batch)). What follows
    /// from a job is never a member of one.
    pub batch: Option<BatchId>,
    /// How urgent it is.
    pub priority: Priority,
    /// How many starts are allowed, at least one.
    pub max_attempts: u32,
    /// It does not start earlier.
    pub not_before: Option<Timestamp>,
    /// Of active jobs with the same key there is one at most.
    pub dedupe: Option<DedupeKey>,
    /// Who is told when it ends; none if nobody is.
    pub notify: Option<Notify>,
    /// Where the submission stands in the traces of whoever makes it.
    pub traceparent: Option<TraceParent>,
}

/// A job and the event that tells of it, ready to be stored together.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// The job.
    pub job: Job,
    /// Of active jobs with the same key there is one at most.
    pub dedupe: Option<DedupeKey>,
    /// What tells of it.
    pub event: NewEvent,
}

impl NewJob {
    /// A job of normal urgency that may start at once, submitted by the system for nobody.
    #[must_use]
    pub fn new<P: Payload>(payload: &P) -> Self {
        Self::of(P::KIND, StoredPayload::of(payload))
    }

    fn of(kind: JobKind, payload: StoredPayload) -> Self {
        Self {
            id: JobId::new(),
            kind,
            payload,
            owner: None,
            actor: Actor::System,
            parent: None,
            batch: None,
            priority: Priority::default(),
            max_attempts: DEFAULT_MAX_ATTEMPTS,
            not_before: None,
            dedupe: None,
            notify: None,
            traceparent: None,
        }
    }

    /// The same work as that of `job`, following from it.
    #[must_use]
    pub fn repeating(job: &Job) -> Self {
        let Job { head, payload, .. } = job;
        Self {
            owner: head.owner,
            parent: Some(head.id),
            priority: head.priority,
            max_attempts: head.max_attempts,
            notify: head.notify.clone(),
            ..Self::of(head.kind.clone(), payload.clone())
        }
    }

    /// The same job, submitted by its owner.
    #[must_use]
    pub fn owned_by(mut self, owner: UserId) -> Self {
        self.owner = Some(owner);
        self.actor = Actor::User(owner);
        self
    }

    /// What is stored when the job is accepted at `now` and its owner has `backlog` queued jobs.
    #[must_use]
    pub fn admit(self, now: Timestamp, backlog: u64) -> Admission {
        let head = JobHead::accepted(&self, now, backlog);
        let mut event = NewEvent::about(&head, EventKind::Created, self.actor, now);
        if let Some(parent) = self.parent {
            event.data.insert("parentJobId".into(), json!(parent));
        }
        Admission {
            job: Job {
                head,
                payload: self.payload,
                output: Map::new(),
                traceparent: self.traceparent,
            },
            dedupe: self.dedupe,
            event,
        }
    }
}
