//! Who is told when jobs end.
//!
//! What there is to tell stands in a job from its submission on. So the head is all that
//! [`apply`](super::apply()) needs to decide it: whoever reports the end of a job (its worker, the
//! reaper, somebody who cancels it) reports it there, and the jobs that tell of it come with the
//! change like any others that follow from it, in the transaction of the terminal state. No store and
//! no worker knows about notifications, and none is lost, or told of an end that never came. The price
//! is that a change of the configuration reaches jobs that are submitted later only.
//!
//! Jobs that tell of others have no [`Notify`] of their own: nothing follows from them.

use serde::{Deserialize, Serialize};

use super::payload::{NotifyEmail, NotifyWebhook};
use super::{BatchId, JobHead, JobState, NewJob, NotifyPhase};

/// How often a webhook is tried.
const WEBHOOK_ATTEMPTS: u32 = 3;

/// Who is told when a job ends, and of which ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Notify {
    /// The owner's address; without one nobody gets a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The endpoints that are told over HTTP, as the phase configuration names them.
    pub webhook: Vec<String>,
    /// Whether a success is told.
    pub on_success: bool,
    /// Whether a failure is told. A cancelled job counts as one: whoever waits for the page waits in
    /// vain.
    pub on_failure: bool,
    /// Whether the job, if it is a member of a batch, leaves it to the batch to tell of the end.
    pub batch_only: bool,
}

impl NotifyPhase {
    /// What a job says about notifications whose owner has this address; none if nobody is told.
    #[must_use]
    pub fn for_owner(&self, address: Option<String>) -> Option<Notify> {
        let notify = Notify {
            email: address.filter(|_| self.email),
            webhook: self.webhook.iter().map(|one| one.id.clone()).collect(),
            on_success: self.on_success,
            on_failure: self.on_failure,
            batch_only: self.batch_only,
        };
        let is_anybody_told = notify.email.is_some() || !notify.webhook.is_empty();
        let is_anything_told = notify.on_success || notify.on_failure;
        (is_anybody_told && is_anything_told).then_some(notify)
    }
}

/// What ended.
#[derive(Clone, Copy)]
enum Subject {
    Job,
    Batch(BatchId),
}

/// The jobs that tell of the end of the job that has just become `ended`.
pub(super) fn of_job(ended: &JobHead) -> Vec<NewJob> {
    match &ended.notify {
        Some(notify) if !(notify.batch_only && ended.batch.is_some()) => {
            notifications(notify, Subject::Job, ended, ended.state)
        }
        _ => Vec::new(),
    }
}

/// The jobs that tell that a batch ended as `state` with its member `last`, whose wishes count.
pub(super) fn of_batch(batch: BatchId, last: &JobHead, state: JobState) -> Vec<NewJob> {
    match &last.notify {
        Some(notify) if notify.batch_only => {
            notifications(notify, Subject::Batch(batch), last, state)
        }
        _ => Vec::new(),
    }
}

fn notifications(
    notify: &Notify,
    subject: Subject,
    ended: &JobHead,
    state: JobState,
) -> Vec<NewJob> {
    let is_told = match state {
        JobState::Succeeded => notify.on_success,
        _ => notify.on_failure,
    };
    if !is_told {
        return Vec::new();
    }
    let (job_id, batch_id) = match subject {
        Subject::Job => (Some(ended.id), None),
        Subject::Batch(batch) => (None, Some(batch)),
    };
    let about = |new: NewJob| NewJob {
        owner: ended.owner,
        parent: job_id,
        ..new
    };
    let mails = notify.email.iter().map(|address| {
        about(NewJob::new(&NotifyEmail {
            job_id,
            batch_id,
            event: state.as_str().into(),
            to: address.clone(),
            ..NotifyEmail::default()
        }))
    });
    let calls = notify.webhook.iter().map(|endpoint| NewJob {
        max_attempts: WEBHOOK_ATTEMPTS,
        ..about(NewJob::new(&NotifyWebhook {
            job_id,
            batch_id,
            event: state.as_str().into(),
            endpoint_id: endpoint.clone(),
            ..NotifyWebhook::default()
        }))
    });
    mails.chain(calls).collect()
}

#[cfg(test)]
mod tests;
