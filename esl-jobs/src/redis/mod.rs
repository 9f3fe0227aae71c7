//! Announcements in Redis: a stream that a group of workers reads, beside a store that knows better.
//!
//! An entry of the stream names a job, `{"jobId": …}`, but a worker that reads some starts whatever
//! ranks first then, and goes on for as long as there is more: so an urgent job does not wait behind
//! what was announced before it, and Redis needs to know nothing of ranks. Only so many jobs are
//! announced at a time; as they are started, more are, in the order of their ranks. Those that wait
//! for a time stand in a sorted set until it has come. Everything in Redis may be lost: jobs that were
//! announced and not started are announced again after a while.

mod delayed;
mod pump;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::{JobId, WorkerId};
use esl_core::ports::{Clock, Hint, Queue, QueueCapabilities, StoreError};
use fred::clients::{Client, SubscriberClient, WithOptions};
use fred::error::ErrorKind;
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface, StreamsInterface};
use fred::types::config::{Config, Options, ReconnectPolicy};
use fred::types::{Builder, Message, Value};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::wakeups::{News, Startable, Wakeups};

pub use pump::Pump;

/// How many jobs are announced at a time unless somebody says otherwise.
pub const DEFAULT_WINDOW: usize = 1000;

/// After how long an entry that a worker read and did not acknowledge is given to another.
const STALLED: Duration = Duration::from_secs(60);

/// After how long an announcement that led to nothing is taken for lost.
const LOST: Duration = Duration::from_secs(60);

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it may take to answer who looks for work, and can look in the store.
const HASTE: Duration = Duration::from_secs(1);

const GROUP: &str = "workers";
const FIELD: &str = "jobId";

/// Announcements in Redis.
pub struct RedisQueue {
    client: Client,
    /// Does not wait for a server that is not there.
    reader: WithOptions<Client>,
    hints: String,
    delayed: String,
    bell: String,
    window: usize,
    clock: Arc<dyn Clock>,
    wakeups: Arc<Wakeups>,
    /// Entries that were read and not acknowledged yet.
    taken: Mutex<HashMap<(WorkerId, JobId), Vec<String>>>,
    /// Until when announcements may have been lost.
    doubted: watch::Sender<Option<Instant>>,
    listener: JoinHandle<()>,
}

impl fmt::Debug for RedisQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the client: its configuration may hold a password.
        f.debug_struct("RedisQueue")
            .field("hints", &self.hints)
            .finish_non_exhaustive()
    }
}

impl Drop for RedisQueue {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl RedisQueue {
    /// Connects. Up to `window` jobs of `namespace` are announced at a time, and as many may wait for
    /// theirs.
    ///
    /// # Errors
    /// [`StoreError`] if the URL is none or the server cannot be reached.
    pub async fn connect(
        url: &str,
        namespace: &str,
        window: usize,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let config = Config::from_url(url).map_err(|error| not_a_place(&error))?;
        warn_if_overheard(&config);
        let builder = builder(config);
        let client = builder.build().map_err(|error| not_a_place(&error))?;
        let subscriber = builder
            .build_subscriber_client()
            .map_err(|error| not_a_place(&error))?;
        client.init().await.map_err(during("connect to Redis"))?;
        subscriber
            .init()
            .await
            .map_err(during("connect to Redis"))?;
        // Braces: of a cluster, one server has all keys of a namespace.
        let key = |name: &str| format!("esl:{{{namespace}}}:{name}");
        let bell = key("bell");
        // What is rung from here on is heard.
        let rung = subscriber.message_rx();
        let subscribed = subscriber.subscribe(bell.as_str()).await;
        subscribed.map_err(during("listen to Redis"))?;
        // The client does not wait for that to be answered; once this is, that was.
        let heard = subscriber.ping::<Value>(None).await;
        heard.map_err(during("listen to Redis"))?;
        let wakeups = Arc::new(Wakeups::default());
        let queue = Self {
            listener: tokio::spawn(listen(subscriber, rung, wakeups.clone())),
            reader: client.with_options(&Options {
                fail_fast: true,
                timeout: Some(HASTE),
                ..Options::default()
            }),
            client,
            hints: key("hints"),
            delayed: key("delayed"),
            bell,
            window,
            clock,
            wakeups,
            taken: Mutex::default(),
            doubted: watch::Sender::default(),
        };
        queue.make_group().await?;
        Ok(queue)
    }

