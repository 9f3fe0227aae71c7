//! How a lesson stands: what is there, what is out of date, what to do next.

use esl_core::manifest::Manifest;
use serde::Serialize;

/// How a lesson stands. Nothing is written and no service is asked to find out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatusReport {
    /// Where the manifest is kept.
    pub manifest_path: String,
    /// The journal; none if the lesson never ran.
    pub manifest: Option<Manifest>,
    /// Whether the last complete run saw the lesson as it is now.
    pub md_hash_matches: bool,
    /// Whether the recording's file is where the manifest says.
    pub audio_file_exists: bool,
    /// What is out of date.
    pub stale: Stale,
    /// What to do.
    pub next: NextAction,
}

/// What of a lesson is missing or out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Stale {
    /// The page's text or colours.
    pub page: bool,
    /// The recording.
    pub audio: bool,
    /// The player on the page.
    pub attachment: bool,
}

/// What to do with a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NextAction {
    /// All is there and up to date.
    Nothing,
    /// Run it.
    Run,
}
