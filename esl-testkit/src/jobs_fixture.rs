//! What a conformance test of jobs runs against.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::JobId;
use esl_core::ports::{EventLog, JobStore, Queue, SettingsStore};

use crate::ManualClock;

/// The ports of one place that keeps jobs, as one process has them.
#[derive(Debug, Clone)]
pub struct JobPorts {
    /// Where jobs are kept.
    pub store: Arc<dyn JobStore>,
    /// What happened to them.
    pub events: Arc<dyn EventLog>,
    /// Who hears of them first.
    pub queue: Arc<dyn Queue>,
    /// What people change while programs run.
    pub settings: Arc<dyn SettingsStore>,
}

impl JobPorts {
    /// One adapter that is all of them.
    #[must_use]
    pub fn of<A: JobStore + EventLog + Queue + SettingsStore>(adapter: &Arc<A>) -> Self {
        Self {
            store: adapter.clone(),
            events: adapter.clone(),
            queue: adapter.clone(),
            settings: adapter.clone(),
        }
    }
}

/// An empty place that keeps jobs, seen from several sides.
pub struct JobsFixture {
    /// The time that all of them go by.
    pub clock: Arc<ManualClock>,
    /// One process.
    pub one: JobPorts,
    /// Another process; the same one where there can be no other.
    pub other: JobPorts,
    /// A process of another namespace.
    pub elsewhere: JobPorts,
    /// A way to leave transactions open, where the adapter has transactions.
    pub transactions: Option<Box<dyn OpensTransactions>>,
    _guard: Box<dyn Any + Send + Sync>,
}

impl JobsFixture {
    /// An empty place and what it stands on.
    #[must_use]
    pub fn new(
        clock: Arc<ManualClock>,
        [one, other, elsewhere]: [JobPorts; 3],
        guard: impl Any + Send + Sync,
    ) -> Self {
        Self {
            clock,
            one,
            other,
            elsewhere,
            transactions: None,
            _guard: Box::new(guard),
        }
    }

    /// The same place, with a way to leave transactions open.
    #[must_use]
    pub fn with_transactions(mut self, transactions: impl OpensTransactions + 'static) -> Self {
        self.transactions = Some(Box::new(transactions));
        self
    }
}

impl fmt::Debug for JobsFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobsFixture")
            .field("one", &self.one)
            .finish_non_exhaustive()
    }
}

/// Opens transactions in the namespace of [`JobsFixture::one`], behind the adapter's back.
#[async_trait]
pub trait OpensTransactions: Send + Sync {
    /// Appends a progress event about `job`, as the adapter would, and leaves the transaction open.
    async fn append(&self, job: JobId) -> Box<dyn OpenTransaction>;
}

/// A transaction that waits.
#[async_trait]
pub trait OpenTransaction: Send {
    /// Commits it.
    async fn commit(self: Box<Self>);
}
