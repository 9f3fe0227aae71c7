//! Letting others see what a worker does.

use std::fmt;
use std::time::Duration;

use esl_core::job::JobHead;

/// Is shown what a worker does. Returns at once: the worker waits.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Takes note of something.
    fn see(&self, seen: Seen<'_>);
}

/// Something that a worker did.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Seen<'a> {
    /// It started a job, as it is since then.
    Started(&'a JobHead),
    /// A stage of a job ended.
    Stage {
        /// Its name.
        stage: &'a str,
        /// How it ended: `success`, `skipped` or `failed`.
        status: &'a str,
        /// From its start to its end.
        took: Duration,
    },
    /// A handler was done with a job, or was stopped.
    Ran {
        /// The job as it was when it started.
        job: &'a JobHead,
        /// From its start to its end.
        took: Duration,
    },
    /// A failure was reported, and there will be another attempt.
    Retried(&'a JobHead),
    /// A job reached a terminal state.
    Ended(&'a JobHead),
    /// A job was taken away from a worker that is gone.
    Lost(&'a JobHead),
}

/// Takes note of nothing.
#[derive(Debug)]
pub(super) struct NoObserver;

impl Observer for NoObserver {
    fn see(&self, _seen: Seen<'_>) {}
}
