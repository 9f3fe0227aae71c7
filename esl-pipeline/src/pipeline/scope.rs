//! What all stages of one run share: its name, its listener, its journal of times.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use esl_core::{
    CancellationToken, Classify, ProgressSink, RunId, Stage, StageEvent, StageStatus, with_causes,
};
use tokio::time::Instant;
use tracing::Instrument;

use super::plan::{Action, Decision};
use super::{PipelineError, RunContext, StageEnd, StageReport};

/// What all stages of one run share.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) run_id: RunId,
    pub(super) progress: Arc<dyn ProgressSink>,
    /// Whether to begin no stage that has effects of its own.
    pub(super) wind_down: CancellationToken,
    reports: Mutex<Vec<StageReport>>,
}

impl Scope {
    pub(super) fn new(context: &RunContext) -> Self {
        Self {
            run_id: context.run_id,
            progress: context.progress.clone(),
            wind_down: context.wind_down.clone(),
            reports: Mutex::default(),
        }
    }

    /// Does the work of a stage, tells the listener and notes how it went. When the run is winding
    /// down, only what was done before is still recorded.
    pub(super) async fn stage<T>(
        &self,
        stage: Stage,
        work: impl Future<Output = Result<T, PipelineError>>,
    ) -> Result<T, PipelineError> {
        if matches!(
            stage,
            Stage::Import | Stage::Tts | Stage::Upload | Stage::AddAudio
        ) {
            unless_stopped(&self.wind_down)?;
        }
        let span = tracing::info_span!("stage", run.id = %self.run_id, stage = %stage);
        let start = Instant::now();
        self.emit(stage, StageStatus::Start);
        let result = work.instrument(span.clone()).await;
        let duration = start.elapsed();
        let _entered = span.enter();
        match &result {
            Ok(_) => {
                tracing::info!(duration_ms = millis(duration), "stage succeeded");
                self.note(stage, StageEnd::Done, None, duration);
                self.emit(stage, StageStatus::Success { duration });
            }
            Err(error) => {
                // The caller handles the failure and logs it.
                tracing::debug!(duration_ms = millis(duration), kind = %error.kind(), "stage failed");
                self.emit(stage, failed(error));
            }
        }
        result
    }

    /// Tells and notes that a stage has no work.
    pub(super) fn leave_out(&self, stage: Stage, decision: Decision) {
        let end = match decision.action {
            Action::Noop => StageEnd::Noop,
            Action::Run | Action::Skip => StageEnd::Skipped,
        };
        let reason = decision.reason.to_owned();
        tracing::info!(run.id = %self.run_id, %stage, reason, "stage left out");
        self.note(stage, end, Some(reason.clone()), Duration::ZERO);
        self.emit(stage, StageStatus::Skipped { reason });
    }

    /// Tells how far a stage is.
    pub(super) fn tell_progress(&self, stage: Stage, done: usize, total: usize) {
        let (done, total) = (done as u64, total as u64);
        self.emit(stage, StageStatus::Progress { done, total });
    }

    /// How the stages ended, in the order of effects.
    pub(super) fn reports(&self) -> Vec<StageReport> {
        let mut reports = self.lock().clone();
        reports.sort_by_key(|report| report.stage);
        reports
    }

    fn note(&self, stage: Stage, status: StageEnd, reason: Option<String>, duration: Duration) {
        self.lock().push(StageReport {
            stage,
            status,
            reason,
            duration_ms: millis(duration),
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<StageReport>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that something happened in a stage.
    pub(super) fn emit(&self, stage: Stage, status: StageStatus) {
        self.progress.emit(StageEvent { stage, status });
    }
}

/// A safe point: nothing is half done here.
pub(super) fn unless_stopped(stop: &CancellationToken) -> Result<(), PipelineError> {
    if stop.is_cancelled() {
        return Err(PipelineError::Cancelled);
    }
    Ok(())
}

fn failed(error: &PipelineError) -> StageStatus {
    StageStatus::Failed {
        error: with_causes(error),
        kind: error.kind(),
        transient: error.kind().is_transient(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
