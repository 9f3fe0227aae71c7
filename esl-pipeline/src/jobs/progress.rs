//! What a run tells, as notes about its job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::job::{JobId, PhaseConfig};
use esl_core::ports::{JobProgress, ProgressNote};
use esl_core::{ProgressSink, Stage, StageEvent, StageStatus};
use serde_json::{Map, Value, json};

use super::{failure, output};

/// What the phases' behaviour is called in a job's output and in its first note.
pub(super) const PHASES: &str = "phases";

/// Turns the events of a run into notes: `stage`, `status`, `current` and `total` (units of the stage,
/// `null` until they are known), `percentage` (of the whole job), `message`, and `detail` where there
/// is more to know.
#[derive(Debug)]
pub(super) struct Notes {
    job: JobId,
    notes: Arc<dyn JobProgress>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Told with the first note.
    phases: Option<Value>,
    stages: BTreeMap<Stage, Share>,
}

/// How much of a stage is done.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    units: Option<(u64, u64)>,
    is_over: bool,
}

impl Notes {
    pub(super) fn new(job: JobId, phases: &PhaseConfig, notes: Arc<dyn JobProgress>) -> Self {
        let state = State {
            phases: Some(of_run(phases)),
            stages: BTreeMap::new(),
        };
        Self {
            job,
            notes,
            state: Mutex::new(state),
        }
    }

    fn note(&self, event: &StageEvent) -> ProgressNote {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let share = state.take_in(event);
        let (mut detail, mut output) = (detail(&event.status), Map::new());
        if let StageStatus::Page { url } = &event.status {
            output = output::page(self.job, url);
            detail.clone_from(&output);
        }
        if let Some(phases) = state.phases.take() {
            detail.insert(PHASES.to_owned(), phases.clone());
            output.insert(PHASES.to_owned(), phases);
        }
        let mut data = Map::from_iter([
            ("stage".to_owned(), json!(event.stage)),
            ("status".to_owned(), json!(status(&event.status))),
            (
                "current".to_owned(),
                json!(share.units.map(|units| units.0)),
            ),
            ("total".to_owned(), json!(share.units.map(|units| units.1))),
            ("percentage".to_owned(), json!(state.percentage())),
            ("message".to_owned(), json!(message(event))),
        ]);
        if !detail.is_empty() {
            data.insert("detail".to_owned(), Value::Object(detail));
        }
        // A stage that is left out has begun and ended: nobody is to miss it.
        let begins = matches!(
            event.status,
            StageStatus::Start | StageStatus::Skipped { .. }
        );
        ProgressNote {
            stage: begins.then(|| event.stage.to_string()),
            data,
            output,
        }
    }
}

impl ProgressSink for Notes {
    fn emit(&self, event: StageEvent) {
        self.notes.note(self.note(&event));
    }
}

impl State {
    fn take_in(&mut self, event: &StageEvent) -> Share {
        let share = self.stages.entry(event.stage).or_default();
        match event.status {
            StageStatus::Progress { done, total } => share.units = Some((done, total)),
            StageStatus::Success { .. } | StageStatus::Skipped { .. } => share.is_over = true,
            _ => {}
        }
        *share
    }

    /// How much of the job is done, from 0 to 100.
    fn percentage(&self) -> u64 {
        let done = self
            .stages
            .iter()
            .map(|(stage, share)| share.of(weight(*stage)));
        done.sum()
    }
}

impl Share {
    fn of(self, weight: u64) -> u64 {
        match self.units {
            _ if self.is_over => weight,
            Some((done, total)) if total > 0 => weight * done.min(total) / total,
            _ => 0,
        }
    }
}

/// How the phases of a run behave. Who is told afterwards is no business of those who follow it.
fn of_run(phases: &PhaseConfig) -> Value {
    let mut phases = json!(phases);
    if let Some(phases) = phases.as_object_mut() {
        phases.remove("notify");
    }
    phases
}

/// How much of a job a stage is, of 100.
const fn weight(stage: Stage) -> u64 {
    match stage {
        Stage::Validate | Stage::Colorize | Stage::AddAudio | Stage::Manifest => 5,
        Stage::Import => 30,
        Stage::Tts => 40,
        Stage::Upload => 10,
    }
}

/// What notes call what happened.
const fn status(status: &StageStatus) -> &'static str {
    match status {
        StageStatus::Start => "start",
        StageStatus::Retry { .. } => "retry",
        StageStatus::Waiting => "waiting",
        StageStatus::Success { .. } => "success",
        StageStatus::Skipped { .. } => "skipped",
        StageStatus::Failed { .. } => "failed",
        _ => "progress",
    }
}

fn message(event: &StageEvent) -> String {
    let (doing, done) = words(event.stage);
    match &event.status {
        StageStatus::Progress { done, total } => format!("{doing}: {done} of {total}"),
        StageStatus::Page { .. } => "The page is there".to_owned(),
        StageStatus::Retry { .. } => format!("{doing}: trying again"),
        StageStatus::Waiting => format!("{doing}: waiting for a turn"),
        StageStatus::Success { .. } => done.to_owned(),
        StageStatus::Skipped { reason } => format!("Left out: {reason}"),
        StageStatus::Failed { error, .. } => failure::without_folders(error),
        _ => doing.to_owned(),
    }
}

const fn words(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Validate => ("Checking the lesson", "Checked the lesson"),
        Stage::Import => ("Making the page", "Made the page"),
        Stage::Colorize => ("Colouring the headings", "Coloured the headings"),
        Stage::Tts => ("Speaking the study text", "Spoke the study text"),
        Stage::Upload => ("Storing the recording", "Stored the recording"),
        Stage::AddAudio => ("Placing the player", "Placed the player"),
        Stage::Manifest => ("Recording what was done", "Recorded what was done"),
    }
}

fn detail(status: &StageStatus) -> Map<String, Value> {
    let detail = match status {
        StageStatus::Skipped { reason } => json!({ "reason": reason }),
        StageStatus::Waiting => json!({"reason": "waiting_for_tts_slot"}),
        StageStatus::Retry { attempt, delay } => {
            json!({"attempt": attempt, "delayMs": delay.as_millis() as u64})
        }
        StageStatus::Failed {
            kind, transient, ..
        } => json!({"kind": kind.as_str(), "transient": transient}),
        _ => json!({}),
    };
    match detail {
        Value::Object(detail) => detail,
        _ => Map::new(),
    }
}
