//! The one JSON document of a command with `--json`.

use std::io::{self, Write};

use esl_core::{StageEvent, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::Outcome;
use crate::exit::{Exit, Failure};

/// Version of the document's shape. Fields may be added without a new one.
const SCHEMA: &str = "esl-cli/1";

/// An event of a run and when it happened.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TimedEvent {
    /// When.
    pub(crate) timestamp: Timestamp,
    /// What.
    #[serde(flatten)]
    pub(crate) event: StageEvent,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema: &'static str,
    command: Option<&'static str>,
    exit_code: u8,
    events: &'a [TimedEvent],
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
}

/// Writes the document of `command`, indented; no command if the line named none.
pub(super) fn write(
    out: &mut dyn Write,
    command: Option<&'static str>,
    exit: Exit,
    outcome: &Outcome,
    events: &[TimedEvent],
) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        command,
        exit_code: exit as u8,
        events,
        result: outcome.as_ref().ok().map(|answer| answer.json()),
        error: outcome.as_ref().err(),
        cancelled: exit == Exit::Cancelled,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}
