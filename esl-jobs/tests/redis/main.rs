//! A queue in Redis keeps the contract of its port, beside a store in memory.
#![cfg(feature = "redis")]

mod delayed;
#[path = "../log/mod.rs"]
mod log;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::NotifyEmail;
use esl_core::job::{Actor, Job, JobId, NewJob, News, Report, WorkerId};
use esl_core::ports::{
    Clock, Done, HandlePayload, Hint, JobContext, JobError, JobStore, Queue, StoreError,
    SystemClock,
};
use esl_core::{CancellationToken, Classify, ErrorKind};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::redis::{Pump, RedisQueue};
use esl_jobs::worker::{Step, Worker, WorkerConfig};
use esl_testkit::services::redis::RedisServer;
use esl_testkit::{JobPorts, JobsFixture, ManualClock};
use tokio::io::copy_bidirectional;
use tokio::net::TcpListener;

use log::Log;

async fn jobs() -> Option<JobsFixture> {
    let server = RedisServer::start()?;
    let clock = Arc::new(ManualClock::default());
    let store = || Arc::new(MemoryJobs::new(clock.clone() as Arc<dyn Clock>));
    let queue = async |namespace| {
        let clock = clock.clone();
        let queue = RedisQueue::connect(&server.url(), namespace, 1000, clock).await;
        let queue: Arc<dyn Queue> = Arc::new(queue.unwrap());
        queue
    };
    let (here, there) = (store(), store());
    let one = JobPorts {
        queue: queue("esl-jobs").await,
        ..JobPorts::of(&here)
    };
    let other = JobPorts {
        queue: queue("esl-jobs").await,
        ..JobPorts::of(&here)
    };
    let elsewhere = JobPorts {
        queue: queue("another").await,
        ..JobPorts::of(&there)
    };
    Some(JobsFixture::new(
        clock.clone(),
        [one, other, elsewhere],
        server,
    ))
}

esl_testkit::queue_suite!(jobs);

const PATIENCE: Duration = Duration::from_secs(60);

async fn connect(url: &str) -> Result<RedisQueue, StoreError> {
    RedisQueue::connect(url, "esl-jobs", 1000, Arc::new(SystemClock)).await
}

/// A store whose jobs are announced.
struct Announced {
    store: Arc<MemoryJobs>,
    queue: Arc<RedisQueue>,
    _pump: Pump,
}

