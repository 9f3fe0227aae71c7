//! Payloads of upkeep.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Payload;
use crate::job::JobKind;

/// What is cleaned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupScope {
    /// Uploads that no job names.
    OrphanUploads,
    /// Files that runs left behind.
    TempFiles,
    /// Jobs past their retention.
    ExpiredJobs,
    /// Events past their retention.
    ExpiredEvents,
    /// Audit records past their retention.
    ExpiredAudit,
}

impl CleanupScope {
    /// Its name in payloads and outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrphanUploads => "orphan_uploads",
            Self::TempFiles => "temp_files",
            Self::ExpiredJobs => "expired_jobs",
            Self::ExpiredEvents => "expired_events",
            Self::ExpiredAudit => "expired_audit",
        }
    }
}

/// `maintenance.cleanup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceCleanup {
    /// What is cleaned up; everything if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<CleanupScope>,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for MaintenanceCleanup {
    const KIND: JobKind = JobKind::from_static("maintenance.cleanup");
    const VERSION: u32 = 1;
}

/// `maintenance.refresh_options`: voices and databases are to be listed anew.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceRefreshOptions {
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for MaintenanceRefreshOptions {
    const KIND: JobKind = JobKind::from_static("maintenance.refresh_options");
    const VERSION: u32 = 1;
}

/// How many finished lessons are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerifyScope {
    /// Some of them.
    #[default]
    Sample,
    /// All of them.
    All,
}

/// `maintenance.verify`: are manifests readable, lessons unchanged, recordings there?
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceVerify {
    /// How many lessons.
    #[serde(default)]
    pub scope: VerifyScope,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for MaintenanceVerify {
    const KIND: JobKind = JobKind::from_static("maintenance.verify");
    const VERSION: u32 = 1;
}
