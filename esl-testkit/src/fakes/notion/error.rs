//! Refusals in Notion's words. (Notion API reference, "Status codes".)

use hyper::StatusCode;
use serde_json::{Value, json};

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) additional_data: Option<Value>,
}

impl ApiError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            additional_data: None,
        }
    }

    /// A request that is wrong in form or sense.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "validation_error", message)
    }

    /// Blocks or properties that do not fit each other or what is there.
    pub(super) fn content(problem: &str) -> Self {
        Self::validation(format!(
            "Content creation Failed. Fix the following: \n{problem}"
        ))
    }

    pub(super) fn invalid_url() -> Self {
        Self::new(400, "invalid_request_url", "Invalid request URL.")
    }

    pub(super) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        let message = format!(
            "Could not find {what} with ID: {id}. Make sure the relevant pages and databases are shared with your integration."
        );
        Self::new(404, "object_not_found", message)
    }

    pub(super) fn archived() -> Self {
        Self::validation(
            "Can't edit block that is archived. You must unarchive the block before editing.",
        )
    }

    pub(super) fn conflict() -> Self {
        Self::new(
            409,
            "conflict_error",
            "Conflict occurred while saving. Please try again.",
        )
    }

    /// What the service says when it fails as a whole.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status.as_u16() {
            400 => ("validation_error", "The request failed validation."),
            401 => ("unauthorized", "API token is invalid."),
            403 => (
                "restricted_resource",
                "Insufficient permissions for this endpoint.",
            ),
            404 => ("object_not_found", "Could not find the object."),
            409 => return Self::conflict(),
            413 => ("validation_error", "Request body too large."),
            429 => (
                "rate_limited",
                "You have been rate limited. Please try again in a few minutes.",
            ),
            503 => (
                "service_unavailable",
                "Notion is unavailable. Please try again later.",
            ),
            504 => (
                "gateway_timeout",
                "The request timed out. Please try again later.",
            ),
            529 => (
                "service_overload",
                "Notion is overloaded. Please try again later.",
            ),
            _ => ("internal_server_error", "Unexpected error occurred."),
        };
        Self::new(status.as_u16(), code, message)
    }

    pub(super) fn with_data(mut self, data: Value) -> Self {
        self.additional_data = Some(data);
        self
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        });
        if let Some(data) = &self.additional_data {
            body["additional_data"] = data.clone();
        }
        body
    }
}
