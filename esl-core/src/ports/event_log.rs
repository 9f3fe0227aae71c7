//! What happened to jobs, in order, for as many listeners as there are.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::job::{Cursor, JobEvent, JobId};

/// The log of what happened to jobs. Read only: a store appends to it with every change.
///
/// Contract (`esl_testkit::conformance::event_log`):
/// - Events have one order, that of their cursors. Of one job, it is the order of commits.
/// - Once a reader saw an event, no event with a smaller cursor ever appears, however many writers
///   there are and however long their transactions last. So who reads on from the last cursor seen
///   misses nothing and sees nothing twice.
/// - What is read was committed, and a job read afterwards is at least as far as its events say.
/// - Old events may be forgotten, the oldest first. No cursor ever stands for another event, and the
///   head never goes back; [`EventLog::horizon`] tells whether something is missing.
/// - A log shows only the events of its own namespace.
#[async_trait]
pub trait EventLog: fmt::Debug + Send + Sync + 'static {
    /// The cursor of the newest event that ever was; [`Cursor::START`] if there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn head(&self) -> Result<Cursor, StoreError>;

    /// The cursor of the last event that was forgotten; [`Cursor::START`] if none was. A reader that
    /// goes on from an earlier place misses events.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn horizon(&self) -> Result<Cursor, StoreError>;

    /// Up to `limit` events after a cursor, in order; of one job only, if asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn read(&self, page: EventPage) -> Result<Vec<JobEvent>, StoreError>;

    /// Returns as soon as there may be an event after `cursor`, and at the latest after `timeout`.
    /// Events that are there already, and events of other processes, count. It may return early for
    /// no reason: who wants to know reads.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn wait(&self, cursor: Cursor, timeout: Duration) -> Result<(), StoreError>;
}

/// Which events to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPage {
    /// Those after this place.
    pub after: Cursor,
    /// How many at most.
    pub limit: usize,
    /// Those of this job only.
    pub job: Option<JobId>,
}

impl EventPage {
    /// Up to `limit` events of all jobs after `cursor`.
    #[must_use]
    pub const fn after(cursor: Cursor, limit: usize) -> Self {
        Self {
            after: cursor,
            limit,
            job: None,
        }
    }
}