impl Announced {
    async fn on(server: &RedisServer, window: usize) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Arc::new(MemoryJobs::new(clock.clone()));
        let queue = RedisQueue::connect(&server.url(), "esl-jobs", window, clock).await;
        let queue = Arc::new(queue.unwrap());
        Self {
            _pump: queue.clone().keep_filled(store.clone(), store.clone()),
            store,
            queue,
        }
    }

    async fn submit(&self, count: usize) -> BTreeSet<JobId> {
        let new = (0..count).map(|_| NewJob::new(&NotifyEmail::default()));
        let submitted = self.store.submit(new.collect()).await.unwrap();
        submitted.iter().map(|job| job.id).collect()
    }

    /// Listens, without acknowledging anything, until all these jobs were heard of.
    async fn hear_of(&self, jobs: &BTreeSet<JobId>) {
        let (worker, mut heard) = (WorkerId::new(), BTreeSet::new());
        let listening = async {
            while !heard.is_superset(jobs) {
                // An error is an answer that comes later.
                let next = self.queue.next(worker, 1000, Duration::from_secs(1)).await;
                if let Ok(Hint::Jobs(jobs)) = next {
                    heard.extend(jobs);
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, listening).await;
        heard.expect("all jobs are announced");
    }
}

fn dial(server: &RedisServer) -> UnixStream {
    let url = server.url();
    UnixStream::connect(url.strip_prefix("redis+unix://").unwrap()).unwrap()
}

/// What the server answers to a command, if that is short.
fn command(server: &RedisServer, line: &str) -> String {
    let mut redis = dial(server);
    redis.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    let mut answer = [0; 500];
    let length = redis.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

fn flush(server: &RedisServer) {
    assert_eq!(command(server, "FLUSHALL"), "+OK\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_loses_no_job() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let place = Announced::on(&server, 1000).await;
    let mut jobs = place.submit(300).await;
    place.hear_of(&jobs).await;
    flush(&server);
    jobs.extend(place.submit(1).await);
    place.hear_of(&jobs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_submitted_while_redis_is_down_is_announced_later() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let place = Announced::on(&server, 1000).await;
    let before = place.submit(5).await;
    place.hear_of(&before).await;
    server.stop();
    let mut jobs = place.submit(5).await;
    server.start_again();
    jobs.extend(before);
    place.hear_of(&jobs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_jobs_are_announced_at_a_time() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let place = Announced::on(&server, 10).await;
    let mut left = place.submit(35).await;
    let worker = WorkerId::new();
    while !left.is_empty() {
        let next = place.queue.next(worker, 1000, PATIENCE).await.unwrap();
        let Hint::Jobs(jobs) = next else {
            panic!(
                "nothing is announced any more, {} jobs are left",
                left.len()
            );
        };
        assert!(jobs.len() <= 10);
        for job in &jobs {
            assert!(left.remove(job));
        }
        place.queue.acknowledge(worker, &jobs).await.unwrap();
        // What a worker does with a hint: it starts a job, and that is what the pump hears of.
        let lease = Duration::from_secs(60);
        let claim = esl_core::ports::Claim::next(worker, jobs.len(), lease);
        assert_eq!(place.store.claim(claim).await.unwrap().len(), jobs.len());
    }
}

/// Says that it began, and goes on for ever.
#[derive(Debug)]
struct Hangs(tokio::sync::mpsc::UnboundedSender<JobId>);

#[async_trait]
impl HandlePayload<NotifyEmail> for Hangs {
    async fn run(
        &self,
        _payload: NotifyEmail,
        job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        self.0.send(job.head.id).unwrap();
        std::future::pending().await
    }
}

/// The worker cannot start all it is told of, and leaves to others what they can.
#[tokio::test(flavor = "multi_thread")]
async fn a_hint_at_a_job_that_nobody_can_start_is_dropped_and_said() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let log = Log::of_this_thread();
    let store = || Arc::new(MemoryJobs::new(Arc::new(SystemClock)));
    let (store, elsewhere) = (store(), store());
    let submit = async |store: &MemoryJobs| {
        let new = NewJob::new(&NotifyEmail::default());
        store.submit(vec![new]).await.unwrap()[0].id
    };
    let ended = submit(&store).await;
    let cancelled = Report::about(ended, Actor::System, News::Cancelled { reason: None });
    store.report(vec![cancelled]).await.unwrap();
    let (missing, foreign) = (JobId::new(), submit(&elsewhere).await);
    let queue = connect(&server.url()).await;
    let queue = Arc::new(queue.unwrap());
    queue.announce(&[missing, ended, foreign]).await.unwrap();
    let stream = "esl:{esl-jobs}:hints";
    let added = command(&server, &format!("XADD {stream} * jobId nobody"));
    assert!(added.starts_with('$'), "{added}");

    let (began, _beginnings) = tokio::sync::mpsc::unbounded_channel();
    let mut config = WorkerConfig::default();
    config.concurrency = 4;
    let worker = Worker::builder(store.clone(), queue.clone()).config(config);
    let worker = worker.handles(Hangs(began)).build().unwrap();
    let waiting = [(); 5].map(|()| NewJob::new(&NotifyEmail::default()));
    store.submit(waiting.into()).await.unwrap();
    assert_eq!(worker.step(PATIENCE).await.unwrap(), Step::Started(4));

    assert_eq!(command(&server, &format!("XLEN {stream}")), ":0\r\n");
    let pending = command(&server, &format!("XPENDING {stream} workers"));
    assert!(pending.starts_with("*4\r\n:0\r\n"), "{pending}");
    for (event, job) in [
        ("job_missing", missing),
        ("job_missing", foreign),
        ("job_ended", ended),
    ] {
        assert_eq!(log.lines_with(&[event, &job.to_string()]), 1, "{event}");
    }
    assert_eq!(log.lines_with(&["names no job"]), 1);
}

/// A worker that hears of one job and starts a more urgent one leaves the hint to others.
#[tokio::test(flavor = "multi_thread")]
async fn a_hint_at_a_job_that_had_to_wait_is_passed_on() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = Arc::new(MemoryJobs::new(Arc::new(SystemClock)));
    let (began, mut beginnings) = tokio::sync::mpsc::unbounded_channel();
    let mut config = WorkerConfig::default();
    config.concurrency = 1;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let queue = connect(&server.url()).await;
        let worker = Worker::builder(store.clone(), Arc::new(queue.unwrap()))
            .config(config.clone())
            .handles(Hangs(began.clone()))
            .build()
            .unwrap();
        workers.spawn(worker.run(CancellationToken::new()));
    }
    let new = [(); 2].map(|()| NewJob::new(&NotifyEmail::default()));
    let [first, second] = new.each_ref().map(|job| job.id);
    store.submit(new.into()).await.unwrap();
    // Nobody announces the first one.
    let queue = connect(&server.url()).await;
    queue.unwrap().announce(&[second]).await.unwrap();
    for _ in 0..2 {
        let began = tokio::time::timeout(PATIENCE, beginnings.recv()).await;
        assert!([first, second].contains(&began.expect("both begin").unwrap()));
    }
}

/// Where the server can be reached by others than sockets, which name no databases.
async fn listening(server: &RedisServer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let socket = server.url().replace("redis+unix://", "");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut redis = tokio::net::UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut redis).await });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_is_told_to_correct_the_address() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    // Where there is a login, there has to be a host, too.
    let with = |login: &str| {
        server
            .url()
            .replace("://", &format!("://{login}@localhost"))
    };
    let kind = async |url: &str| {
        let refused = connect(url).await;
        refused.unwrap_err().kind()
    };
    let nowhere = format!("redis://{}/99", listening(&server).await);
    for denied in [nowhere, with("me:odd")] {
        assert_eq!(kind(&denied).await, ErrorKind::Configuration, "{denied}");
    }
    assert_eq!(command(&server, "CONFIG SET requirepass right"), "+OK\r\n");
    for denied in [server.url(), with(":wrong")] {
        assert_eq!(kind(&denied).await, ErrorKind::Configuration, "{denied}");
    }
    let right = with(":right");
    let let_in = connect(&right).await;
    drop(let_in.unwrap());
    server.stop();
    assert_eq!(kind(&right).await, ErrorKind::Unavailable);
}
