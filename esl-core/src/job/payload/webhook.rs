//! The payload of what other programs tell us.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Payload;
use crate::job::JobKind;

/// `webhook.received`: another program told us something.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookReceived {
    /// Which program.
    pub source: String,
    /// What sort of thing happened there; kinds nobody knows are kept and ignored.
    pub event_type: String,
    /// What it said.
    #[serde(default)]
    pub data: Value,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for WebhookReceived {
    const KIND: JobKind = JobKind::from_static("webhook.received");
    const VERSION: u32 = 1;
}
