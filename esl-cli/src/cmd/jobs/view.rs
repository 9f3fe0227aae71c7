//! Jobs and events as programs and people read them.

use esl_core::Timestamp;
use esl_core::job::{EventKind, Job, JobEvent, JobState, JobView, NewEvent};
use serde_json::{Map, Value, json};

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

/// A time of which a line of a terminal has room: to the second.
pub(super) fn second(time: Timestamp) -> String {
    let text = time.to_string();
    let second = text.split_once('.').map_or(&*text, |(second, _)| second);
    format!("{second}Z")
}

/// What happened, in a few words.
pub(super) fn happened(JobEvent { event, .. }: &JobEvent) -> String {
    let words = match event.kind {
        EventKind::Created => event.state.to_string(),
        EventKind::StateChanged if event.data.contains_key("edited") => "edited".to_owned(),
        EventKind::StateChanged => changed(event),
        EventKind::Progress => progressed(&event.data),
    };
    printable(&words)
}

fn changed(event: &NewEvent) -> String {
    let text = |name| event.data.get(name).and_then(Value::as_str);
    let attempt = event.data.get("attempt").and_then(Value::as_u64);
    let mut words = vec![event.state.to_string()];
    words.extend(attempt.map(|attempt| format!("(attempt {attempt})")));
    // One that runs again keeps the error of the attempt before.
    let error = text("error").filter(|_| event.state != JobState::Running);
    words.extend(error.map(|error| format!("- {error}")));
    words.extend(text("nextAttemptAt").map(|time| format!("- again at {time}")));
    words.join(" ")
}

fn progressed(note: &Map<String, Value>) -> String {
    let text = |name| note.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name| note.get(name).and_then(Value::as_u64);
    let stage = text("stage");
    match (number("current"), number("total")) {
        (Some(current), Some(total)) => format!("{stage} {current} of {total}"),
        _ => format!("{stage} {}", text("status")),
    }
}

#[cfg(test)]
mod tests {
    use esl_core::job::{Actor, Cursor, JobId};

    use super::*;

    #[test]
    fn events_are_told_in_a_few_words() {
        let told = |kind, state, data: Value| {
            let Value::Object(data) = data else {
                panic!("{data} has no fields");
            };
            let event = NewEvent {
                job: JobId::new(),
                owner: None,
                kind,
                state,
                actor: Actor::System,
                at: Timestamp::from_millis(0),
                data,
            };
            let cursor = Cursor::START;
            happened(&JobEvent { cursor, event })
        };
        let (changed, queued) = (EventKind::StateChanged, JobState::Queued);
        let failed = json!({"attempt": 1, "error": "no answer", "nextAttemptAt": "later"});
        let retried = told(changed, queued, failed);
        assert_eq!(retried, "queued (attempt 1) - no answer - again at later");
        let again = json!({"attempt": 2, "error": "no answer"});
        let again = told(changed, JobState::Running, again);
        assert_eq!(again, "running (attempt 2)");
        let edited = json!({"edited": ["preset"], "attempt": 1, "error": "no answer"});
        assert_eq!(told(changed, JobState::Failed, edited), "edited");
        let note = json!({"stage": "tts", "status": "progress", "current": 3, "total": 11});
        let note = told(EventKind::Progress, JobState::Running, note);
        assert_eq!(note, "tts 3 of 11");
    }
}
