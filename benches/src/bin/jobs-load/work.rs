//! Workers that do nothing, in this process and in others.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Job, NewJob};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError};
use esl_jobs::Jobs;
use esl_jobs::worker::{Worker, WorkerConfig};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use super::place::Place;

pub(crate) fn nothing() -> NewJob {
    NewJob::new(&MaintenanceRefreshOptions::default())
}

/// The time as all processes of this machine tell it.
pub(crate) fn now() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}

/// Does nothing, and tells when it began.
struct Idles<T>(T);

impl<T> fmt::Debug for Idles<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Idles")
    }
}

#[async_trait]
impl<T> HandlePayload<MaintenanceRefreshOptions> for Idles<T>
where
    T: Fn(Duration) + Send + Sync + 'static,
{
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        self.0(now());
        Ok(Done::default())
    }
}

fn worker(
    jobs: &Jobs,
    slots: usize,
    tell: impl Fn(Duration) + Send + Sync + 'static,
) -> Result<Worker> {
    let mut config = WorkerConfig::default();
    config.concurrency = slots;
    let builder = Worker::builder(jobs.store.clone(), jobs.queue.clone());
    Ok(builder.config(config).handles(Idles(tell)).build()?)
}

/// When jobs began, one after the other.
#[derive(Debug)]
pub(crate) struct Beginnings(UnboundedReceiver<Duration>);

impl Beginnings {
    pub(crate) async fn next(&mut self) -> Result<Duration> {
        self.0.recv().await.context("the worker is gone")
    }

    pub(crate) async fn skip(&mut self, count: usize) -> Result<()> {
        let (mut left, mut skipped) = (count, Vec::new());
        while left > 0 {
            let received = self.0.recv_many(&mut skipped, left).await;
            ensure!(received > 0, "the worker is gone");
            left -= received;
            skipped.clear();
        }
        Ok(())
    }
}

/// A worker of this process.
pub(crate) struct Working {
    pub(crate) beginnings: Beginnings,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    pub(crate) fn start(jobs: &Jobs, slots: usize) -> Result<Self> {
        let (began, beginnings) = unbounded_channel();
        let tell = move |when| {
            // Who does not listen any more does not measure.
            let _ = began.send(when);
        };
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(worker(jobs, slots, tell)?.run(shutdown.clone()));
        Ok(Self {
            beginnings: Beginnings(beginnings),
            shutdown,
            task,
        })
    }

    /// Until the ends of all jobs that began are in the store.
    pub(crate) async fn end(self) -> Result<()> {
        self.shutdown.cancel();
        self.task.await.context("the worker ends")
    }
}

/// A worker in a process of its own.
pub(crate) struct WorkingApart {
    pub(crate) beginnings: Beginnings,
    process: Child,
    alive: Option<ChildStdin>,
}

impl WorkingApart {
    pub(crate) fn start(place: &Place, slots: usize) -> Result<Self> {
        let addresses = &place.addresses;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--as-worker", &addresses.namespace]);
        command.args(["--database", &addresses.database_url]);
        command.args(["--concurrency", &slots.to_string()]);
        if let Some(queue) = &addresses.queue_url {
            command.args(["--queue", queue]);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = process.stdout.take().context("output was asked for")?;
        let (began, beginnings) = unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines() {
                let nanos = line.ok().and_then(|line| line.parse().ok());
                let Some(when) = nanos.map(Duration::from_nanos) else {
                    return;
                };
                let _ = began.send(when);
            }
        });
        Ok(Self {
            beginnings: Beginnings(beginnings),
            alive: process.stdin.take(),
            process,
        })
    }

    /// A line of what the system says about the process, in kB.
    pub(crate) fn memory(&self, line: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let value = status.lines().find_map(|text| text.strip_prefix(line));
        let value = value.context("the system counts memory")?;
        Ok(value
            .trim_start_matches(':')
            .trim()
            .trim_end_matches(" kB")
            .parse()?)
    }

    pub(crate) fn end(mut self) -> Result<()> {
        self.alive = None;
        ensure!(self.process.wait()?.success(), "the worker failed");
        Ok(())
    }
}

/// What [`WorkingApart`] starts: tells on standard output when jobs began, until standard input ends.
pub(crate) async fn until_input_ends(jobs: &Jobs, slots: usize) -> Result<()> {
    let shutdown = CancellationToken::new();
    let ended = shutdown.clone();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        ended.cancel();
    });
    let tell = |when: Duration| {
        // Whoever started this process may be gone.
        let _ = writeln!(std::io::stdout(), "{}", when.as_nanos());
    };
    worker(jobs, slots, tell)?.run(shutdown).await;
    Ok(())
}
