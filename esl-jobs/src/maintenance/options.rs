//! Listing anew what people choose from: voices, databases.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::payload::MaintenanceRefreshOptions;
use esl_core::job::{Actor, Job};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError, OptionsSource, SettingsStore};
use serde_json::{Map, Value, json};

/// What the keys of refreshed lists begin with in the settings: `options.voices` is a JSON array.
pub const OPTIONS: &str = "options.";

/// Handles `maintenance.refresh_options`: what the sources list goes into the settings, under
/// [`OPTIONS`] and their names. Its output has the length of each list.
#[derive(Debug)]
pub struct RefreshOptions {
    settings: Arc<dyn SettingsStore>,
    sources: Vec<Arc<dyn OptionsSource>>,
}

impl RefreshOptions {
    /// Keeps in `settings` what `sources` list.
    #[must_use]
    pub fn new(settings: Arc<dyn SettingsStore>, sources: Vec<Arc<dyn OptionsSource>>) -> Self {
        Self { settings, sources }
    }

    /// Lists one thing and keeps it.
    async fn refresh(&self, source: &dyn OptionsSource, actor: Actor) -> Result<usize, JobError> {
        let list = source.list().await?;
        let count = list.len();
        let key = format!("{OPTIONS}{}", source.name());
        let values = BTreeMap::from([(key, Some(Value::Array(list)))]);
        self.settings.write(values, actor).await?;
        Ok(count)
    }
}

#[async_trait]
impl HandlePayload<MaintenanceRefreshOptions> for RefreshOptions {
    /// A service that is out of reach keeps no other list from being refreshed.
    async fn run(
        &self,
        _payload: MaintenanceRefreshOptions,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        let (mut output, mut failure) = (Map::new(), None);
        for source in &self.sources {
            match self.refresh(source.as_ref(), Actor::System).await {
                Ok(count) => {
                    output.insert(source.name().into(), json!(count));
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let chained = Vec::new();
        match failure {
            Some(error) => Err(error),
            None => Ok(Done { output, chained }),
        }
    }
}
