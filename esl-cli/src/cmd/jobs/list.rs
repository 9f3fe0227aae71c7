//! `esl jobs list`: jobs, the newest first.

use std::io::{self, Write};

use esl_core::job::payload::{LESSON_KINDS, LessonRun};
use esl_core::job::{Job, JobKind, Payload as _};
use esl_core::ports::JobFilter;
use serde_json::{Value, json};

use super::{Desk, view};
use crate::args::{JobTypes, ListJobsArgs};
use crate::exit::Failure;
use crate::output::{Answer, Outcome, style::printable};

struct Listed {
    place: String,
    jobs: Vec<Job>,
    /// Whether there are more.
    goes_on: bool,
}

pub(super) async fn list(args: ListJobsArgs, desk: &Desk<'_>) -> Outcome {
    let limit = usize::from(args.limit);
    let mut filter = JobFilter::default();
    filter.states = args.state;
    filter.kinds = kinds(args.types);
    filter.before = args.cursor;
    // One more tells whether that was all.
    filter.limit = limit + 1;
    let jobs = desk.jobs.store.list(&filter).await;
    let mut jobs = jobs.map_err(|error| Failure::of(&error))?;
    let goes_on = jobs.len() > limit;
    jobs.truncate(limit);
    Ok(Box::new(Listed {
        place: desk.place(),
        jobs,
        goes_on,
    }))
}

/// The kinds to list; any if there are none.
fn kinds(types: Vec<JobTypes>) -> Vec<JobKind> {
    if types.is_empty() {
        return LESSON_KINDS.to_vec();
    }
    let kinds = types.into_iter().map(|types| match types {
        JobTypes::All => None,
        JobTypes::One(kind) => Some(kind),
    });
    kinds.collect::<Option<_>>().unwrap_or_default()
}

impl Listed {
    fn next(&self) -> Option<&Job> {
        self.jobs.last().filter(|_| self.goes_on)
    }
}

/// What a job is about: mostly, a lesson that is made.
fn subject(job: &Job) -> String {
    let kind = &job.head.kind;
    match view::lesson(job) {
        Some(lesson) if *kind == LessonRun::KIND => lesson.to_owned(),
        Some(lesson) => format!("{lesson} ({kind})"),
        None => kind.to_string(),
    }
}

impl Answer for Listed {
    fn json(&self) -> Value {
        let jobs: Vec<_> = self.jobs.iter().map(view::json).collect();
        json!({ "jobs": jobs, "nextCursor": self.next().map(|job| job.head.id) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.jobs.is_empty() {
            // Not among the lines that a script reads.
            return writeln!(io::stderr(), "no such jobs in {}", self.place);
        }
        for job in &self.jobs {
            let (id, state) = (job.head.id, job.head.state.as_str());
            let created = view::second(job.head.created_at);
            let line = format!("{id}  {state:9}  {created}  {}", subject(job));
            writeln!(out, "{}", printable(&line))?;
        }
        match self.next() {
            Some(last) => writeln!(out, "\nmore with: --cursor {}", last.head.id),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lessons_are_listed_unless_others_are_asked_for() {
        let mail = || "notify.email".parse::<JobKind>().unwrap();
        assert_eq!(kinds(vec![]), LESSON_KINDS);
        assert_eq!(kinds(vec![JobTypes::One(mail())]), [mail()]);
        assert_eq!(kinds(vec![JobTypes::One(mail()), JobTypes::All]), []);
    }
}
