//! How many jobs a second go through a store, and how long they wait to be picked up?
//!
//! `jobs-load [--database URL] [--jobs N] [--concurrency C]` prints one JSON document. Jobs do nothing;
//! what is measured is accepting, starting and finishing them, with all their events, durably.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use clap::Parser;
use esl_core::CancellationToken;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Cursor, Job, JobState, NewJob};
use esl_core::ports::{Done, EventPage, HandlePayload, JobContext, JobError, SystemClock};
use esl_jobs::worker::{Worker, WorkerConfig};
use esl_jobs::{Jobs, Places, connect};
use serde::Serialize;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

/// How many jobs are picked up one by one to see how long each waits.
const PICKED_UP: usize = 300;

#[derive(Parser)]
struct Arguments {
    /// Where jobs are kept.
    #[arg(long, default_value = "sqlite:target/jobs-load.db")]
    database: String,
    /// How many jobs go through at each stage.
    #[arg(long, default_value_t = 10_000)]
    jobs: usize,
    /// How many jobs run at the same time.
    #[arg(long, default_value_t = 50)]
    concurrency: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    jobs: usize,
    concurrency: usize,
    submitted_one_by_one_per_second: f64,
    submitted_by_fifty_callers_per_second: f64,
    submitted_in_bulk_per_second: f64,
    drained_per_second: f64,
    pick_up_median_ms: f64,
    pick_up_p99_ms: f64,
    events: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut places = Places::default();
    places.database_url.clone_from(&arguments.database);
    places.namespace = format!("load-{}", std::process::id());
    places.pool_size = 20;
    let jobs = connect(&places, Arc::new(SystemClock)).await?;
    let figures = measure(&jobs, &arguments).await?;
    print(&figures)
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
fn print(figures: &Figures) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(figures)?);
    Ok(())
}

async fn measure(jobs: &Jobs, arguments: &Arguments) -> Result<Figures> {
    let count = arguments.jobs;
    let few = (count / 10).max(1);
    let one_by_one = timed(few, submit_by(jobs, 1, few)).await?;
    let by_fifty = timed(count, submit_by(jobs, 50, count)).await?;
    let bulk = timed(count, submit_in_bulk(jobs, count)).await?;
    let all = few + count.div_ceil(50) * 50 + count;
    let drained = timed(all, drain(jobs, all, arguments.concurrency)).await?;
    let waits = pick_up(jobs, arguments.concurrency).await?;
    let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    Ok(Figures {
        jobs: count,
        concurrency: arguments.concurrency,
        submitted_one_by_one_per_second: one_by_one,
        submitted_by_fifty_callers_per_second: by_fifty,
        submitted_in_bulk_per_second: bulk,
        drained_per_second: drained,
        pick_up_median_ms: at(50),
        pick_up_p99_ms: at(99),
        events: count_events(jobs).await?,
    })
}

async fn timed(count: usize, work: impl Future<Output = Result<()>>) -> Result<f64> {
    let started = Instant::now();
    work.await?;
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

fn nothing() -> NewJob {
    NewJob::new(&MaintenanceRefreshOptions::default())
}

async fn submit_by(jobs: &Jobs, callers: usize, count: usize) -> Result<()> {
    let mut submitting = JoinSet::new();
    for _ in 0..callers {
        let store = jobs.store.clone();
        submitting.spawn(async move {
            for _ in 0..count.div_ceil(callers) {
                store.submit(vec![nothing()]).await?;
            }
            anyhow::Ok(())
        });
    }
    submitting.join_all().await.into_iter().collect()
}

async fn submit_in_bulk(jobs: &Jobs, count: usize) -> Result<()> {
    let mut left = count;
    while left > 0 {
        let bulk = left.min(1000);
        jobs.store
            .submit((0..bulk).map(|_| nothing()).collect())
            .await?;
        left -= bulk;
    }
    Ok(())
}

/// Does nothing, and says when it began.
#[derive(Debug)]
struct Idles {
    left: Arc<AtomicU64>,
    is_done: Arc<Notify>,
    began: mpsc::UnboundedSender<Instant>,
}

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for Idles {
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        // Whoever does not listen does not measure.
        let _ = self.began.send(Instant::now());
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.is_done.notify_one();
        }
        Ok(Done::default())
    }
}

/// A worker that has `count` jobs to do, and two ways to watch it.
fn worker(
    jobs: &Jobs,
    count: usize,
    concurrency: usize,
) -> Result<(Worker, Arc<Notify>, mpsc::UnboundedReceiver<Instant>)> {
    let (began, beginnings) = mpsc::unbounded_channel();
    let is_done = Arc::new(Notify::new());
    let handler = Idles {
        left: Arc::new(AtomicU64::new(count as u64)),
        is_done: is_done.clone(),
        began,
    };
    let mut config = WorkerConfig::default();
    config.concurrency = concurrency;
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .config(config)
        .handles(handler)
        .build()?;
    Ok((worker, is_done, beginnings))
}

/// Until all jobs have run and their ends are in the store.
async fn drain(jobs: &Jobs, count: usize, concurrency: usize) -> Result<()> {
    let (worker, is_done, _) = worker(jobs, count, concurrency)?;
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(worker.run(shutdown.clone()));
    is_done.notified().await;
    shutdown.cancel();
    working.await.context("the worker ends")?;
    let counts = jobs.store.counts().await?;
    let succeeded = counts.get(&JobState::Succeeded).copied().unwrap_or(0);
    if succeeded != count as u64 {
        bail!("{succeeded} of {count} jobs succeeded");
    }
    Ok(())
}

/// From the answer of a submission to the beginning of the work, each with an idle worker.
async fn pick_up(jobs: &Jobs, concurrency: usize) -> Result<Vec<Duration>> {
    let (worker, _, mut beginnings) = worker(jobs, usize::MAX, concurrency)?;
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(worker.run(shutdown.clone()));
    let mut waits = Vec::with_capacity(PICKED_UP);
    for _ in 0..PICKED_UP {
        jobs.store.submit(vec![nothing()]).await?;
        let submitted = Instant::now();
        let began = beginnings.recv().await.context("the worker lives")?;
        waits.push(began.saturating_duration_since(submitted));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shutdown.cancel();
    working.await.context("the worker ends")?;
    waits.sort_unstable();
    Ok(waits)
}

async fn count_events(jobs: &Jobs) -> Result<u64> {
    let (mut count, mut after) = (0, Cursor::START);
    loop {
        let page = jobs.events.read(EventPage::after(after, 10_000)).await?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        after = last.cursor;
        count += page.len() as u64;
    }
}
