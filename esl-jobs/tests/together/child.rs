//! Processes beside the test's own: this test binary, started once more, with an address and a part
//! to play.

use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Cursor, Job, JobId, JobState};
use esl_core::ports::{Done, EventPage, HandlePayload, JobContext, JobError};
use esl_jobs::worker::{Worker, WorkerConfig};

use super::counting::{Counts, Tally};

const ADDRESS: &str = "ESL_TEST_CHILD_DATABASE_URL";

/// Leases that a test can wait for.
pub(crate) fn short_leases() -> WorkerConfig {
    let mut config = WorkerConfig::default();
    config.lease = Duration::from_secs(2);
    config.heartbeat = Duration::from_millis(500);
    config.reap = Duration::from_millis(200);
    config
}

/// A process that plays a part until it is told to end.
pub(crate) struct Child {
    process: Process,
    alive: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
}

impl Child {
    pub(crate) fn start(part: &str, url: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let part = format!("child::{part}");
        let mut command = Command::new(program);
        command.args(["--exact", &part, "--ignored", "--nocapture"]);
        command.env(ADDRESS, url);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        Self {
            alive: process.stdin.take(),
            said: BufReader::new(process.stdout.take().unwrap()).lines(),
            process,
        }
    }

    /// What comes after `word` in the next line that begins with it; none after the last one.
    pub(crate) fn next(&mut self, word: &str) -> Option<String> {
        let mut lines = self.said.by_ref().map_while(Result::ok);
        lines.find_map(|line| Some(line.strip_prefix(word)?.trim().to_owned()))
    }

    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Has it end in order, and returns what it says from now on.
    pub(crate) fn end(mut self, word: &str) -> Vec<String> {
        self.alive = None;
        let rest = std::iter::from_fn(|| self.next(word)).collect();
        assert!(self.process.wait().unwrap().success());
        rest
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[expect(clippy::print_stdout, reason = "how a process tells the test")]
fn say(line: &str) {
    println!("{line}");
}

/// Cancelled once the test has no more need of this process.
fn end() -> CancellationToken {
    let end = CancellationToken::new();
    let ended = end.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]);
        ended.cancel();
    });
    end
}

/// Never done.
#[derive(Debug)]
struct Hangs;

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for Hangs {
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of other tests"]
async fn works_until_it_is_killed() {
    let Ok(url) = std::env::var(ADDRESS) else {
        return;
    };
    let jobs = super::open(&url).await;
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .config(short_leases())
        .handles(Hangs)
        .build()
        .unwrap();
    worker.run(CancellationToken::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of other tests"]
async fn works_and_tells_what_it_ran() {
    let Ok(url) = std::env::var(ADDRESS) else {
        return;
    };
    let jobs = super::open(&url).await;
    let tally = Arc::new(Tally::default());
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone());
    let worker = worker.handles(Counts(tally.clone())).build().unwrap();
    say("\nready");
    worker.run(end()).await;
    for job in tally.runs() {
        say(&format!("ran {job}"));
    }
}

/// An event as a reader tells of it.
pub(crate) fn told(cursor: Cursor, job: JobId, state: JobState) -> String {
    format!("{} {job} {}", cursor.as_u64(), state.as_str())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of other tests"]
async fn reads_and_tells_what_happened() {
    let Ok(url) = std::env::var(ADDRESS) else {
        return;
    };
    let events = super::open(&url).await.events;
    let (mut after, end) = (Cursor::START, end());
    say("\nready");
    while !end.is_cancelled() {
        let page = events.read(EventPage::after(after, 100)).await.unwrap();
        for one in &page {
            after = one.cursor;
            let event = &one.event;
            say(&format!("saw {}", told(one.cursor, event.job, event.state)));
        }
        let more = events.wait(after, Duration::from_secs(5));
        if let Some(waited) = end.run_until_cancelled(more).await {
            waited.unwrap();
        }
    }
}
