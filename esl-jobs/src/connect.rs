//! From addresses to adapters.

use std::path::PathBuf;
use std::sync::Arc;

use esl_core::ports::{Clock, EventLog, JobStore, Permits, Queue, SettingsStore, StoreError};

use crate::permits::{PermitLedger, SharedPermits};
use crate::scheduler::Scheduler;

/// Where jobs are kept unless somebody says otherwise.
pub const DEFAULT_DATABASE_URL: &str = "sqlite:data/esl.db";

/// The namespace of jobs unless somebody says otherwise.
pub const DEFAULT_NAMESPACE: &str = "esl-jobs";

/// How many connections to a database server are opened at most unless somebody says otherwise.
pub const DEFAULT_POOL_SIZE: usize = 10;

/// Which places to use.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Places {
    /// `sqlite:<path>` or `postgres:…`. Default [`DEFAULT_DATABASE_URL`].
    pub database_url: String,
    /// `redis:…` beside a Postgres database; otherwise the database is the queue, too.
    pub queue_url: Option<String>,
    /// Only jobs of this namespace are seen. Default [`DEFAULT_NAMESPACE`].
    pub namespace: String,
    /// How many connections to a database server are opened at most. Default [`DEFAULT_POOL_SIZE`].
    pub pool_size: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            database_url: DEFAULT_DATABASE_URL.into(),
            queue_url: None,
            namespace: DEFAULT_NAMESPACE.into(),
            pool_size: DEFAULT_POOL_SIZE,
        }
    }
}

/// The ports of the job system.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// Where jobs are kept.
    pub store: Arc<dyn JobStore>,
    /// What happened to them.
    pub events: Arc<dyn EventLog>,
    /// Who hears first that there is work.
    pub queue: Arc<dyn Queue>,
    /// What people change while programs run.
    pub settings: Arc<dyn SettingsStore>,
    /// Limits that hold over all processes.
    pub permits: Arc<dyn Permits>,
    /// The namespace of all of them.
    pub namespace: String,
    /// What works in the background for as long as somebody has the ports.
    _alive: Option<Arc<dyn std::any::Any + Send + Sync>>,
}

/// What an address names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres,
}

/// Opens the places and brings their tables up to date.
///
/// # Errors
/// [`StoreError::Configuration`] if the addresses name no places, places that do not go together, or
/// places that this program was built without; otherwise whatever opening them failed with.
pub async fn connect(places: &Places, clock: Arc<dyn Clock>) -> Result<Jobs, StoreError> {
    let database = database(&places.database_url)?;
    if let Some(queue) = &places.queue_url {
        check_queue(queue, &database)?;
    }
    let jobs = match database {
        Database::Sqlite(path) => open_sqlite(path, places, clock.clone()).await?,
        Database::Postgres => connect_to_postgres(places, clock.clone()).await?,
    };
    match &places.queue_url {
        Some(url) => with_redis(jobs, url, &places.namespace, clock).await,
        None => Ok(jobs),
    }
}

/// Reads the address of a database.
pub(crate) fn database(url: &str) -> Result<Database, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(problem(
                    "the address names no file; write sqlite:data/esl.db",
                ));
            }
            Ok(Database::Sqlite(path.into()))
        }
        Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres),
        // The address itself stays out of the message: it may hold a password.
        _ => Err(problem(
            "the address begins with neither sqlite: nor postgres:",
        )),
    }
}

fn check_queue(queue: &str, database: &Database) -> Result<(), StoreError> {
    let scheme = queue.split(':').next().unwrap_or_default();
    let is_redis = matches!(scheme, "redis" | "rediss" | "redis+unix");
    match (is_redis, database) {
        _ if !cfg!(feature = "redis") => Err(problem("this program was built without Redis")),
        (false, _) => Err(problem(
            "the address of the queue does not begin with redis:",
        )),
        (true, Database::Sqlite(_)) => Err(problem(
            "a Redis queue goes with a Postgres database only; leave the address of the queue out",
        )),
        (true, Database::Postgres) => Ok(()),
    }
}

pub(crate) fn problem(problem: &str) -> StoreError {
    StoreError::Configuration {
        problem: problem.to_owned(),
    }
}

#[cfg(feature = "sqlite")]
async fn open_sqlite(
    path: PathBuf,
    places: &Places,
    clock: Arc<dyn Clock>,
) -> Result<Jobs, StoreError> {
    let jobs = crate::sqlite::SqliteJobs::open(&path, &places.namespace, clock).await?;
    Ok(Jobs::of(Arc::new(jobs), &places.namespace))
}

