//! How ElevenLabs says no: the three shapes of its error bodies.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::super::service::{FakeResponse, json_response};

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// The body or the query is not of the documented form: an array of faults.
    Schema(Vec<Value>),
    /// Any other refusal: an object.
    Detail(Detail),
    /// The web framework's own words: a string.
    Plain(StatusCode, &'static str),
}

/// The object form of an error.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Detail {
    http: StatusCode,
    kind: &'static str,
    code: &'static str,
    /// The older discriminator, where it differs from the code.
    status: &'static str,
    message: String,
    param: Option<&'static str>,
    /// Status and discriminator before 2026, where they differ.
    legacy: Option<(StatusCode, &'static str)>,
}

impl From<Detail> for Refusal {
    fn from(detail: Detail) -> Self {
        Self::Detail(detail)
    }
}

impl Detail {
    fn new(http: StatusCode, kind: &'static str, code: &'static str, message: String) -> Self {
        Self {
            http,
            kind,
            code,
            status: code,
            message,
            param: None,
            legacy: None,
        }
    }

    /// 400: the request is well formed and still impossible.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "validation_error",
            code,
            message.into(),
        )
    }

    /// 401: no credential.
    pub(super) fn no_key() -> Self {
        let message = "Neither authorization header nor xi-api-key received, please provide one.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            "needs_authorization",
            message.to_owned(),
        )
    }

    /// 401: a wrong credential.
    pub(super) fn wrong_key() -> Self {
        let message = "Invalid API key".to_owned();
        Self {
            status: "invalid_api_key",
            ..Self::new(
                StatusCode::UNAUTHORIZED,
                "authentication_error",
                "unauthorized",
                message,
            )
        }
    }

    /// 401: the credential does not cover the call.
    pub(super) fn missing_permission(permission: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "authorization_error",
            "missing_permissions",
            format!(
                "The API key you used is missing the permission {permission} to execute this operation."
            ),
        )
    }

    /// 402, or 401 in the older form: the credits do not suffice.
    pub(super) fn out_of_credits(quota: u64, remaining: u64, required: u64) -> Self {
        let message = format!(
            "This request exceeds your quota of {quota}. You have {remaining} credits remaining, \
             while {required} credits are required for this request."
        );
        Self {
            status: "quota_exceeded",
            legacy: Some((StatusCode::UNAUTHORIZED, "quota_exceeded")),
            ..Self::new(
                StatusCode::PAYMENT_REQUIRED,
                "payment_required",
                "insufficient_credits",
                message,
            )
        }
    }

    /// 402: a voice from the library on the free plan.
    pub(super) fn paid_plan_required() -> Self {
        let message = "Free users cannot use library voices via the API.".to_owned();
        Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "payment_required",
            "paid_plan_required",
            message,
        )
    }

    /// 403: above the plan.
    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "authorization_error",
            code,
            message.into(),
        )
    }

    /// 404: no such thing.
    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", code, message.into())
    }

    /// 404: no such voice.
    pub(super) fn unknown_voice(id: &str) -> Self {
        Self::not_found(
            "voice_not_found",
            format!("A voice with voice_id '{id}' was not found."),
        )
    }

    /// 413.
    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request",
            "request_too_large",
            "The request body is too large.".to_owned(),
        )
    }

    /// 429: more requests at once than the plan allows. Comes without `Retry-After`.
    pub(super) fn too_many_at_once(maximum: usize) -> Self {
        let message = format!(
            "Too many concurrent requests. Your current subscription is associated with a maximum \
             of {maximum} concurrent requests (running in parallel)."
        );
        Self {
            status: "too_many_concurrent_requests",
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_error",
                "concurrent_limit_exceeded",
                message,
            )
        }
    }

    /// What the service says with `http` when it says nothing more precise.
    pub(super) fn of_status(http: StatusCode) -> Self {
        let (kind, code, message) = match http {
            StatusCode::UNAUTHORIZED => return Self::wrong_key(),
            StatusCode::TOO_MANY_REQUESTS => (
                "rate_limit_error",
                "system_busy",
                "We are experiencing heavy traffic. Please try again later.",
            ),
            StatusCode::INTERNAL_SERVER_ERROR => (
                "internal_error",
                "internal_server_error",
                "An unexpected error occurred.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "service_unavailable",
                "service_unavailable",
                "The service is temporarily unavailable.",
            ),
            _ if http.is_server_error() => {
                ("internal_error", "internal_error", "The request failed.")
            }
            _ => (
                "invalid_request",
                "invalid_request",
                "The request was refused.",
            ),
        };
        Self::new(http, kind, code, message.to_owned())
    }

    /// 429: more requests over time than allowed.
    pub(super) fn over_rate() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_error",
            "rate_limit_exceeded",
            "Rate limit exceeded.".to_owned(),
        )
    }

    /// Names the field that is at fault.
    pub(super) fn param(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    fn response(&self, request_id: &str, is_legacy: bool) -> FakeResponse {
        if is_legacy {
            let (http, status) = self.legacy.unwrap_or((self.http, self.status));
            let detail = json!({ "status": status, "message": self.message });
            return json_response(http, &json!({ "detail": detail }));
        }
        let mut detail = json!({
            "type": self.kind,
            "code": self.code,
            "status": self.status,
            "message": self.message,
            "request_id": request_id,
        });
        if let Some(param) = self.param {
            detail["param"] = param.into();
        }
        json_response(self.http, &json!({ "detail": detail }))
    }
}

impl Refusal {
    /// The answer; with `is_legacy` in the form of before 2026.
    pub(super) fn response(&self, request_id: &str, is_legacy: bool) -> FakeResponse {
        match self {
            Self::Schema(faults) => json_response(
                StatusCode::UNPROCESSABLE_ENTITY,
                &json!({ "detail": faults }),
            ),
            Self::Detail(detail) => detail.response(request_id, is_legacy),
            Self::Plain(http, words) => json_response(*http, &json!({ "detail": words })),
        }
    }
}
