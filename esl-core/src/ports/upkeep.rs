//! What upkeep is done with: sweeping up, and listing what there is to choose from.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

use super::{JobContext, JobError};
use crate::job::payload::CleanupScope;

/// Somebody who knows what may go: files of dead runs, uploads that nobody needs.
#[async_trait]
pub trait Sweeper: fmt::Debug + Send + Sync + 'static {
    /// What it sweeps up.
    fn scope(&self) -> CleanupScope;

    /// Removes what may go and says how many things went. Stops early if the job is to stop.
    ///
    /// # Errors
    /// [`JobError`].
    async fn sweep(&self, context: &JobContext) -> Result<usize, JobError>;
}

/// Something that people choose from, listed by whoever has it.
#[async_trait]
pub trait OptionsSource: fmt::Debug + Send + Sync + 'static {
    /// What is listed: `voices`, `databases`.
    fn name(&self) -> &'static str;

    /// Lists it anew.
    ///
    /// # Errors
    /// [`JobError`].
    async fn list(&self) -> Result<Vec<Value>, JobError>;
}
