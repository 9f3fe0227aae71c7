//! Settings in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use esl_core::job::Actor;
use esl_core::ports::{Setting, SettingsStore, StoreError};
use serde_json::Value;
use tokio::sync::watch;

use super::MemoryJobs;

#[async_trait]
impl SettingsStore for MemoryJobs {
    async fn read(&self, prefix: &str) -> Result<BTreeMap<String, Setting>, StoreError> {
        let state = self.state();
        let found = state
            .settings
            .iter()
            .filter(|(key, _)| key.starts_with(prefix));
        Ok(found.map(|(key, one)| (key.clone(), one.clone())).collect())
    }

    async fn write(
        &self,
        values: BTreeMap<String, Option<Value>>,
        by: Actor,
    ) -> Result<(), StoreError> {
        self.change(|state, now, news| {
            for (key, value) in values {
                let setting = value.map(|value| Setting {
                    value,
                    updated_at: now,
                    updated_by: by,
                });
                match setting {
                    Some(setting) => state.settings.insert(key, setting),
                    None => state.settings.remove(&key),
                };
            }
            news.settings = true;
        });
        Ok(())
    }

    fn watch(&self) -> watch::Receiver<()> {
        self.wakeups.settings()
    }
}
