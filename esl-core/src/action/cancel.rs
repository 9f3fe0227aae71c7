//! Stopping a job.

use serde_json::{Map, Value, json};

use super::{ActionCapability, ActionError, ActionKind, ActionOutcome, text};
use crate::job::{Actor, Ignored, Job, JobState, News, Report};
use crate::ports::JobStore;

/// Stops a job: at once for everybody who looks, within a second for the worker that runs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cancel {
    /// Why; blank text is no reason.
    pub reason: Option<String>,
}

const MAX_REASON: usize = 500;
const ALLOWED: &[JobState] = &[JobState::Queued, JobState::Running];

impl Cancel {
    pub(super) fn capability() -> ActionCapability {
        ActionCapability {
            kind: ActionKind::Cancel,
            label: "Cancel Job",
            description: "Stop a job that waits or runs",
            requires_fields: &[],
            implemented: true,
            allowed_states: ALLOWED,
            payload_schema: json!({
                "type": "object",
                "properties": {"reason": {"type": "string", "maxLength": MAX_REASON}},
            }),
        }
    }

    pub(super) fn parse(payload: &Map<String, Value>) -> Result<Self, ActionError> {
        let is_blank = |reason: &str| reason.trim().is_empty();
        let reason = match payload.get("reason") {
            Some(Value::String(reason)) if is_blank(reason) => None,
            _ => text(payload, "reason")?,
        };
        let is_too_long = |reason: &String| reason.chars().count() > MAX_REASON;
        if reason.as_ref().is_some_and(is_too_long) {
            return Err(ActionError::invalid(
                "reason",
                "is longer than 500 characters",
            ));
        }
        Ok(Self { reason })
    }

    pub(super) async fn perform(
        &self,
        job: Job,
        actor: Actor,
        store: &dyn JobStore,
    ) -> Result<ActionOutcome, ActionError> {
        let reason = self.reason.clone();
        let report = Report::about(job.head.id, actor, News::Cancelled { reason });
        let head = match store.report(vec![report]).await?.pop() {
            Some(Ok(head)) => head,
            Some(Err(Ignored::Terminal(state))) => {
                return Err(ActionError::InvalidState {
                    action: ActionKind::Cancel.as_str(),
                    state,
                    allowed: ALLOWED,
                });
            }
            _ => return Err(ActionError::Conflict),
        };
        Ok(ActionOutcome {
            job: Job { head, ..job },
            new_job: None,
            manifest_sync: None,
        })
    }
}
