//! Settings as rows.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;
use esl_core::job::Actor;
use esl_core::ports::{Setting, SettingsStore, StoreError};
use serde_json::Value;
use tokio::sync::watch;
use tokio_postgres::Row;

use super::connection::{self, Transaction};
use super::error::Fault;
use super::queries::Queries;
use super::rows::{all, time, writable, writable_value};
use super::{PostgresJobs, Shared};
use crate::stored::parsed;
use crate::wakeups::News;

const READ: &str = "SELECT key, value, updated_at, updated_by FROM settings
    WHERE namespace = $1 AND starts_with(key, $2)";

const SET: &str = "INSERT INTO settings (namespace, key, value, updated_at, updated_by)
    SELECT $1, key, value, $4, $5 FROM unnest($2::text[], $3::jsonb[]) AS new (key, value)
    ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value,
        updated_at = excluded.updated_at, updated_by = excluded.updated_by";

const REMOVE: &str = "DELETE FROM settings WHERE namespace = $1 AND key = ANY ($2)";

#[async_trait]
impl SettingsStore for PostgresJobs {
    async fn read(&self, prefix: &str) -> Result<BTreeMap<String, Setting>, StoreError> {
        let found = read(self.queries(), prefix).await;
        found.map_err(|fault| fault.during("read settings"))
    }

    async fn write(
        &self,
        values: BTreeMap<String, Option<Value>>,
        by: Actor,
    ) -> Result<(), StoreError> {
        let written = write(&self.shared, values, by).await;
        // Also after a failure: the commit may have got through, and only its answer been lost.
        self.shared.ring(News {
            settings: true,
            ..News::default()
        });
        written.map_err(|fault| fault.during("write settings"))
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.shared.wakeups.settings()
    }
}

async fn read(queries: Queries<'_>, prefix: &str) -> Result<BTreeMap<String, Setting>, Fault> {
    let rows = queries.rows(READ, &[&queries.namespace, &prefix]).await?;
    Ok(all(&rows, setting)?.into_iter().collect())
}

fn setting(row: &Row) -> Result<(String, Setting), Fault> {
    let setting = Setting {
        value: row.try_get(1)?,
        updated_at: time(row, "updated_at")?,
        updated_by: parsed("actor", row.try_get(3)?)?,
    };
    Ok((row.try_get(0)?, setting))
}

async fn write(
    shared: &Shared,
    values: BTreeMap<String, Option<Value>>,
    by: Actor,
) -> Result<(), Fault> {
    let (set, removed): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|(_, value)| value.is_some());
    let (keys, values): (Vec<_>, Vec<_>) = set
        .into_iter()
        .filter_map(|(key, value)| Some((writable(&key), writable_value(&value?))))
        .unzip();
    let removed: Vec<_> = removed.into_iter().map(|(key, _)| writable(&key)).collect();
    let (now, by) = (SystemTime::from(shared.clock.now()), by.to_string());
    let transaction = Transaction::of(&shared.pool).await?;
    let set = transaction.prepare_cached(SET).await?;
    let remove = transaction.prepare_cached(REMOVE).await?;
    let new: [connection::Value<'_>; 5] = [&shared.namespace, &keys, &values, &now, &by];
    transaction.begin_with(&set, &new).await?;
    transaction
        .execute(&remove, &[&shared.namespace, &removed])
        .await?;
    transaction.commit().await?;
    transaction.end();
    Ok(())
}
