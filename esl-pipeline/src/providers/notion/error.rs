//! What Notion's answers and the lack of one mean.

use std::fmt;
use std::time::Duration;

use esl_core::ports::NotionError;
use reqwest::StatusCode;
use serde::Deserialize;

use super::client::Call;
use crate::providers::http::{Answer, HttpError};

/// Characters of a message of Notion's that are passed on, at most.
const MAX_MESSAGE: usize = 300;

/// An answer other than success, without what it says about the lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    /// Notion's code, if the answer came from Notion itself.
    code: Option<String>,
    message: String,
    request_id: Option<String>,
}

/// The body of an error. (Notion API reference, "Status codes".)
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    code: Option<String>,
    message: String,
    request_id: Option<String>,
}

impl Failure {
    pub(super) fn of(answer: &Answer) -> Self {
        // What stands between us and Notion answers in HTML, or not at all.
        let body: Body = answer.json().unwrap_or_default();
        let header = || answer.header("x-notion-request-id").map(str::to_owned);
        Self {
            status: answer.status,
            code: body.code.map(|code| shortened(&code, 60)),
            message: without_values(&body.message),
            request_id: body.request_id.or_else(header).map(|id| shortened(&id, 60)),
        }
    }

    /// What the failure of `call`, which was sent `after` so long, means to its caller.
    pub(super) fn into_error(self, call: &Call, after: Duration, answer: &Answer) -> NotionError {
        let operation = call.operation;
        match (self.status.as_u16(), self.code.as_deref()) {
            (401, _) => NotionError::Unauthenticated {
                source: Some(Box::new(self)),
            },
            (403, _) => NotionError::Forbidden {
                operation,
                source: Some(Box::new(self)),
            },
            (404, Some("object_not_found")) => call.not_found(),
            (400, Some("validation_error")) if self.is_about_trash() => call.not_found(),
            (409, Some("row_limit_exceeded")) => self.into_refusal(operation),
            (409, _) => NotionError::Conflict { operation },
            (429 | 529, _) => NotionError::RateLimited {
                retry_after: answer.retry_after(),
            },
            // What stands in front of Notion gave up waiting.
            (502 | 504, _) => NotionError::Unanswered {
                operation,
                after,
                source: Box::new(self),
            },
            (408 | 425 | 500.., _) => NotionError::Unavailable {
                operation,
                source: Box::new(self),
            },
            _ => self.into_refusal(operation),
        }
    }

    /// Whether Notion refuses to touch what is in the trash. It has no code for that.
    fn is_about_trash(&self) -> bool {
        let message = self.message.to_lowercase();
        message.contains("archived") || message.contains("in trash")
    }

    fn into_refusal(self, operation: &'static str) -> NotionError {
        let message = match self.message.is_empty() {
            true => self.to_string(),
            false => format!("{} ({self})", self.message),
        };
        NotionError::Refused { operation, message }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.as_u16();
        match &self.code {
            Some(code) => write!(f, "Notion answered {status} {code}")?,
            None => write!(f, "the answer was {status} and not Notion's own")?,
        }
        match &self.request_id {
            Some(id) => write!(f, ", request {id}"),
            None => Ok(()),
        }
    }
}

/// What the lack of an answer for so long means to the caller.
pub(super) fn unanswered(
    operation: &'static str,
    after: Duration,
    error: HttpError,
) -> NotionError {
    let source = Box::new(error);
    match *source {
        HttpError::Unreachable(_) | HttpError::Setup(_) | HttpError::NoTls { .. } => {
            NotionError::Unreachable { operation, source }
        }
        HttpError::Timeout | HttpError::Broken(_) | HttpError::TooLarge { .. } => {
            NotionError::Unanswered {
                operation,
                after,
                source,
            }
        }
    }
}

/// A message of Notion's without the values that it found, which may be words of the lesson.
/// Numbers stay.
fn without_values(message: &str) -> String {
    const FOUND: &str = "instead was ";
    let mut kept = String::new();
    for line in message.lines() {
        let (said, found) = line.split_once(FOUND).unwrap_or((line, ""));
        if !kept.is_empty() {
            kept.push_str("; ");
        }
        kept.push_str(said.trim_end_matches([',', ' ']));
        let number = found.trim_matches(['`', '.', ' ']);
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            kept.push_str(&format!(", {FOUND}{number}"));
        }
    }
    shortened(kept.trim_end_matches('.'), MAX_MESSAGE)
}

fn shortened(text: &str, most: usize) -> String {
    let printable = text.chars().filter(|character| !character.is_control());
    printable.take(most).collect()
}

