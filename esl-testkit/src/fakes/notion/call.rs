//! One call of the API as the endpoints see it: checked for version, token and JSON.

use esl_core::Timestamp;
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ApiError;
use super::path::Path;
use super::shape::parse_id;
use crate::fakes::service::{FakeRequest, ShowLate};

/// Versions of the API that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// Databases hold data sources.
    V2025_09_03,
    /// `position` in place of `after`, `in_trash` in place of `archived`.
    V2026_03_11,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) version: Version,
    /// When it is carried out.
    pub(super) now: Timestamp,
    /// An empty object if there is none.
    pub(super) body: Value,
    /// How long a page created by it stays out of listings.
    pub(super) show_late: Option<ShowLate>,
    query: Vec<(String, String)>,
}

impl Call {
    pub(super) fn new(
        request: &FakeRequest,
        version: Version,
        body: Value,
        now: Timestamp,
    ) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(key), unescape(value))
        };
        Self {
            version,
            now,
            body,
            show_late: request.extensions().get().copied(),
            query: query
                .split('&')
                .filter(|it| !it.is_empty())
                .map(pair)
                .collect(),
        }
    }

    /// What a person does, without any request.
    pub(super) fn by_hand(now: Timestamp) -> Self {
        Self {
            version: Version::V2026_03_11,
            now,
            body: Value::Null,
            show_late: None,
            query: Vec::new(),
        }
    }

    /// The first value of a key of the query.
    pub(super) fn query(&self, key: &str) -> Option<String> {
        let found = self.query.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone())
    }

    /// Refuses keys of the query that the endpoint does not know.
    pub(super) fn check_query(&self, known: &[&str]) -> Result<(), ApiError> {
        match self
            .query
            .iter()
            .find(|(key, _)| !known.contains(&key.as_str()))
        {
            Some((key, value)) => {
                let value = Value::from(value.as_str());
                Err(Path::root("query")
                    .key(key)
                    .refuse("not present", Some(&value)))
            }
            None => Ok(()),
        }
    }
}

/// The version asked for in the header.
pub(super) fn version(headers: &HeaderMap) -> Result<Version, ApiError> {
    let Some(version) = headers.get("notion-version") else {
        let message = "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.";
        return Err(ApiError::new(400, "missing_version", message));
    };
    match version.to_str().unwrap_or_default() {
        "2025-09-03" => Ok(Version::V2025_09_03),
        "2026-03-11" => Ok(Version::V2026_03_11),
        other => Err(ApiError::validation(format!(
            "Notion-Version header failed validation: Notion-Version header should be `\"2025-09-03\"` or `\"2026-03-11\"`, instead was `\"{other}\"`."
        ))),
    }
}

/// Refuses any token but this; none is right if it was revoked.
pub(super) fn authorize(headers: &HeaderMap, token: Option<&str>) -> Result<(), ApiError> {
    let header = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = header.and_then(|header| header.strip_prefix("Bearer "));
    if given.is_some() && given == token {
        return Ok(());
    }
    Err(ApiError::new(401, "unauthorized", "API token is invalid."))
}

/// The JSON of the body; an empty object where there is none.
pub(super) fn json_body(request: &FakeRequest) -> Result<Value, ApiError> {
    let has_body = matches!(*request.method(), Method::POST | Method::PATCH);
    if !has_body || request.body().is_empty() {
        return Ok(json!({}));
    }
    let invalid = || ApiError::new(400, "invalid_json", "Error parsing JSON body.");
    if !is_json(request.headers()) {
        return Err(invalid());
    }
    serde_json::from_slice(request.body()).map_err(|_| invalid())
}

fn is_json(headers: &HeaderMap) -> bool {
    let header = headers.get(hyper::header::CONTENT_TYPE);
    let content_type = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// The id in a path.
pub(super) fn path_id(segment: &str, name: &str) -> Result<Uuid, ApiError> {
    let refusal = || {
        let value = Value::from(segment);
        Path::root("path")
            .key(name)
            .refuse("a valid uuid", Some(&value))
    };
    parse_id(segment).ok_or_else(refusal)
}

/// Undoes the escapes of a query.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, length) = match first {
            b'%' => hex_byte(tail).map_or((b'%', 1), |byte| (byte, 3)),
            b'+' => (b' ', 1),
            other => (*other, 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}
