//! Which endpoints there are.

use std::fmt;

use async_trait::async_trait;
use esl_core::PhaseSettings;
use esl_core::job::{NotifyPhase, WebhookEndpoint};
use esl_core::ports::StoreError;

/// Knows the endpoints that jobs name, with their secrets.
#[async_trait]
pub trait Endpoints: fmt::Debug + Send + Sync + 'static {
    /// The endpoint with this id, as it is set up now.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be read.
    async fn endpoint(&self, id: &str) -> Result<Option<WebhookEndpoint>, StoreError>;
}

/// Endpoints that never change.
#[async_trait]
impl Endpoints for NotifyPhase {
    async fn endpoint(&self, id: &str) -> Result<Option<WebhookEndpoint>, StoreError> {
        let found = self.webhook.iter().find(|endpoint| endpoint.id == id);
        Ok(found.cloned())
    }
}

/// Endpoints that administrators change while programs run.
#[async_trait]
impl Endpoints for PhaseSettings {
    async fn endpoint(&self, id: &str) -> Result<Option<WebhookEndpoint>, StoreError> {
        self.all().await?.notify.endpoint(id).await
    }
}
