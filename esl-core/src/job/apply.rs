//! What a report does to a job: decided here, once, for every store.
//!
//! A store goes through the same steps whatever is reported: it *loads* the head inside its
//! transaction; [`apply`] says whether to *ignore* the report and otherwise makes the *change*, with
//! the *event* to append and the jobs to chain; the store writes all of it, *commits*, and only then
//! *notifies*. Whoever reads the job after hearing of an event therefore finds what it speaks of.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    Actor, BatchId, EventKind, Failure, FailureCode, IllegalTransition, JobHead, JobState, Lease,
    NewEvent, NewJob, News, Rank, Report, Transition, WorkerId, notify,
};
use crate::Timestamp;

/// How often a worker may be lost before the job is given up.
const MAX_STALLS: u32 = 3;

/// What a store writes in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The head as it is from now on.
    pub head: JobHead,
    /// Fields of the payload that get new values. If there are any, the job's dedupe key goes.
    pub payload: Map<String, Value>,
    /// Fields of the output that get new values.
    pub output: Map<String, Value>,
    /// What to append to the log.
    pub event: NewEvent,
    /// Jobs to accept.
    pub chained: Vec<NewJob>,
    /// The batch that the job was an open member of until now: to be told by
    /// [`Batch::member_ended`](super::Batch::member_ended).
    pub left: Option<BatchId>,
}

/// Why a report changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ignored {
    /// There is no such job.
    #[error("there is no such job")]
    Missing,
    /// The job has ended.
    #[error("the job has {0} already")]
    Terminal(JobState),
    /// The report is of a worker that does not hold the job any more.
    #[error("the job is not at that attempt any more")]
    StaleAttempt,
    /// The lease has not run out.
    #[error("the job's lease has not run out")]
    LeaseAlive,
    /// The job's state does not allow it.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The job is running: its worker has read the old values.
    #[error("a running job cannot be edited")]
    Running,
}

/// What becomes of a queued job that `worker` claims at `now`.
///
/// # Errors
/// [`Ignored::Illegal`] if the job is not queued.
pub fn claim(
    head: &JobHead,
    worker: WorkerId,
    lease: Duration,
    now: Timestamp,
) -> Result<Change, Ignored> {
    let next = JobHead {
        state: head.state.after(Transition::Start)?,
        attempt: head.attempt + 1,
        next_attempt_at: None,
        lease: Some(Lease {
            worker,
            expires_at: now.plus(lease),
        }),
        started_at: head.started_at.or(Some(now)),
        updated_at: now,
        stage: None,
        ..head.clone()
    };
    Ok(Change::of_state(next, Actor::Worker(worker), now))
}

/// What becomes of a job of which `report` is said at `now`.
///
/// # Errors
/// [`Ignored`] if the report changes nothing; then nothing is written and nobody is told.
pub fn apply(head: &JobHead, report: Report, now: Timestamp) -> Result<Change, Ignored> {
    should_count(head, &report, now)?;
    let actor = report.actor;
    let mut change = match report.news {
        News::Progress {
            stage,
            data,
            output,
        } => progressed(head, stage, data, output, actor, now),
        News::Succeeded { output } => {
            let next = ended(head, Transition::Succeed, now)?;
            let next = JobHead {
                failure: None,
                ..next
            };
            Change {
                output,
                ..Change::of_state(next, actor, now)
            }
        }
        News::Failed { failure, retry_in } => {
            Change::of_state(failed(head, failure, retry_in, now)?, actor, now)
        }
        News::GivenBack => Change::of_state(given_back(head, now)?, actor, now),
        News::LeaseLost => Change::of_state(lease_lost(head, now)?, actor, now),
        News::Cancelled { reason } => Change::of_state(cancelled(head, reason, now)?, actor, now),
        News::Edited { fields } => edited(head, fields, actor, now),
    };
    change.chained = report.chained;
    for chained in &mut change.chained {
        chained.batch = None;
    }
    if change.head.state.is_terminal() && !head.state.is_terminal() {
        change.chained.extend(notify::of_job(&change.head));
        change.left = change.head.batch;
    }
    Ok(change)
}

