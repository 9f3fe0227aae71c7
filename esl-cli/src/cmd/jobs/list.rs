//! `esl jobs list`: jobs, the newest first.

use std::io::{self, Write};

use esl_core::job::payload::LESSON_KINDS;
use esl_core::job::{Job, JobKind};
use esl_core::ports::JobFilter;
use serde_json::{Value, json};

use super::{Desk, view};
use crate::args::{JobTypes, ListJobsArgs};
use crate::exit::Failure;
use crate::output::{Answer, Outcome, style::printable};

struct Listed {
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
    Ok(Box::new(Listed { jobs, goes_on }))
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

impl Answer for Listed {
    fn json(&self) -> Value {
        let jobs: Vec<_> = self.jobs.iter().map(view::json).collect();
        json!({ "jobs": jobs, "nextCursor": self.next().map(|job| job.head.id) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let kinds = self.jobs.iter().map(|job| job.head.kind.as_str().len());
        let width = kinds.max().unwrap_or(0);
        for job in &self.jobs {
            let (head, lesson) = (&job.head, view::lesson(job).unwrap_or("-"));
            let (id, kind) = (head.id, head.kind.as_str());
            let (state, created) = (head.state.as_str(), head.created_at);
            let line = format!("{id}  {state:9}  {kind:width$}  {created}  {lesson}");
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
