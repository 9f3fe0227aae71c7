//! Jobs of one's own: worksheets are printed by a worker, and again if the printer jams.
//!
//! `cargo run -p esl-examples --example jobs`
//!
//! The jobs are kept in a SQLite file; with `postgres://…` for an address (and the feature `postgres`
//! of `esl-jobs`) submitters and workers may be programs on different machines, and the rest stays as
//! it is. A worker that is killed loses nothing: start the program again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::{Cursor, FailureCode, Job, JobId, JobKind, NewJob, Payload};
use esl_core::ports::{
    Done, EventPage, HandlePayload, JobContext, JobError, ProgressNote, SystemClock,
};
use esl_jobs::worker::Worker;
use esl_jobs::{Jobs, Places, connect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a job is to do. It is stored as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Print {
    copies: u32,
    /// What a later program may add is kept.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Payload for Print {
    const KIND: JobKind = JobKind::from_static("school.print");
    const VERSION: u32 = 1;
}

/// Who does it.
#[derive(Debug)]
struct Printer;

#[async_trait]
impl HandlePayload<Print> for Printer {
    async fn run(&self, print: Print, _job: &Job, context: &JobContext) -> Result<Done, JobError> {
        if context.attempt.number == 1 {
            // It may pass: there will be another attempt in about a second.
            let code = FailureCode::custom("printer_jammed");
            return Err(JobError::transient(code, "the printer jammed"));
        }
        for copy in 1..=print.copies {
            // Somebody cancelled the job, or the process is going to end.
            context.check()?;
            context.progress.note(ProgressNote {
                data: Map::from_iter([("copy".into(), json!(copy))]),
                ..ProgressNote::default()
            });
        }
        Ok(Done {
            output: Map::from_iter([("sheets".into(), json!(print.copies))]),
            ..Done::default()
        })
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it does")]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let job = print_worksheets(folder.path()).await?;
    println!("{}: {}", job.head.state, json!(job.output));
    Ok(())
}

/// Runs a worker for as long as it takes to print.
async fn print_worksheets(folder: &Path) -> anyhow::Result<Job> {
    let mut places = Places::default();
    places.database_url = format!("sqlite:{}/jobs.db", folder.display());
    // Whoever works on a namespace must know all kinds of jobs in it: `esl worker` has its own.
    places.namespace = "school".into();
    let jobs = connect(&places, Arc::new(SystemClock)).await?;
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .handles::<Print>(Printer)
        .build()?;
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(worker.run(shutdown.clone()));

    let rest = Map::new();
    let print = NewJob::new(&Print { copies: 3, rest });
    let submitted = jobs.store.submit(vec![print]).await?;
    let job = ended(submitted[0].id, &jobs).await?;

    // Lets what still runs come to its end, or gives it back.
    shutdown.cancel();
    working.await?;
    Ok(job)
}

/// Tells what happens to a job until it has ended, whichever process runs it.
#[expect(clippy::print_stdout, reason = "an example shows what it does")]
async fn ended(id: JobId, jobs: &Jobs) -> anyhow::Result<Job> {
    let mut after = Cursor::START;
    loop {
        let mut page = EventPage::after(after, 100);
        page.job = Some(id);
        for found in jobs.events.read(page).await? {
            after = found.cursor;
            let event = found.event;
            println!("{}  {}  {}", event.at, event.state, json!(event.data));
            if event.state.is_terminal() {
                return Ok(jobs.store.jobs(&[id]).await?.remove(0));
            }
        }
        jobs.events.wait(after, Duration::from_secs(60)).await?;
    }
}

#[cfg(test)]
mod tests {
    use esl_core::job::JobState;

    use super::*;

    #[tokio::test]
    async fn the_example_prints_at_the_second_attempt() {
        let folder = tempfile::tempdir().unwrap();
        let job = print_worksheets(folder.path()).await.unwrap();
        assert_eq!((job.head.state, job.head.attempt), (JobState::Succeeded, 2));
        assert_eq!(job.output["sheets"], 3);
    }
}
