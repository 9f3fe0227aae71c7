//! Servers of one test, to be stopped and killed.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use esl_core::ports::SystemClock;
use esl_jobs::{Jobs, Places, connect};
use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::services::redis::RedisServer;
use tokio::sync::watch;

pub(crate) struct Servers {
    postgres: Arc<PostgresDatabase>,
    has_postgres: watch::Sender<bool>,
    pub(crate) redis: RedisServer,
}

impl Servers {
    /// None if they are not installed.
    pub(crate) async fn start() -> Option<Self> {
        let starting = || Some((PostgresDatabase::create_apart()?, RedisServer::start()?));
        let (postgres, redis) = tokio::task::spawn_blocking(starting).await.unwrap()?;
        Some(Self {
            postgres: Arc::new(postgres),
            has_postgres: watch::Sender::new(true),
            redis,
        })
    }

    /// Has the database go away in some way.
    pub(crate) async fn without_postgres(&self, go_away: fn(&PostgresDatabase)) {
        self.has_postgres.send_replace(false);
        self.with_postgres(go_away).await;
    }

    /// Has the database come back.
    pub(crate) async fn with_postgres_again(&self) {
        self.with_postgres(PostgresDatabase::start_again).await;
        self.has_postgres.send_replace(true);
    }

    /// What is done to the database takes its time.
    async fn with_postgres(&self, change: fn(&PostgresDatabase)) {
        let postgres = self.postgres.clone();
        let changing = tokio::task::spawn_blocking(move || change(&postgres));
        changing.await.unwrap();
    }

    /// Whether the database is there, now and later.
    pub(crate) fn has_postgres(&self) -> watch::Receiver<bool> {
        self.has_postgres.subscribe()
    }

    /// What a process has that uses both.
    pub(crate) async fn open(&self) -> Jobs {
        self.places(Some(self.redis.url())).await
    }

    /// What a process has that uses the database alone.
    pub(crate) async fn open_postgres(&self) -> Jobs {
        self.places(None).await
    }

    async fn places(&self, queue_url: Option<String>) -> Jobs {
        let mut places = Places::default();
        places.database_url = self.postgres.url();
        places.queue_url = queue_url;
        connect(&places, Arc::new(SystemClock)).await.unwrap()
    }
}

/// Has Redis forget everything.
pub(crate) fn flush(server: &RedisServer) {
    let url = server.url();
    let mut redis = UnixStream::connect(url.strip_prefix("redis+unix://").unwrap()).unwrap();
    redis.write_all(b"FLUSHALL\r\n").unwrap();
    let mut answer = [0; 5];
    redis.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+OK\r\n");
}