#[cfg(not(feature = "sqlite"))]
async fn open_sqlite(
    _path: PathBuf,
    _places: &Places,
    _clock: Arc<dyn Clock>,
) -> Result<Jobs, StoreError> {
    Err(problem("this program was built without SQLite"))
}

#[cfg(feature = "postgres")]
async fn connect_to_postgres(places: &Places, clock: Arc<dyn Clock>) -> Result<Jobs, StoreError> {
    let Places {
        database_url: url,
        namespace,
        pool_size,
        ..
    } = places;
    let jobs = crate::postgres::PostgresJobs::connect(url, namespace, *pool_size, clock).await?;
    Ok(Jobs::of(Arc::new(jobs), namespace))
}

#[cfg(not(feature = "postgres"))]
async fn connect_to_postgres(_places: &Places, _clock: Arc<dyn Clock>) -> Result<Jobs, StoreError> {
    Err(problem("this program was built without Postgres"))
}

#[cfg(feature = "redis")]
async fn with_redis(
    jobs: Jobs,
    url: &str,
    namespace: &str,
    clock: Arc<dyn Clock>,
) -> Result<Jobs, StoreError> {
    use crate::redis::{DEFAULT_WINDOW, RedisQueue};
    let queue = RedisQueue::connect(url, namespace, DEFAULT_WINDOW, clock).await?;
    let queue = Arc::new(queue);
    let pump = queue
        .clone()
        .keep_filled(jobs.store.clone(), jobs.events.clone());
    Ok(Jobs {
        queue,
        _alive: Some(Arc::new(pump)),
        ..jobs
    })
}

#[cfg(not(feature = "redis"))]
async fn with_redis(
    _jobs: Jobs,
    _url: &str,
    _namespace: &str,
    _clock: Arc<dyn Clock>,
) -> Result<Jobs, StoreError> {
    Err(problem("this program was built without Redis"))
}

impl Jobs {
    /// An adapter that keeps everything of a namespace at once.
    #[must_use]
    pub fn of<A>(adapter: Arc<A>, namespace: &str) -> Self
    where
        A: JobStore + EventLog + Queue + SettingsStore + PermitLedger,
    {
        Self {
            store: adapter.clone(),
            events: adapter.clone(),
            queue: adapter.clone(),
            settings: adapter.clone(),
            permits: Arc::new(SharedPermits::new(adapter)),
            namespace: namespace.to_owned(),
            _alive: None,
        }
    }

    /// Submits upkeep here when its time has come.
    #[must_use]
    pub fn scheduler(&self, clock: Arc<dyn Clock>) -> Scheduler {
        Scheduler::new(self.store.clone(), clock, &self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use esl_core::ports::SystemClock;

    use super::*;

    #[test]
    fn an_address_names_a_database() {
        let file = |path: &str| Database::Sqlite(path.into());
        assert_eq!(database("sqlite:data/esl.db").unwrap(), file("data/esl.db"));
        assert_eq!(
            database("sqlite:///var/esl.db").unwrap(),
            file("/var/esl.db")
        );
        assert_eq!(
            database("postgres://localhost/esl").unwrap(),
            Database::Postgres
        );
        for url in ["", "sqlite:", "mysql://localhost", "data/esl.db"] {
            assert!(database(url).is_err(), "{url}");
        }
    }

    #[tokio::test]
    async fn places_that_do_not_go_together_are_refused_without_naming_a_password() {
        let redis = "redis://:secret@localhost";
        for (database, queue) in [
            ("sqlite:unused.db", redis),
            ("secret", redis),
            (
                "postgres://me:secret@localhost/esl",
                "amqp://:secret@localhost",
            ),
        ] {
            let places = Places {
                database_url: database.into(),
                queue_url: Some(queue.into()),
                ..Places::default()
            };
            let refused = connect(&places, Arc::new(SystemClock)).await.unwrap_err();
            assert!(matches!(refused, StoreError::Configuration { .. }));
            assert!(!refused.to_string().contains("secret"), "{refused}");
        }
    }

    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn a_file_is_made_where_the_address_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/esl.db");
        let places = Places {
            database_url: format!("sqlite:{}", path.display()),
            ..Places::default()
        };
        let jobs = connect(&places, Arc::new(SystemClock)).await.unwrap();
        assert!(jobs.store.counts().await.unwrap().is_empty());
        assert!(path.exists());
    }
}