    /// Makes the stream and its group if they are not there: Redis is new, or forgot everything.
    async fn make_group(&self) -> Result<(), StoreError> {
        let hints = self.hints.as_str();
        let made = self
            .client
            .xgroup_create::<(), _, _, _>(hints, GROUP, "0", true);
        match made.await {
            Ok(()) => {
                self.doubt();
                Ok(())
            }
            Err(error) if error.details().starts_with("BUSYGROUP") => Ok(()),
            Err(error) => Err(during("make a group in Redis")(error)),
        }
    }

    /// How many more jobs may be announced. Fails while Redis is out of reach.
    async fn room(&self) -> Result<usize, StoreError> {
        let (made, announced) = tokio::join!(
            self.make_group(),
            self.client.xlen::<usize, _>(self.hints.as_str()),
        );
        made?;
        let announced = announced.map_err(during("count announced jobs"))?;
        Ok(self.window.saturating_sub(announced))
    }

    /// What was announced until now may have been lost.
    fn doubt(&self) {
        self.doubted.send_replace(Some(Instant::now()));
    }

    /// How old an announcement is at least that can be taken for lost.
    fn lost_after(&self) -> Duration {
        let doubted = *self.doubted.borrow();
        doubted.map_or(LOST, |until| until.elapsed().min(LOST))
    }

    /// Reads up to `limit` entries: new ones, or else those of workers that fell silent.
    async fn take(&self, worker: WorkerId, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let mut entries = self.read_new(worker, limit).await?;
        if entries.is_empty() {
            entries = self.take_over(worker, limit).await?;
        }
        let (jobs, nameless) = self.note(worker, entries);
        self.forget(nameless).await?;
        Ok(jobs)
    }

    async fn read_new(&self, worker: WorkerId, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let count = u64::try_from(limit).ok();
        let (name, hints) = (worker.to_string(), self.hints.as_str());
        let read: Result<Value, _> = self
            .reader
            .xreadgroup(GROUP, name, count, None, false, hints, ">")
            .await;
        match read {
            // Nothing is null here, not an empty list.
            Ok(Value::Null) => Ok(Vec::new()),
            Ok(streams) => {
                let streams = streams.into_xread_response::<String, String, String, String>();
                let streams = streams.map_err(during("hear of jobs"))?;
                Ok(streams.into_values().flatten().collect())
            }
            Err(error) if error.details().starts_with("NOGROUP") => {
                self.make_group().await?;
                Ok(Vec::new())
            }
            Err(error) => Err(during("hear of jobs")(error)),
        }
    }

    async fn take_over(&self, worker: WorkerId, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let silent = u64::try_from(STALLED.as_millis()).unwrap_or(u64::MAX);
        let count = u64::try_from(limit).ok();
        let (name, hints) = (worker.to_string(), self.hints.as_str());
        let taken = self
            .reader
            .xautoclaim_values::<String, String, String, _, _, _, _>(
                hints, GROUP, name, silent, "0-0", count, false,
            );
        let (_, entries) = taken.await.map_err(during("hear of jobs"))?;
        Ok(entries)
    }

    /// Remembers what to acknowledge. The entries that are returned with the jobs name none.
    fn note(&self, worker: WorkerId, entries: Vec<Entry>) -> (Vec<JobId>, Vec<String>) {
        let mut taken = self.taken();
        let (mut jobs, mut nameless) = (Vec::with_capacity(entries.len()), Vec::new());
        for (entry, fields) in entries {
            if let Some(job) = fields.get(FIELD).and_then(|id| id.parse().ok()) {
                taken.entry((worker, job)).or_default().push(entry);
                jobs.push(job);
            } else {
                tracing::warn!(entry, "an entry of the queue names no job, and is dropped");
                nameless.push(entry);
            }
        }
        (jobs, nameless)
    }

    /// Acknowledges entries and takes them out of the stream.
    async fn forget(&self, entries: Vec<String>) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let hints = self.hints.as_str();
        let forgetting = self.client.pipeline();
        let operation = "acknowledge hints";
        let acknowledged = forgetting
            .xack::<(), _, _, _>(hints, GROUP, entries.clone())
            .await;
        acknowledged.map_err(during(operation))?;
        let deleted = forgetting.xdel::<(), _, _>(hints, entries).await;
        deleted.map_err(during(operation))?;
        let forgotten = forgetting.all::<Value>().await;
        forgotten.map_err(during(operation))?;
        Ok(())
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<(WorkerId, JobId), Vec<String>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry's id and its fields.
type Entry = (String, HashMap<String, String>);

#[async_trait]
impl Queue for RedisQueue {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities { names_jobs: true }
    }

