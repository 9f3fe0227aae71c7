//! How phases behave, as administrators read and change it while programs run.
//!
//! A phase is configured by keys such as `phase.tts.maxCharacters`, each a setting of its own, over
//! the defaults of [`PhaseConfig`]. What is stored and unknown to this program stays as it is.

mod error;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::{Mutex, watch};

use crate::job::{Actor, PhaseConfig};
use crate::ports::{SettingsStore, StoreError};
use values::{PREFIX, Values, parts, stored_key};

pub use error::PhaseSettingError;

/// The configuration of phases in a store of settings. Reading costs nothing until somebody, in
/// whatever process, changes a setting.
#[derive(Debug)]
pub struct PhaseSettings {
    store: Arc<dyn SettingsStore>,
    cached: Mutex<Cached>,
}

#[derive(Debug)]
struct Cached {
    changes: watch::Receiver<()>,
    values: Option<Arc<Values>>,
}

impl PhaseSettings {
    /// The configuration that `store` holds.
    #[must_use]
    pub fn new(store: Arc<dyn SettingsStore>) -> Self {
        let changes = store.watch();
        Self {
            store,
            cached: Mutex::new(Cached {
                changes,
                values: None,
            }),
        }
    }

    /// The behaviour of all phases.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn all(&self) -> Result<PhaseConfig, StoreError> {
        Ok(self.values().await?.config.clone())
    }

    /// The settings of one phase by their keys, without secrets.
    ///
    /// # Errors
    /// [`PhaseSettingError::UnknownPhase`], or what the store says.
    pub async fn phase(&self, phase: &str) -> Result<Map<String, Value>, PhaseSettingError> {
        listed(&*self.values().await?, phase)
    }

    /// Changes settings of one phase, all or none, and returns them as they are then, without
    /// secrets. Null stands for the default. An endpoint without a secret keeps the one it has.
    ///
    /// # Errors
    /// [`PhaseSettingError`], which names the setting that is at fault.
    pub async fn patch(
        &self,
        phase: &str,
        fields: Map<String, Value>,
        by: Actor,
    ) -> Result<Map<String, Value>, PhaseSettingError> {
        listed(&Values::defaults(), phase)?;
        let fields = fields.into_iter();
        let named = fields.map(|(key, value)| (stored_key(phase, &key), value));
        listed(&self.change(named.collect(), by).await?, phase)
    }

    /// Changes settings of any phases by their whole keys, such as `phase.tts.maxCharacters`, as
    /// [`PhaseSettings::patch`] does those of one, and returns the behaviour of all phases then.
    ///
    /// # Errors
    /// [`PhaseSettingError`], which names the setting that is at fault.
    pub async fn set(
        &self,
        settings: BTreeMap<String, Value>,
        by: Actor,
    ) -> Result<PhaseConfig, PhaseSettingError> {
        Ok(self.change(settings, by).await?.config)
    }

    async fn change(
        &self,
        settings: BTreeMap<String, Value>,
        by: Actor,
    ) -> Result<Values, PhaseSettingError> {
        let mut values = Values::stored(self.store.read(PREFIX).await?);
        let mut changes = BTreeMap::new();
        for (key, value) in settings {
            let value = change(&mut values, &key, value)?;
            changes.insert(key, value);
        }
        self.store.write(changes, by).await?;
        Ok(values)
    }

    /// Gives one phase, or all of them, the defaults again.
    ///
    /// # Errors
    /// [`PhaseSettingError::UnknownPhase`], or what the store says.
    pub async fn reset(&self, phase: Option<&str>, by: Actor) -> Result<(), PhaseSettingError> {
        let defaults = Values::defaults();
        let prefix = match phase {
            Some(phase) => {
                listed(&defaults, phase)?;
                stored_key(phase, "")
            }
            None => PREFIX.to_owned(),
        };
        let stored = self.store.read(&prefix).await?;
        let known = stored.into_keys().filter(|key| is_known(&defaults, key));
        self.store
            .write(known.map(|key| (key, None)).collect(), by)
            .await?;
        Ok(())
    }

    async fn values(&self) -> Result<Arc<Values>, StoreError> {
        let mut cached = self.cached.lock().await;
        let is_current = matches!(cached.changes.has_changed(), Ok(false));
        if let (true, Some(values)) = (is_current, &cached.values) {
            return Ok(values.clone());
        }
        // A failure leaves nothing that could be taken for current.
        cached.values = None;
        cached.changes.mark_unchanged();
        let values = Arc::new(Values::stored(self.store.read(PREFIX).await?));
        cached.values = Some(values.clone());
        Ok(values)
    }
}

fn listed(values: &Values, phase: &str) -> Result<Map<String, Value>, PhaseSettingError> {
    let unknown = || PhaseSettingError::UnknownPhase(phase.to_owned());
    values.listed(phase).ok_or_else(unknown)
}

fn is_known(defaults: &Values, key: &str) -> bool {
    parts(key).is_some_and(|(phase, name)| defaults.knows(phase, name))
}

/// What to store under a key; none for the default.
fn change(
    values: &mut Values,
    key: &str,
    value: Value,
) -> Result<Option<Value>, PhaseSettingError> {
    let refused = |problem| PhaseSettingError::Refused {
        key: key.to_owned(),
        problem,
    };
    let (phase, name) = parts(key).ok_or_else(|| refused("no such setting".into()))?;
    let is_default = value.is_null();
    let value = match is_default {
        true => Values::defaults().value(phase, name),
        false => values.completed(phase, name, value),
    };
    values.set(phase, name, value.clone()).map_err(refused)?;
    Ok((!is_default).then_some(value))
}
