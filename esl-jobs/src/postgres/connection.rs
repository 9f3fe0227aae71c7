//! Connections: the pool, and transactions that end with whoever dropped them.

use std::ops::Deref;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use esl_core::ports::StoreError;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::address::{Address, PATIENCE};
use super::error::Fault;

/// A value of a statement.
pub(super) type Value<'a> = &'a (dyn ToSql + Sync);

/// Makes a pool; connects when somebody needs it.
pub(super) fn pool(address: Address, size: usize) -> Result<Pool, StoreError> {
    let recycling_method = RecyclingMethod::Fast;
    let Address { config, tls } = address;
    let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method });
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

/// Says so in the log if what is sent can be read on the way.
pub(super) async fn warn_unless_encrypted(pool: &Pool) {
    let is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let Ok(connection) = pool.get().await else {
        return;
    };
    let row = connection.query_one(is_encrypted, &[]).await;
    if row
        .and_then(|row| row.try_get(0))
        .is_ok_and(|is_encrypted: bool| !is_encrypted)
    {
        tracing::warn!(
            "the connections to the database are not encrypted, and it is on another machine; \
             add sslmode=verify-full to its address"
        );
    }
}

/// A connection inside a transaction. Dropped before its commit, for whatever reason, the connection
/// is closed, and the server takes everything back.
///
/// Statements may be sent without waiting for the answers of those before: callers join the futures,
/// in order, with that of [`Transaction::begin`] first. A commit after a statement that failed takes
/// everything back.
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

    /// Begins what need not be on the disk before the answer: if the server dies, it may not have
    /// happened.
    pub(super) async fn begin_unsynced(&self) -> Result<(), Fault> {
        let begin = "BEGIN; SET LOCAL synchronous_commit TO off";
        Ok(self.batch_execute(begin).await?)
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