    async fn announce(&self, jobs: &[JobId]) -> Result<(), StoreError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let announcing = self.client.pipeline();
        for job in jobs {
            let fields = vec![(FIELD, job.to_string())];
            let hints = self.hints.as_str();
            let added = announcing.xadd::<(), _, _, _, _>(hints, false, None::<()>, "*", fields);
            added.await.map_err(during("announce jobs"))?;
        }
        let rung = self.bell.as_str();
        let rung = announcing.publish::<(), _, _>(rung, "").await;
        rung.map_err(during("announce jobs"))?;
        let announced = announcing.all::<Value>().await;
        announced.map_err(during("announce jobs"))?;
        Ok(())
    }

    async fn next(
        &self,
        worker: WorkerId,
        limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        let heard = Mutex::new(Vec::new());
        let look = || async {
            let jobs = self.take(worker, limit).await?;
            if jobs.is_empty() {
                let next = self.announce_due().await?;
                return Ok(next.map_or(Startable::Nothing, Startable::At));
            }
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = jobs;
            Ok(Startable::Now)
        };
        let clock = self.clock.as_ref();
        let hint = self.wakeups.wait_for_work(clock, wait, look).await?;
        let heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(match hint {
            Hint::Next => Hint::Jobs(heard),
            other => other,
        })
    }

    async fn acknowledge(&self, worker: WorkerId, jobs: &[JobId]) -> Result<(), StoreError> {
        let entries: Vec<String> = {
            let mut taken = self.taken();
            let entries = jobs.iter().filter_map(|job| taken.remove(&(worker, *job)));
            entries.flatten().collect()
        };
        self.forget(entries).await
    }
}

fn builder(config: Config) -> Builder {
    let mut builder = Builder::from_config(config);
    builder
        .with_performance_config(|config| config.default_command_timeout = PATIENCE)
        .set_policy(ReconnectPolicy::new_exponential(0, 100, 5000, 2));
    builder
}

fn warn_if_overheard(config: &Config) {
    // A socket is a host that is a path.
    let here =
        |host: &str| ["localhost", "127.0.0.1", "::1"].contains(&host) || host.starts_with('/');
    let is_here = config
        .server
        .hosts()
        .iter()
        .all(|server| here(&server.host));
    if !is_here && !config.uses_tls() {
        tracing::warn!(
            "the connections to Redis are not encrypted, and it is on another machine; begin its \
             address with rediss:"
        );
    }
}

async fn listen(
    subscriber: SubscriberClient,
    mut rung: broadcast::Receiver<Message>,
    wakeups: Arc<Wakeups>,
) {
    let _resubscribing = subscriber.manage_subscriptions();
    // One that lags behind has missed nothing but bells.
    while !matches!(rung.recv().await, Err(broadcast::error::RecvError::Closed)) {
        wakeups.ring(News::JOBS);
    }
}

/// The URL stays out of the message: it may hold a password.
fn not_a_place(error: &fred::error::Error) -> StoreError {
    StoreError::Configuration {
        problem: format!(
            "the address of the queue is no Redis URL ({:?})",
            error.kind()
        ),
    }
}

fn during(operation: &'static str) -> impl Fn(fred::error::Error) -> StoreError {
    move |error| match denies_access(&error) {
        true => StoreError::AccessDenied {
            operation,
            source: error.into(),
        },
        false => StoreError::Unavailable {
            operation,
            source: error.into(),
        },
    }
}

/// What Redis answers who may not do something, gives a password where there is none, or names no
/// database. Those that have a code of their own are the client's `Auth`.
const DENIALS: [&str; 3] = ["NOPERM", "ERR AUTH", "ERR DB index is out of range"];

/// Whether nobody gets in with such an address.
fn denies_access(error: &fred::error::Error) -> bool {
    let said = error.details();
    *error.kind() == ErrorKind::Auth || DENIALS.iter().any(|denial| said.starts_with(denial))
}
