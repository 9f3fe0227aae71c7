//! Settings as rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use esl_core::Timestamp;
use esl_core::job::Actor;
use esl_core::ports::{Setting, SettingsStore, StoreError};
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use tokio::sync::watch;

use super::SqliteJobs;
use super::changes::Changes;
use super::error::Fault;
use super::rows::all;
use crate::stored::{json, parsed};

#[async_trait]
impl SettingsStore for SqliteJobs {
    async fn read(&self, prefix: &str) -> Result<BTreeMap<String, Setting>, StoreError> {
        let prefix = prefix.to_owned();
        let read =
            move |connection: &Connection, namespace: &str| read(connection, namespace, &prefix);
        self.query("read settings", read).await
    }

    async fn write(
        &self,
        values: BTreeMap<String, Option<Value>>,
        by: Actor,
    ) -> Result<(), StoreError> {
        self.change("write settings", move |changes| write(changes, &values, by))
            .await
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.wakeups.settings()
    }
}

fn read(
    connection: &Connection,
    namespace: &str,
    prefix: &str,
) -> Result<BTreeMap<String, Setting>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT key, value, updated_at, updated_by FROM settings
         WHERE namespace = ?1 AND substr(key, 1, length(?2)) = ?2",
    )?;
    let found = statement.query(params![namespace, prefix])?;
    Ok(all(found, setting)?.into_iter().collect())
}

fn setting(row: &Row<'_>) -> Result<(String, Setting), Fault> {
    let key: String = row.get(0)?;
    let value = json(&key, row.get_ref(1)?.as_str()?)?;
    let updated_by = parsed("actor", row.get_ref(3)?.as_str()?)?;
    let setting = Setting {
        value,
        updated_at: Timestamp::from_millis(row.get(2)?),
        updated_by,
    };
    Ok((key, setting))
}

fn write(
    changes: &mut Changes<'_>,
    values: &BTreeMap<String, Option<Value>>,
    by: Actor,
) -> Result<(), Fault> {
    let mut set = changes.statement(
        "INSERT INTO settings (namespace, key, value, updated_at, updated_by)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value,
             updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )?;
    let mut remove = changes.statement("DELETE FROM settings WHERE namespace = ?1 AND key = ?2")?;
    for (key, value) in values {
        match value {
            Some(value) => set.execute(params![
                changes.namespace,
                key,
                value.to_string(),
                changes.now.as_millis(),
                by.to_string(),
            ])?,
            None => remove.execute(params![changes.namespace, key])?,
        };
    }
    changes.news.settings = true;
    Ok(())
}
