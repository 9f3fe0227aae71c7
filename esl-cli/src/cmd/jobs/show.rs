//! `esl jobs show`: a job and what happened to it.

use std::io::{self, Write};

use esl_core::job::{self, Cursor, FailureCode, Job, JobEvent, JobId};
use esl_core::ports::{EventLog, EventPage, StoreError};
use serde_json::{Value, json};

use super::made::Made;
use super::{Desk, view};
use crate::args::IdPrefix;
use crate::exit::Failure;
use crate::output::{Answer, Outcome, summary};

/// How many events are read at once.
const PAGE: usize = 500;

struct Shown {
    job: Job,
    made: Option<Made>,
    events: Vec<JobEvent>,
}

pub(super) async fn show(id: &IdPrefix, desk: &Desk<'_>) -> Outcome {
    let job = desk.find(id).await?;
    let events = history(job.head.id, desk.jobs.events.as_ref()).await;
    let events = events.map_err(|error| Failure::of(&error))?;
    let made = Made::of(&job, desk).await?;
    Ok(Box::new(Shown { job, made, events }))
}

/// Everything that happened to a job so far.
pub(super) async fn history(job: JobId, log: &dyn EventLog) -> Result<Vec<JobEvent>, StoreError> {
    let mut page = EventPage::after(Cursor::START, PAGE);
    page.job = Some(job);
    let mut events = Vec::new();
    loop {
        let found = log.read(page).await?;
        let is_last = found.len() < PAGE;
        events.extend(found);
        match events.last() {
            Some(last) if !is_last => page.after = last.cursor,
            _ => return Ok(events),
        }
    }
}

/// What to do where the message of a failure does not say it all.
fn help(failure: &job::Failure) -> Option<&'static str> {
    let is_invalid = failure.code == FailureCode::LESSON_INVALID;
    is_invalid.then_some("`esl validate` shows what is wrong with a lesson, and where")
}

impl Answer for Shown {
    fn json(&self) -> Value {
        let events: Vec<_> = self.events.iter().map(view::event_json).collect();
        let made = self.made.as_ref().map(Made::json);
        json!({ "job": view::json(&self.job), "made": made, "events": events })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let head = &self.job.head;
        let told = |name| self.job.output.get(name).and_then(Value::as_str);
        let made = self.made.as_ref();
        let mut fields = summary::Fields::default();
        fields.add("Job", head.id);
        fields.add("Type", &head.kind);
        fields.add_some("Lesson", view::lesson(&self.job));
        fields.add("State", head.state);
        fields.add_some("Stage", head.stage.as_ref());
        fields.add(
            "Attempt",
            format!("{} of {}", head.attempt, head.max_attempts),
        );
        fields.add_some("Next attempt", head.next_attempt_at);
        let failure = head.failure.as_ref();
        fields.add_some(
            "Error",
            failure.map(|failure| format!("{} ({})", failure.message, failure.code)),
        );
        fields.add_some("Help", failure.and_then(help));
        let page = made.and_then(Made::page).or(told("notionUrl"));
        fields.add_some("Page", page);
        fields.add_some("Student page", made.and_then(Made::student_page));
        let audio = made.and_then(Made::audio).or(told("audioUrl"));
        fields.add_some("Audio", audio);
        fields.add_some("Manifest", told("manifestPath"));
        fields.add("Priority", u8::from(head.priority));
        fields.add_some("Follows from", head.parent);
        fields.add("Created", head.created_at);
        fields.add_some("Started", head.started_at);
        fields.add_some("Finished", head.finished_at);
        fields.write(out)?;
        writeln!(out)?;
        for event in &self.events {
            writeln!(out, "{}  {}", event.event.at, view::happened(event))?;
        }
        Ok(())
    }
}
