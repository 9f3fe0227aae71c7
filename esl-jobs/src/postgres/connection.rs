//! Connections: the pool, and transactions that end with whoever dropped them.

use std::ops::Deref;
use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use esl_core::ports::StoreError;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row, Statement};

use super::error::Fault;

/// A value of a statement.
pub(super) type Value<'a> = &'a (dyn ToSql + Sync);

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction whose client was forgotten holds others up for so long at most.
const FORGOTTEN: &str = "-c idle_in_transaction_session_timeout=30000";

/// Reads a connection URL. No network is involved.
pub(super) fn config(url: &str) -> Result<Config, StoreError> {
    let mut config = Config::from_str(url).map_err(|error| StoreError::Configuration {
        // The library's message never repeats the URL, which may hold a password.
        problem: format!("its address is no Postgres URL: {error}"),
    })?;
    config.connect_timeout(PATIENCE);
    if config.get_application_name().is_none() {
        config.application_name("esl-jobs");
    }
    if config.get_options().is_none() {
        config.options(FORGOTTEN);
    }
    Ok(config)
}

/// Makes a pool; connects when somebody needs it.
pub(super) fn pool(config: Config, size: usize) -> Result<Pool, StoreError> {
    let recycling_method = RecyclingMethod::Fast;
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
    Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build()
        .map_err(|error| StoreError::Configuration {
            problem: error.to_string(),
        })
}

/// A connection inside a transaction. Dropped before its commit, for whatever reason, the connection
/// is closed, and the server takes everything back.
///
/// Statements may be sent without waiting for the answers of those before: callers join the futures,
/// in order, with that of [`Transaction::begin`] first. The commit is sent alone, once all went well.
pub(super) struct Transaction {
    connection: Option<Object>,
}

impl Transaction {
    /// With a connection of its own, not begun yet.
    pub(super) async fn of(pool: &Pool) -> Result<Self, Fault> {
        let connection = Some(pool.get().await?);
        Ok(Self { connection })
    }

    /// Begins.
    pub(super) async fn begin(&self) -> Result<(), Fault> {
        Ok(self.batch_execute("BEGIN").await?)
    }

    /// Begins, and runs a query in the same round trip.
    pub(super) async fn begin_with(
        &self,
        query: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Fault> {
        let (begun, rows) = tokio::join!(biased; self.begin(), self.query(query, values));
        begun?;
        Ok(rows?)
    }

    /// Commits. To be followed by [`Transaction::end`].
    pub(super) async fn commit(&self) -> Result<(), Fault> {
        Ok(self.batch_execute("COMMIT").await?)
    }

    /// Gives the connection back after the commit.
    pub(super) fn end(mut self) {
        self.connection = None;
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

impl Deref for Transaction {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.connection
            .as_ref()
            .expect("only `end`, which consumes the transaction, takes the connection away")
    }
}
