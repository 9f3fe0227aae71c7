//! Requests that may take effect though their answer never came.
//!
//! A request that must not happen twice is announced in the journal before it is sent. A later run
//! that finds the announcement waits until the request has taken effect or never will, and looks
//! before it sends another. It waits in full, by its own time: the announcement's date may come from
//! a clock that has jumped since.

use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::ports::{Notion, NotionError};
use tokio::time::Instant;

use crate::pipeline::PipelineError;
use crate::pipeline::journal::Journal;

/// So long after the lesson was last certainly ours blocks may be appended without asking again.
const ANNOUNCED_FOR: Duration = Duration::from_secs(10);

/// Waits, unless the run is stopped meanwhile.
pub(in crate::pipeline) async fn wait(
    time: Duration,
    stop: &CancellationToken,
) -> Result<(), PipelineError> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(PipelineError::Cancelled),
        () = tokio::time::sleep(time) => Ok(()),
    }
}

/// Waits for blocks that an earlier run may be bringing to the page, a player among them: what is
/// written after this returns is not mixed up with them.
pub(super) async fn settle(
    notion: &dyn Notion,
    journal: &Journal<'_>,
    stop: &CancellationToken,
) -> Result<(), PipelineError> {
    let is_announced = journal
        .look(|manifest| manifest.pending_append.is_some() || manifest.pending_audio.is_some());
    if is_announced {
        let deadline = notion.limits().request_deadline;
        let rest = match journal.inherits_requests() {
            // An earlier run may have gone on for a while after this one made its claim.
            true => announced_for(notion) + deadline,
            false => {
                let quiet_at = journal.quiet_at(deadline);
                quiet_at.saturating_duration_since(Instant::now())
            }
        };
        wait(rest, stop).await?;
        journal.note(|manifest| manifest.pending_append = None);
        journal.settle_inherited();
    }
    Ok(())
}

/// How long an announcement holds: no longer than a request of whoever lost the lesson anyway may
/// take.
fn announced_for(notion: &dyn Notion) -> Duration {
    ANNOUNCED_FOR.min(notion.limits().request_deadline)
}

/// Whether requests may outlive their sender. Where they do not, there is nothing to wait for.
pub(super) fn may_be_late(notion: &dyn Notion) -> bool {
    !notion.limits().request_deadline.is_zero()
}

/// How much longer a request of this run that failed so may take effect.
pub(in crate::pipeline) fn may_last(notion: &dyn Notion, error: &PipelineError) -> Duration {
    match error {
        PipelineError::Notion {
            source: NotionError::Unanswered { after, .. },
            ..
        } => notion.limits().request_deadline.saturating_sub(*after),
        _ => Duration::ZERO,
    }
}

/// Announces that blocks are about to be appended to the page. The announcement holds for a while,
/// so that requests need not wait for the journal one by one, and stands until all were answered.
pub(super) async fn announce_append(
    notion: &dyn Notion,
    journal: &Journal<'_>,
) -> Result<(), PipelineError> {
    let is_announced = journal.look(|manifest| manifest.pending_append.is_some())
        && journal.was_confirmed_within(announced_for(notion));
    if is_announced || !may_be_late(notion) {
        return Ok(());
    }
    let sent = Some(journal.now());
    journal
        .record(|manifest| manifest.pending_append = sent)
        .await
}

/// Takes the announcement back if every request was answered.
pub(super) fn unless_unanswered<T>(
    journal: &Journal<'_>,
    result: Result<T, PipelineError>,
) -> Result<T, PipelineError> {
    let is_unanswered = matches!(
        &result,
        Err(PipelineError::Notion {
            source: NotionError::Unanswered { .. },
            ..
        })
    );
    if !is_unanswered {
        journal.note(|manifest| manifest.pending_append = None);
    }
    result
}
