//! Where the jobs are: somebody's servers, or ones that are thrown away.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use esl_jobs::Places;
use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::services::redis::RedisServer;
use tempfile::TempDir;

use super::Arguments;
use super::limits::connected;

/// Addresses, and what they stand on for as long as somebody has them.
pub(crate) struct Place {
    pub(crate) addresses: Places,
    folder: TempDir,
    _database: Option<PostgresDatabase>,
    _queue: Option<RedisServer>,
}

impl Place {
    pub(crate) fn find(arguments: &Arguments) -> Result<Self> {
        let mut place = Self {
            addresses: Places::default(),
            folder: tempfile::tempdir()?,
            _database: None,
            _queue: None,
        };
        place.addresses.pool_size = 20;
        place.addresses.namespace = match &arguments.as_worker {
            Some(namespace) => namespace.clone(),
            None => format!("load-{}", std::process::id()),
        };
        place.addresses.database_url = match arguments.database.as_str() {
            "sqlite" => format!("sqlite:{}", place.folder.path().join("esl.db").display()),
            "postgres" => place.start_postgres()?,
            address => address.to_owned(),
        };
        place.addresses.queue_url = match arguments.queue.as_deref() {
            Some("redis") => Some(place.start_redis()?),
            address => address.map(str::to_owned),
        };
        Ok(place)
    }

    fn start_postgres(&mut self) -> Result<String> {
        let database = PostgresDatabase::create_durable().context("Postgres is not installed")?;
        Ok(self._database.insert(database).url())
    }

    fn start_redis(&mut self) -> Result<String> {
        let server = RedisServer::start().context("Redis is not installed")?;
        Ok(self._queue.insert(server).url())
    }

    /// The folder whose disk keeps the jobs, as far as is known.
    pub(crate) fn folder(&self) -> PathBuf {
        let url = &self.addresses.database_url;
        let file = url.strip_prefix("sqlite:").map(Path::new);
        let folder = file.and_then(Path::parent).unwrap_or(self.folder.path());
        folder.to_owned()
    }

    /// Has a server do at once what it would do in the background while the next figure is taken.
    pub(crate) async fn tidy_up(&self) -> Result<()> {
        if let Some(url) = self.postgres() {
            let client = connected(url).await?;
            client.batch_execute("VACUUM ANALYZE").await?;
            client.batch_execute("CHECKPOINT").await?;
        }
        Ok(())
    }

    /// The address of the database if it is a server.
    pub(crate) fn postgres(&self) -> Option<&str> {
        let url = self.addresses.database_url.as_str();
        url.starts_with("postgres").then_some(url)
    }
}
