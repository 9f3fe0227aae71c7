//! Jobs and events as programs and people read them.

use esl_core::job::{EventKind, Job, JobEvent, JobView};
use serde_json::{Value, json};

use crate::output::style::printable;
use crate::output::summary;

/// A job as services show it.
pub(super) fn json(job: &Job) -> Value {
    summary::json(&JobView::from(job))
}

/// The lesson by the name that people know it by.
pub(super) fn lesson(job: &Job) -> Option<&str> {
    let fields = &job.payload.fields;
    let name = fields.get("fileName").or_else(|| fields.get("md"));
    name.and_then(Value::as_str)
}

/// An event.
pub(super) fn event_json(JobEvent { cursor, event }: &JobEvent) -> Value {
    json!({
        "seq": cursor,
        "type": event.kind,
        "jobId": event.job,
        "state": event.state,
        "actor": event.actor,
        "at": event.at,
        "payload": event.data,
    })
}

/// What happened, and when, in a line.
pub(super) fn event_line(JobEvent { event, .. }: &JobEvent) -> String {
    let text = |name| event.data.get(name).and_then(Value::as_str);
    let number = |name| event.data.get(name).and_then(Value::as_u64);
    let state = event.state;
    let mut words = match event.kind {
        EventKind::Created => vec![state.to_string()],
        EventKind::StateChanged if event.data.contains_key("edited") => vec!["edited".to_owned()],
        EventKind::StateChanged => vec![state.to_string()],
        EventKind::Progress => [text("stage"), text("status")]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect(),
    };
    match (event.kind, number("current"), number("total")) {
        (EventKind::Progress, Some(current), Some(total)) => {
            words.push(format!("{current} of {total}"));
        }
        (EventKind::StateChanged, ..) => {
            words.extend(number("attempt").map(|attempt| format!("(attempt {attempt})")));
        }
        _ => {}
    }
    words.extend(text("error").map(|error| format!("- {error}")));
    words.extend(text("nextAttemptAt").map(|time| format!("- again at {time}")));
    printable(&format!("{}  {}  {}", event.at, event.job, words.join(" ")))
}
