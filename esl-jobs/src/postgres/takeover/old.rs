//! Reading the other database.

use esl_core::ports::StoreError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::postgres::address::Address;
use crate::postgres::error::Fault;
use crate::stored::corrupt;

/// How many rows are read at a time.
const PAGE: i64 = 1000;

/// Whether there are jobs, and of that service.
const HAS_JOBS: &str = "SELECT EXISTS (SELECT FROM pg_attribute
    WHERE attrelid = to_regclass('jobs') AND attname = 'md' AND NOT attisdropped)";

/// The other database as it is at one instant.
pub(super) struct Old {
    client: Client,
}

impl Old {
    pub(super) async fn open(address: &Address) -> Result<Self, Fault> {
        let (client, connection) = address.config.connect(address.tls.clone()).await?;
        // Ends with the client, whose calls tell of its failures.
        tokio::spawn(connection);
        // Time passes between two looks at it, since everything is written meanwhile.
        let begin = "SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = 0;
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        client.batch_execute(begin).await?;
        if !client.query_one(HAS_JOBS, &[]).await?.try_get(0)? {
            let problem =
                "there are no tables of the service before to take over; name its database";
            let problem = problem.to_owned();
            return Err(Fault::Store(StoreError::Configuration { problem }));
        }
        Ok(Self { client })
    }

    /// Rows after the one with the id `after`, in the order of ids; none if there is no such table.
    /// A column that the table is too old to have is a field that is not there.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        table: &'static str,
        after: Option<Uuid>,
    ) -> Result<Vec<(Uuid, T)>, Fault> {
        if !self.has(table).await? {
            return Ok(Vec::new());
        }
        let page = format!(
            "SELECT id, to_jsonb(old) FROM {table} AS old
             WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2"
        );
        let rows = self.client.query(&page, &[&after, &PAGE]).await?;
        let rows = rows.iter().map(|row| {
            let (id, fields): (Uuid, Value) = (row.try_get(0)?, row.try_get(1)?);
            let row = serde_json::from_value(fields);
            let row =
                row.map_err(|error| corrupt(format!("{table} {id} of the old database: {error}")))?;
            Ok((id, row))
        });
        rows.collect()
    }

    pub(super) async fn count(&self, table: &'static str) -> Result<u64, Fault> {
        if !self.has(table).await? {
            return Ok(0);
        }
        let count = format!("SELECT count(*) FROM {table}");
        let count: i64 = self.client.query_one(&count, &[]).await?.try_get(0)?;
        Ok(count.unsigned_abs())
    }

    async fn has(&self, table: &'static str) -> Result<bool, Fault> {
        let has = "SELECT to_regclass($1) IS NOT NULL";
        Ok(self.client.query_one(has, &[&table]).await?.try_get(0)?)
    }
}
