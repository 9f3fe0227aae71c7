//! What a run tells while it works.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::{ErrorKind, Stage};

/// Something happened in a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageEvent {
    /// The stage it happened in.
    pub stage: Stage,
    /// What happened.
    #[serde(flatten)]
    pub status: StageStatus,
}

/// What happened in a stage. `status` in JSON; new ones may be added.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(
    tag = "status",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum StageStatus {
    /// Work began.
    Start,
    /// Part of the work is done.
    Progress {
        /// Units finished so far (segments, blocks, bytes).
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// All requests that the credential may have under way are others' for now.
    Waiting,
    /// The page is there from now on.
    Page {
        /// Where people open it.
        url: String,
    },
    /// An attempt failed and will be repeated.
    Retry {
        /// The attempt that failed, from 1.
        attempt: u32,
        /// How long the stage waits before the next one.
        #[serde(serialize_with = "as_millis", rename = "delayMs")]
        delay: Duration,
    },
    /// The stage is complete.
    Success {
        /// From start to success.
        #[serde(serialize_with = "as_millis", rename = "durationMs")]
        duration: Duration,
    },
    /// There was nothing to do, or the caller asked to leave it out.
    Skipped {
        /// Why, in words for people.
        reason: String,
    },
    /// The stage gave up.
    Failed {
        /// What went wrong, without secrets or lesson text.
        error: String,
        /// The kind of failure.
        #[serde(serialize_with = "as_display")]
        kind: ErrorKind,
        /// Whether the same run may succeed later.
        transient: bool,
    },
}

fn as_millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

fn as_display<S: serde::Serializer>(
    value: &impl fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Receives the events of a run, in order within each stage.
///
/// Called from the run itself: it must return quickly and must not block.
pub trait ProgressSink: fmt::Debug + Send + Sync + 'static {
    /// Takes note of `event`.
    fn emit(&self, event: StageEvent);
}

/// A sink that takes no note.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl ProgressSink for Silent {
    fn emit(&self, _event: StageEvent) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(status: StageStatus) -> serde_json::Value {
        let stage = Stage::AddAudio;
        serde_json::to_value(StageEvent { stage, status }).unwrap()
    }

    #[test]
    fn events_have_a_flat_wire_shape() {
        assert_eq!(
            event(StageStatus::Start),
            json!({"stage": "add-audio", "status": "start"})
        );
        let duration = Duration::from_millis(1500);
        assert_eq!(
            event(StageStatus::Success { duration }),
            json!({"stage": "add-audio", "status": "success", "durationMs": 1500})
        );
        assert_eq!(
            event(StageStatus::Failed {
                error: "page is gone".into(),
                kind: ErrorKind::NotFound,
                transient: false
            }),
            json!({"stage": "add-audio", "status": "failed", "error": "page is gone",
                   "kind": "not_found", "transient": false})
        );
    }
}
