//! `esl jobs list`: jobs, the newest first.

use std::io::{self, Write};

use esl_core::job::Job;
use esl_core::ports::JobFilter;
use serde_json::{Value, json};

use super::{Desk, view};
use crate::args::ListJobsArgs;
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
    filter.kinds = args.kind;
    filter.before = args.cursor;
    // One more tells whether that was all.
    filter.limit = limit + 1;
    let jobs = desk.jobs.store.list(&filter).await;
    let mut jobs = jobs.map_err(|error| Failure::of(&error))?;
    let goes_on = jobs.len() > limit;
    jobs.truncate(limit);
    Ok(Box::new(Listed { jobs, goes_on }))
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