fn should_count(head: &JobHead, report: &Report, now: Timestamp) -> Result<(), Ignored> {
    let is_edit = matches!(report.news, News::Edited { .. });
    if head.state.is_terminal() && !is_edit {
        return Err(Ignored::Terminal(head.state));
    }
    let is_running = head.state == JobState::Running;
    if is_running && is_edit {
        return Err(Ignored::Running);
    }
    if let Some(attempt) = report.attempt
        && !(is_running && attempt == head.attempt)
    {
        return Err(Ignored::StaleAttempt);
    }
    let lease_lives = head.lease.is_some_and(|lease| lease.expires_at > now);
    if report.news == News::LeaseLost && lease_lives {
        return Err(Ignored::LeaseAlive);
    }
    Ok(())
}

fn progressed(
    head: &JobHead,
    stage: Option<String>,
    data: Map<String, Value>,
    output: Map<String, Value>,
    actor: Actor,
    now: Timestamp,
) -> Change {
    let head = JobHead {
        stage: stage.or_else(|| head.stage.clone()),
        updated_at: now,
        ..head.clone()
    };
    let mut event = NewEvent::about(&head, EventKind::Progress, actor, now);
    event.data.extend(data);
    Change {
        output,
        ..Change::of(head, event)
    }
}

fn edited(head: &JobHead, fields: Map<String, Value>, actor: Actor, now: Timestamp) -> Change {
    let head = JobHead {
        updated_at: now,
        ..head.clone()
    };
    let mut change = Change::of_state(head, actor, now);
    let names: Vec<_> = fields.keys().collect();
    change.event.data.insert("edited".into(), json!(names));
    change.payload = fields;
    change
}

fn failed(
    head: &JobHead,
    failure: Failure,
    retry_in: Option<Duration>,
    now: Timestamp,
) -> Result<JobHead, Ignored> {
    let Some(wait) = retry_in.filter(|_| head.attempt < head.max_attempts) else {
        return Ok(JobHead {
            failure: Some(failure),
            ..ended(head, Transition::Fail, now)?
        });
    };
    let again_at = now.plus(wait);
    Ok(JobHead {
        failure: Some(failure),
        next_attempt_at: Some(again_at),
        eligible_at: again_at,
        rank: Rank::new(again_at, head.priority, 0),
        ..requeued(head, now)?
    })
}

fn given_back(head: &JobHead, now: Timestamp) -> Result<JobHead, Ignored> {
    Ok(JobHead {
        max_attempts: head.max_attempts + 1,
        ..requeued(head, now)?
    })
}

fn lease_lost(head: &JobHead, now: Timestamp) -> Result<JobHead, Ignored> {
    let stalls = head.stalls + 1;
    if stalls < MAX_STALLS && head.attempt < head.max_attempts {
        return Ok(JobHead {
            stalls,
            ..requeued(head, now)?
        });
    }
    let message = format!("the worker was lost at attempt {}", head.attempt);
    Ok(JobHead {
        stalls,
        failure: Some(Failure::new(FailureCode::WORKER_LOST, message)),
        ..ended(head, Transition::Fail, now)?
    })
}

fn cancelled(head: &JobHead, reason: Option<String>, now: Timestamp) -> Result<JobHead, Ignored> {
    let message = reason.as_deref().unwrap_or("Cancelled by user");
    Ok(JobHead {
        failure: Some(Failure::new(FailureCode::CANCELLED, message)),
        cancel_reason: reason,
        ..ended(head, Transition::Cancel, now)?
    })
}

/// Back in the queue at its old place: whoever waited long enough to be started has not to wait again.
fn requeued(head: &JobHead, now: Timestamp) -> Result<JobHead, IllegalTransition> {
    Ok(JobHead {
        state: head.state.after(Transition::Requeue)?,
        eligible_at: now,
        next_attempt_at: None,
        lease: None,
        updated_at: now,
        ..head.clone()
    })
}

fn ended(head: &JobHead, by: Transition, now: Timestamp) -> Result<JobHead, IllegalTransition> {
    Ok(JobHead {
        state: head.state.after(by)?,
        next_attempt_at: None,
        lease: None,
        finished_at: Some(now),
        updated_at: now,
        ..head.clone()
    })
}

impl Change {
    fn of(head: JobHead, event: NewEvent) -> Self {
        Self {
            head,
            payload: Map::new(),
            output: Map::new(),
            event,
            chained: Vec::new(),
            left: None,
        }
    }

    fn of_state(head: JobHead, actor: Actor, now: Timestamp) -> Self {
        let mut event = NewEvent::about(&head, EventKind::StateChanged, actor, now);
        if let Some(failure) = &head.failure {
            event.data.insert("error".into(), json!(failure.message));
            event.data.insert("errorCode".into(), json!(failure.code));
        }
        Self::of(head, event)
    }
}

#[cfg(test)]
mod tests;
