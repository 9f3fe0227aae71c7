//! Passing on how far a job is, not more often than anybody can read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use esl_core::job::{Attempt, News, Report};
use esl_core::ports::{JobProgress, ProgressNote};
use tokio::time::Instant;

use super::Shared;
use super::stages::Stages;

/// Four notes a second per job: what a person can follow.
const PAUSE: Duration = Duration::from_millis(250);

/// Where the handler of one attempt leaves its notes.
pub(super) struct Progress {
    shared: Arc<Shared>,
    attempt: Attempt,
    passed_on: Mutex<Option<Instant>>,
    stages: Stages,
}

impl Progress {
    pub(super) fn new(shared: Arc<Shared>, attempt: Attempt) -> Self {
        Self {
            shared,
            attempt,
            passed_on: Mutex::default(),
            stages: Stages::default(),
        }
    }

    /// Whether a note that can be left out is due.
    fn is_due(&self) -> bool {
        let mut passed_on = self
            .passed_on
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_due = passed_on.is_none_or(|last| now.duration_since(last) >= PAUSE);
        if is_due {
            *passed_on = Some(now);
        }
        is_due
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl JobProgress for Progress {
    fn note(&self, note: ProgressNote) {
        let ends = self.stages.see(&note.data, self.shared.observer.as_ref());
        let matters = ends || note.stage.is_some() || !note.output.is_empty();
        if matters || self.is_due() {
            let news = News::Progress {
                stage: note.stage,
                data: note.data,
                output: note.output,
            };
            let actor = self.shared.actor();
            let report = Report::of_attempt(self.attempt, actor, news);
            self.shared.reporter.tell(report);
        }
    }
}
