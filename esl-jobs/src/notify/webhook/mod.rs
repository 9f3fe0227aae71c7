//! `notify.webhook`: telling a program over HTTP.
//!
//! The body is what a live stream says of the end ([`EventView`](esl_core::job::EventView)), or a
//! [`BatchView`](esl_core::job::BatchView), signed under the endpoint's secret. A worker handles such
//! jobs with a [`Webhook`]:
//!
//! ```ignore
//! let webhook = Webhook::new(jobs.store.clone(), jobs.events.clone(), endpoints, WebhookConfig::default())?;
//! let worker = Worker::builder(jobs.store, jobs.queue).handles::<NotifyWebhook>(webhook);
//! ```

mod addresses;
mod client;
mod endpoints;
mod message;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::NotifyWebhook;
use esl_core::job::{FailureCode, Job, JobId, WebhookEndpoint};
use esl_core::ports::{Done, EventLog, HandlePayload, JobContext, JobError, JobStore};
use serde_json::{Map, json};

use client::Client;

pub use endpoints::Endpoints;
pub use ipnet::IpNet;
pub use signature::{DELIVERY_HEADER, SIGNATURE_HEADER, sign};

/// What a [`Webhook`] can be told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// Networks that may be connected to although they are private, local or reserved. Default none.
    pub allowed: Vec<IpNet>,
    /// How long an endpoint may take to answer. Default 10 s.
    pub timeout: Duration,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }
}

/// Tells programs how jobs ended.
#[derive(Debug)]
pub struct Webhook {
    store: Arc<dyn JobStore>,
    events: Arc<dyn EventLog>,
    endpoints: Arc<dyn Endpoints>,
    client: Client,
}

impl Webhook {
    /// Tells those of `endpoints` that jobs name of jobs in `store`.
    ///
    /// # Errors
    /// [`BuildError`] if no HTTP client can be made.
    pub fn new(
        store: Arc<dyn JobStore>,
        events: Arc<dyn EventLog>,
        endpoints: Arc<dyn Endpoints>,
        config: WebhookConfig,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            store,
            events,
            endpoints,
            client: Client::new(config)?,
        })
    }

    async fn deliver(&self, wish: &NotifyWebhook, delivery: JobId) -> Result<Done, JobError> {
        let endpoint = self.endpoint(&wish.endpoint_id).await?;
        let body = message::of(wish, self.store.as_ref(), self.events.as_ref()).await?;
        let status = self.client.post(&endpoint, delivery, body).await?;
        Ok(Done {
            output: Map::from_iter([("status".to_owned(), json!(status))]),
            chained: Vec::new(),
        })
    }

    async fn endpoint(&self, id: &str) -> Result<WebhookEndpoint, JobError> {
        let found = self.endpoints.endpoint(id).await?;
        found.ok_or_else(|| {
            let message = format!("there is no endpoint {id:?} in phase.notify.webhook");
            JobError::permanent(FailureCode::ENDPOINT_MISCONFIGURED, message)
        })
    }
}

#[async_trait]
impl HandlePayload<NotifyWebhook> for Webhook {
    async fn run(
        &self,
        wish: NotifyWebhook,
        job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        // The id of the job is that of the delivery: the same at every attempt.
        let delivering = self.deliver(&wish, job.head.id);
        let ended = context.cancelled.run_until_cancelled(delivering).await;
        ended.unwrap_or_else(|| Err(JobError::interrupted()))
    }
}

/// No HTTP client can be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make an HTTP client for webhooks")]
pub struct BuildError(#[from] reqwest::Error);