#[cfg(test)]
mod tests {
    use esl_core::{Classify, ErrorKind, Retry};
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    fn error(answer: &Answer) -> NotionError {
        let call = Call::get("list blocks", "/v1/x".into()).about("block", &"b1");
        Failure::of(answer).into_error(&call, Duration::ZERO, answer)
    }

    fn of_code(status: u16, code: &str) -> NotionError {
        let body = format!(
            r#"{{"object":"error","status":{status},"code":"{code}","message":"No.","request_id":"r1"}}"#
        );
        error(&answer(status, &body))
    }

    #[test]
    fn every_status_has_its_kind_and_advice() {
        for (status, code, kind, retry) in [
            (
                400,
                "validation_error",
                ErrorKind::InvalidInput,
                Retry::Never,
            ),
            (400, "invalid_json", ErrorKind::InvalidInput, Retry::Never),
            (
                401,
                "unauthorized",
                ErrorKind::Unauthenticated,
                Retry::Never,
            ),
            (
                403,
                "restricted_resource",
                ErrorKind::Forbidden,
                Retry::Never,
            ),
            (404, "object_not_found", ErrorKind::NotFound, Retry::Never),
            (409, "conflict_error", ErrorKind::Conflict, Retry::Backoff),
            (
                409,
                "row_limit_exceeded",
                ErrorKind::InvalidInput,
                Retry::Never,
            ),
            (
                413,
                "validation_error",
                ErrorKind::InvalidInput,
                Retry::Never,
            ),
            (429, "rate_limited", ErrorKind::RateLimited, Retry::Backoff),
            (
                500,
                "internal_server_error",
                ErrorKind::Unavailable,
                Retry::Backoff,
            ),
            (
                503,
                "service_unavailable",
                ErrorKind::Unavailable,
                Retry::Backoff,
            ),
            (
                504,
                "gateway_timeout",
                ErrorKind::Unavailable,
                Retry::Backoff,
            ),
            (
                529,
                "service_overload",
                ErrorKind::RateLimited,
                Retry::Backoff,
            ),
        ] {
            let error = of_code(status, code);
            assert_eq!(
                (error.kind(), error.retry()),
                (kind, retry),
                "{status} {code}"
            );
            assert_eq!(
                error.leaves_doubt(),
                kind == ErrorKind::Unavailable,
                "{status}"
            );
        }
    }

    #[test]
    fn answers_of_others_are_told_by_their_status() {
        let gateway = error(&answer(502, "<html><h1>Bad Gateway"));
        assert_eq!(gateway.kind(), ErrorKind::Unavailable);
        let source = std::error::Error::source(&gateway).unwrap();
        assert_eq!(
            source.to_string(),
            "the answer was 502 and not Notion's own"
        );
        let elsewhere = error(&answer(404, "no such route"));
        assert_eq!(elsewhere.kind(), ErrorKind::InvalidInput);
        let empty = error(&answer(301, ""));
        assert_eq!(empty.retry(), Retry::Never);
    }

    #[test]
    fn the_time_to_come_back_is_passed_on() {
        let mut answer = answer(429, "{}");
        let seconds = HeaderValue::from_static("70");
        answer.headers.insert(RETRY_AFTER, seconds);
        let seventy = Duration::from_secs(70);
        assert_eq!(error(&answer).retry(), Retry::After(seventy));
    }

    #[test]
    fn a_refusal_names_code_and_request_and_none_of_the_lesson() {
        assert_eq!(
            of_code(400, "invalid_request").to_string(),
            "cannot list blocks: No (Notion answered 400 invalid_request, request r1)"
        );
        for (message, kept) in [
            (
                "body.children[1].x.length should be ≤ `2000`, instead was `2001`.",
                "body.children[1].x.length should be ≤ `2000`, instead was 2001",
            ),
            (
                "body.x should be not present, instead was `[{\"text\":\"Ana lives in...\"}]`.",
                "body.x should be not present",
            ),
            (
                "Fix one:\nbody.a should be a string.\nbody.b too, instead was `\"Ana\"`.",
                "Fix one:; body.a should be a string.; body.b too",
            ),
        ] {
            assert_eq!(without_values(message), kept);
        }
    }

    #[test]
    fn what_is_in_the_trash_is_not_found() {
        let body = r#"{"code":"validation_error","message":"Can't edit block that is archived. You must unarchive the block before editing."}"#;
        assert_eq!(error(&answer(400, body)).kind(), ErrorKind::NotFound);
    }
}
