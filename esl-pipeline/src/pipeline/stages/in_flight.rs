//! Requests that may take effect though their answer never came.
//!
//! A request that must not happen twice is announced in the journal before it is sent. A later run
//! that finds the announcement waits until the request has taken effect or never will, and looks
//! before it sends another.

use std::time::Duration;

use esl_core::ports::Notion;
use esl_core::{CancellationToken, Timestamp};

use crate::pipeline::PipelineError;
use crate::pipeline::journal::Journal;

/// Waits until the request that was sent at `sent` has taken effect or never will.
pub(super) async fn settle(
    notion: &dyn Notion,
    journal: &Journal<'_>,
    sent: Timestamp,
    stop: &CancellationToken,
) -> Result<(), PipelineError> {
    let age = journal.now().since(sent);
    wait(notion.limits().request_deadline.saturating_sub(age), stop).await
}

/// Waits, unless the run is stopped meanwhile.
pub(super) async fn wait(time: Duration, stop: &CancellationToken) -> Result<(), PipelineError> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(PipelineError::Cancelled),
        () = tokio::time::sleep(time) => Ok(()),
    }
}

/// Waits for blocks that an earlier run may be appending to the page: what is written after this
/// returns is not mixed up with them.
pub(in crate::pipeline) async fn settle_append(
    notion: &dyn Notion,
    journal: &Journal<'_>,
    stop: &CancellationToken,
) -> Result<(), PipelineError> {
    match journal.manifest().await.pending_append {
        Some(sent) => settle(notion, journal, sent, stop).await,
        None => Ok(()),
    }
}

/// Announces that blocks are about to be appended to the page. The announcement stands until the
/// page's content is recorded.
pub(super) async fn announce_append(
    notion: &dyn Notion,
    journal: &Journal<'_>,
) -> Result<(), PipelineError> {
    // Where a request ends with its sender, there is nothing to wait for.
    if notion.limits().request_deadline.is_zero() {
        return Ok(());
    }
    let sent = Some(journal.now());
    let announced = journal.record(|manifest| manifest.pending_append = sent);
    announced.await.map_err(PipelineError::Manifest)
}
