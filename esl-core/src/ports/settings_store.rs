//! Where settings are kept that people change while programs run.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::watch;

use super::StoreError;
use crate::Timestamp;
use crate::job::Actor;

/// Values by key, shared by all processes of a namespace.
///
/// Contract (`esl_testkit::conformance::settings_store`):
/// - A write is one transaction: all of its keys or none, durable once it returned.
/// - A value is read back as it was written, whatever the key means to anybody.
/// - Whoever watches hears of a write of any process within a second, and may hear without cause.
/// - A store shows and changes only the settings of its own namespace.
#[async_trait]
pub trait SettingsStore: fmt::Debug + Send + Sync + 'static {
    /// The settings whose keys begin with `prefix`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn read(&self, prefix: &str) -> Result<BTreeMap<String, Setting>, StoreError>;

    /// Gives keys new values, and removes those without one.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn write(
        &self,
        values: BTreeMap<String, Option<Value>>,
        by: Actor,
    ) -> Result<(), StoreError>;

    /// Is marked as changed whenever a setting may have changed. Mark it as unchanged before reading.
    fn watch(&self) -> watch::Receiver<()>;
}

/// What a key stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its value.
    pub value: Value,
    /// When it was written.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: Actor,
}
