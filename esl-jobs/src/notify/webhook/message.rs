//! What endpoints are told.

use esl_core::job::payload::NotifyWebhook;
use esl_core::job::{BatchView, Cursor, EventKind, EventView, Job, JobEvent};
use esl_core::ports::{EventLog, EventPage, JobError, JobStore};
use serde::Serialize;

use crate::notify::subject::{Subject, gone};

/// How many events are read at a time.
const PAGE: usize = 1000;

/// The body of a message, of what the wish names.
pub(super) async fn of(
    wish: &NotifyWebhook,
    store: &dyn JobStore,
    events: &dyn EventLog,
) -> Result<Vec<u8>, JobError> {
    match Subject::read(store, wish.job_id, wish.batch_id).await? {
        Subject::Job(job) => {
            let end = end_of(&job, events).await?;
            Ok(json(&EventView::of(&end, &job)))
        }
        Subject::Batch(batch, members) => Ok(json(&BatchView::of(batch, &wish.event, &members))),
    }
}

fn json(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("views have text keys and serialize")
}

/// The event that told of the end of a job. Metadata may have been edited since.
async fn end_of(job: &Job, events: &dyn EventLog) -> Result<JobEvent, JobError> {
    let mut page = EventPage {
        job: Some(job.head.id),
        ..EventPage::after(Cursor::START, PAGE)
    };
    loop {
        let found = events.read(page).await?;
        let Some(last) = found.last().map(|event| event.cursor) else {
            let message = format!("the log has no end of the job {} any more", job.head.id);
            return Err(gone(message));
        };
        let is_end = |event: &JobEvent| {
            event.event.kind == EventKind::StateChanged && event.event.state.is_terminal()
        };
        if let Some(end) = found.into_iter().find(is_end) {
            return Ok(end);
        }
        page.after = last;
    }
}
