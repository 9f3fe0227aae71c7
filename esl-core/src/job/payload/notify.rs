//! Payloads of the jobs that tell people and programs how a job ended.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Payload;
use crate::job::{BatchId, JobId, JobKind};

/// `notify.email`: the owner is to be told by mail.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifyEmail {
    /// The job that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// The batch that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// How it ended: a state's name.
    pub event: String,
    /// The address.
    pub to: String,
    /// The language to write in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for NotifyEmail {
    const KIND: JobKind = JobKind::from_static("notify.email");
    const VERSION: u32 = 1;
}

/// `notify.webhook`: an endpoint is to be told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifyWebhook {
    /// The job that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// The batch that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// How it ended: a state's name.
    pub event: String,
    /// The endpoint, as the phase configuration names it.
    pub endpoint_id: String,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for NotifyWebhook {
    const KIND: JobKind = JobKind::from_static("notify.webhook");
    const VERSION: u32 = 1;
}
