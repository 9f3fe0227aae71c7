//! Reading back what a database holds as text and numbers. What makes no sense is corruption, never a
//! panic.

use std::fmt::Display;
use std::str::FromStr;

use esl_core::job::{Notify, StoredPayload};
use esl_core::ports::{DepthState, StoreError};
use serde_json::{Map, Value};

/// A value as the type that it was written from.
pub(crate) fn parsed<T>(what: &str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse()
        .map_err(|error| corrupt(format!("{what}: {error}")))
}

/// A number in the range of the type that it was written from.
pub(crate) fn small<T: TryFrom<i64>>(what: &str, number: i64) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| corrupt(format!("{what}: {number} is out of range")))
}

/// The fields of a JSON object.
#[cfg(feature = "sqlite")]
pub(crate) fn fields(what: &str, text: &str) -> Result<Map<String, Value>, StoreError> {
    // The text itself stays out of the message: it may be a lesson's.
    serde_json::from_str(text).map_err(|_| corrupt(format!("{what} is no JSON object")))
}

/// What a job is to do. What makes no sense gets a version that nobody reads: the job fails by itself,
/// and neither claims nor lists fail with it.
pub(crate) fn payload(version: i64, fields: Option<Map<String, Value>>) -> StoredPayload {
    let version = u32::try_from(version).ok();
    let stored = version.zip(fields);
    let (version, fields) = stored.unwrap_or((u32::MAX, Map::new()));
    StoredPayload { version, fields }
}

/// Who is told when a job ends.
pub(crate) fn notify(value: Value) -> Result<Notify, StoreError> {
    serde_json::from_value(value).map_err(|_| corrupt("notify does not say who is told".into()))
}

/// Any JSON.
#[cfg(feature = "sqlite")]
pub(crate) fn json(what: &str, text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt(format!("{what} is no JSON")))
}

/// The state that a query wrote by its name.
pub(crate) fn depth_state(name: &str) -> Result<DepthState, StoreError> {
    let mut states = DepthState::ALL.into_iter();
    let found = states.find(|state| state.as_str() == name);
    found.ok_or_else(|| corrupt("state: neither ready, delayed nor running".into()))
}

/// A JSON object as text.
#[cfg(feature = "sqlite")]
pub(crate) fn text(fields: &Map<String, Value>) -> String {
    // `Display` of a JSON value cannot fail; serializing a map of values can neither.
    Value::Object(fields.clone()).to_string()
}

pub(crate) fn corrupt(what: String) -> StoreError {
    StoreError::Corrupt { what }
}
