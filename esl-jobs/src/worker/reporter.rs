//! Telling the store what happened, many reports at a time and in their order.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use esl_core::job::{Attempt, FailureCode, JobId, Report};
use esl_core::ports::{JobError, StoreError};
use esl_core::{Classify, Retry, with_causes};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Shared, envelope, outcomes};

/// How many reports go to the store at once.
const BATCH: usize = 500;

/// How long to wait after the store failed, at first; doubles up to [`PAUSES_END`].
const PAUSE: Duration = Duration::from_millis(50);
const PAUSES_END: Duration = Duration::from_secs(2);

/// A report, and the attempt that ends with it.
#[derive(Debug)]
struct Item {
    report: Report,
    ends: Option<Attempt>,
}

/// The way to the task that tells the store. It is as long as there are slots: notes of progress are
/// few, and each attempt ends once.
#[derive(Debug)]
pub(super) struct Reporter {
    way: Mutex<Option<UnboundedSender<Item>>>,
    untold: Mutex<Option<UnboundedReceiver<Item>>>,
}

impl Default for Reporter {
    fn default() -> Self {
        let (way, untold) = unbounded_channel();
        Self {
            way: Mutex::new(Some(way)),
            untold: Mutex::new(Some(untold)),
        }
    }
}

impl Reporter {
    /// Tells how an attempt gets on.
    pub(super) fn tell(&self, report: Report) {
        self.send(Item { report, ends: None });
    }

    /// Tells how an attempt ended; it runs until the store knows.
    pub(super) fn end(&self, attempt: Attempt, report: Report) {
        let ends = Some(attempt);
        self.send(Item { report, ends });
    }

    /// Ends the task once everything is told.
    pub(super) fn close(&self) {
        self.way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    fn send(&self, item: Item) {
        let way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(way) = way.as_ref() {
            // After the end there is nobody to tell, and the leases run out by themselves.
            let _ = way.send(item);
        }
    }

    fn take(&self) -> Option<UnboundedReceiver<Item>> {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Tells the store everything until the reporter is closed.
pub(super) async fn report_all(shared: Arc<Shared>) {
    let Some(mut untold) = shared.reporter.take() else {
        return;
    };
    let mut batch = Vec::new();
    // While one batch is on its way, the next one gathers.
    while untold.recv_many(&mut batch, BATCH).await > 0 {
        tell(&shared, &batch).await;
        for attempt in batch.drain(..).filter_map(|item| item.ends) {
            shared.running.leave(attempt);
        }
    }
}

/// Tells the store a batch, as often as it takes. If it refuses the whole, each report goes alone, so
/// that a bad one takes no other with it.
async fn tell(shared: &Shared, batch: &[Item]) {
    let reports = batch.iter().map(|item| item.report.clone());
    if insist(shared, reports.collect()).await.is_ok() {
        return;
    }
    for item in batch {
        if let Err(error) = insist(shared, vec![item.report.clone()]).await {
            log_refused(item.report.job, &error);
            if let Some(attempt) = item.ends {
                end_otherwise(shared, attempt).await;
            }
        }
    }
}

/// A job whose end cannot be told would be run again and again: its attempt has failed.
async fn end_otherwise(shared: &Shared, attempt: Attempt) {
    let message = "the job store refuses what came of the attempt";
    let error = JobError::transient(FailureCode::INTERNAL, message);
    let news = envelope::failed(shared, attempt, error);
    let report = Report::of_attempt(attempt, shared.actor(), news);
    if let Err(error) = insist(shared, vec![report]).await {
        log_refused(attempt.job, &error);
    }
}

fn log_refused(job: JobId, error: &StoreError) {
    tracing::error!(error = %with_causes(error), job.id = %job, run.id = %job, "the store refuses to hear of a job");
}

/// # Errors
/// What the store says if trying again cannot help.
async fn insist(shared: &Shared, reports: Vec<Report>) -> Result<(), StoreError> {
    let mut pause = PAUSE;
    loop {
        let error = match shared.store.report(reports.clone()).await {
            Ok(answers) => {
                outcomes::note(shared, &reports, &answers);
                return Ok(());
            }
            Err(error) => error,
        };
        if error.retry() == Retry::Never {
            return Err(error);
        }
        tracing::warn!(error = %with_causes(&error), "cannot report on jobs, trying again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES_END);
    }
}
