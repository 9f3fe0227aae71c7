//! Who does the work of a job.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::StoreError;
use crate::job::{Attempt, Failure, FailureCode, Job, NewJob, Payload, PayloadError};
use crate::{CancellationToken, Classify, ErrorKind, Retry};

/// Does the work of jobs of one kind.
///
/// Contract: a job may be started again after any attempt, also after one that succeeded without
/// anybody hearing of it, so effects that must not happen twice are recorded elsewhere (the manifest
/// of a lesson). Whatever an output mentions is durable before `run` returns. When
/// [`JobContext::cancelled`] is, the handler stops at once and leaves no child process behind; when
/// [`JobContext::shutting_down`] is, it stops at the next point from which another attempt can go on,
/// and returns [`JobError::interrupted`].
#[async_trait]
pub trait JobHandler: fmt::Debug + Send + Sync + 'static {
    /// Works on the job until it is done.
    ///
    /// # Errors
    /// [`JobError`]; its retry advice says whether there will be another attempt.
    async fn run(&self, job: &Job, context: &JobContext) -> Result<Done, JobError>;
}

/// What a handler is given beside the job.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// Which start this is.
    pub attempt: Attempt,
    /// Cancelled when the job must stop at once: somebody cancelled it, it took too long, or the
    /// worker lost it.
    pub cancelled: CancellationToken,
    /// Cancelled when the process is going to end.
    pub shutting_down: CancellationToken,
    /// Takes note of how far the job is.
    pub progress: Arc<dyn JobProgress>,
}

impl JobContext {
    /// To be asked between steps, each of which another attempt can go on from.
    ///
    /// # Errors
    /// If the job is to stop.
    pub fn check(&self) -> Result<(), JobError> {
        if self.cancelled.is_cancelled() {
            return Err(JobError::permanent(FailureCode::CANCELLED, "cancelled"));
        }
        if self.shutting_down.is_cancelled() {
            return Err(JobError::interrupted());
        }
        Ok(())
    }
}

/// Takes note of how far a job is. Returns at once; listeners may hear of some notes only.
pub trait JobProgress: fmt::Debug + Send + Sync + 'static {
    /// The job got on.
    fn note(&self, note: ProgressNote);
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProgressNote {
    /// The stage that began, if one did. Such notes are never left out.
    pub stage: Option<String>,
    /// What listeners are told. Notes of a `stage` whose `status` is `success`, `skipped` or `failed`
    /// are never left out.
    pub data: Map<String, Value>,
    /// What has come of the job so far. Notes with an output are never left out.
    pub output: Map<String, Value>,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// What to remember with the job.
    pub output: Map<String, Value>,
    /// Jobs that follow from it.
    pub chained: Vec<NewJob>,
}

/// An attempt that did not reach its aim.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", failure.message)]
pub struct JobError {
    /// Why.
    pub failure: Failure,
    /// Whether another attempt may help.
    pub retry: Retry,
    /// Whether it stopped because the process is going to end: the attempt then does not count.
    pub is_interrupted: bool,
}

impl JobError {
    /// A failure that another attempt cannot mend.
    #[must_use]
    pub fn permanent(code: FailureCode, message: impl Into<String>) -> Self {
        Self::new(Failure::new(code, message), Retry::Never)
    }

    /// A failure that may pass.
    #[must_use]
    pub fn transient(code: FailureCode, message: impl Into<String>) -> Self {
        Self::new(Failure::new(code, message), Retry::Backoff)
    }

    /// What an error amounts to, with the code of its kind.
    #[must_use]
    pub fn of(error: &dyn Classify) -> Self {
        let retry = match (error.kind(), error.retry()) {
            // A defect may be one of circumstances; the attempts are bounded.
            (ErrorKind::Internal, Retry::Never) => Retry::Backoff,
            (_, retry) => retry,
        };
        Self::new(Failure::of(error), retry)
    }

    /// The attempt stopped early because the process is going to end. If it is not, the attempt has
    /// failed like any other.
    #[must_use]
    pub fn interrupted() -> Self {
        let failure = Failure::new(FailureCode::INTERNAL, "interrupted by a shutdown");
        Self {
            is_interrupted: true,
            ..Self::new(failure, Retry::Backoff)
        }
    }

    fn new(failure: Failure, retry: Retry) -> Self {
        Self {
            failure,
            retry,
            is_interrupted: false,
        }
    }
}

impl From<PayloadError> for JobError {
    /// No other attempt can read it either.
    fn from(error: PayloadError) -> Self {
        Self::permanent(FailureCode::PAYLOAD_UNREADABLE, error.to_string())
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::of(&error)
    }
}

/// A handler that is given payloads it can read.
#[async_trait]
pub trait HandlePayload<P: Payload>: fmt::Debug + Send + Sync + 'static {
    /// Works on the job until it is done; see [`JobHandler`].
    ///
    /// # Errors
    /// [`JobError`].
    async fn run(&self, payload: P, job: &Job, context: &JobContext) -> Result<Done, JobError>;
}

/// Reads the payload before it asks a [`HandlePayload`]; an unreadable one is a permanent failure.
pub struct ReadsPayload<P, H> {
    handler: H,
    payload: std::marker::PhantomData<fn() -> P>,
}

impl<P: Payload, H: HandlePayload<P>> ReadsPayload<P, H> {
    /// `handler`, as the port wants it.
    pub fn new(handler: H) -> Self {
        Self {
            handler,
            payload: std::marker::PhantomData,
        }
    }
}

impl<P, H: fmt::Debug> fmt::Debug for ReadsPayload<P, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handler.fmt(f)
    }
}

#[async_trait]
impl<P: Payload, H: HandlePayload<P>> JobHandler for ReadsPayload<P, H> {
    async fn run(&self, job: &Job, context: &JobContext) -> Result<Done, JobError> {
        self.handler.run(job.payload()?, job, context).await
    }
}
