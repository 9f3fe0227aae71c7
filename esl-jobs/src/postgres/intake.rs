//! Where submissions of many callers become one transaction.
//!
//! Events are appended one transaction after the other, so fifty callers that submit a job each would
//! wait for fifty commits. While one transaction is on its way, the next one gathers whoever comes
//! meanwhile; a single caller waits for nobody.

use std::sync::Arc;

use esl_core::job::NewJob;
use esl_core::ports::{StoreError, Submitted};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::Shared;
use super::error::Fault;
use super::submission;
use crate::wakeups::News;

/// How many callers wait for the task before others wait for them.
const WAITING: usize = 1024;

/// How many jobs are gathered at most.
const BATCH: usize = 1000;

const OPERATION: &str = "submit jobs";

#[derive(Debug)]
struct Request {
    jobs: Vec<NewJob>,
    answer: oneshot::Sender<Result<Vec<Submitted>, StoreError>>,
}

/// The way to the task that submits. The task ends with it.
#[derive(Debug)]
pub(super) struct Intake {
    requests: mpsc::Sender<Request>,
    task: JoinHandle<()>,
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Intake {
    pub(super) fn open(shared: Arc<Shared>) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(take_in(shared, waiting));
        Self { requests, task }
    }

    pub(super) async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send(Request { jobs, answer }).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn take_in(shared: Arc<Shared>, mut waiting: mpsc::Receiver<Request>) {
    while let Some(first) = waiting.recv().await {
        let mut count = first.jobs.len();
        let mut requests = vec![first];
        while count < BATCH
            && let Ok(next) = waiting.try_recv()
        {
            count += next.jobs.len();
            requests.push(next);
        }
        answer(&shared, requests).await;
    }
}

/// Submits all requests together. If they are refused, each goes alone, so that a bad one takes no
/// other with it.
async fn answer(shared: &Shared, requests: Vec<Request>) {
    if requests.len() > 1 {
        let all = requests.iter().flat_map(|request| request.jobs.clone());
        match submit(shared, all.collect()).await {
            Ok(submitted) => return share(requests, submitted),
            // Trying each alone would keep the last one waiting for as many failures.
            Err(fault) if fault.is_unreachable() => return fail(requests, fault),
            Err(_) => {}
        }
    }
    for request in requests {
        let submitted = submit(shared, request.jobs).await;
        let submitted = submitted.map_err(|fault| fault.during(OPERATION));
        // Who does not wait for the answer any more does not get it.
        let _ = request.answer.send(submitted);
    }
}

fn share(requests: Vec<Request>, mut submitted: Vec<Submitted>) {
    for request in requests {
        let rest = submitted.split_off(request.jobs.len());
        let mine = std::mem::replace(&mut submitted, rest);
        let _ = request.answer.send(Ok(mine));
    }
}

fn fail(requests: Vec<Request>, fault: Fault) {
    let error = Arc::new(fault.during(OPERATION));
    for request in requests {
        let error = StoreError::Unavailable {
            operation: OPERATION,
            source: error.clone().into(),
        };
        let _ = request.answer.send(Err(error));
    }
}

async fn submit(shared: &Shared, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, Fault> {
    let now = shared.clock.now();
    let submitted = submission::submit(&shared.pool, &shared.namespace, jobs, now).await;
    let is_nothing_new = matches!(&submitted, Ok(jobs) if jobs.iter().all(|job| job.reused));
    // Of a submission that failed nobody knows whether it happened.
    if !is_nothing_new {
        shared.ring(News::JOBS);
    }
    submitted
}
