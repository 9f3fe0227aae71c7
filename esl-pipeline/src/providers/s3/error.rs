//! What a storage service's refusal means. Knows codes and statuses; shows neither keys nor bodies.

use std::error::Error;
use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use esl_core::{ErrorKind, with_causes};

/// What a storage service said, or why it said nothing.
#[derive(Debug)]
pub(super) struct S3Error {
    cause: Cause,
    kind: ErrorKind,
    /// The region in which the service says the bucket is.
    region: Option<String>,
}

#[derive(Debug)]
enum Cause {
    /// It answered.
    Answer {
        code: Option<String>,
        status: u16,
        request_id: Option<String>,
    },
    /// There was no answer that could be read.
    NoAnswer(String),
    /// It does not do what was asked of it.
    Unfit(&'static str),
    /// It was not asked: the fault is here.
    Local(String),
}

impl S3Error {
    /// What the failed request means.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let SdkError::ServiceError(refusal) = error else {
            return Self::without_answer(error);
        };
        let status = refusal.raw().status().as_u16();
        // A request without a body has its status for a code.
        let code = refusal.err().code().filter(|code| *code != "NotFound");
        Self {
            kind: kind(code, status),
            region: refusal
                .raw()
                .headers()
                .get("x-amz-bucket-region")
                .map(str::to_owned),
            cause: Cause::Answer {
                code: code.map(str::to_owned),
                status,
                request_id: error.request_id().map(str::to_owned),
            },
        }
    }

    fn without_answer<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Self {
        let kind = match error {
            SdkError::ConstructionFailure(_) => ErrorKind::Configuration,
            SdkError::TimeoutError(_) => ErrorKind::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => ErrorKind::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_user() => ErrorKind::Configuration,
            _ => ErrorKind::Unavailable,
        };
        Self::silent(kind, with_causes(error))
    }

    /// There was no answer that could be read to its end.
    pub(super) fn silent(kind: ErrorKind, what: String) -> Self {
        Self {
            cause: Cause::NoAnswer(what),
            kind,
            region: None,
        }
    }

    /// The service does not do what was asked of it.
    pub(super) fn unfit(what: &'static str) -> Self {
        Self {
            cause: Cause::Unfit(what),
            kind: ErrorKind::Configuration,
            region: None,
        }
    }

    /// It was not asked: the fault is here.
    pub(super) fn local(kind: ErrorKind, what: String) -> Self {
        Self {
            cause: Cause::Local(what),
            kind,
            region: None,
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(super) fn code(&self) -> Option<&str> {
        match &self.cause {
            Cause::Answer { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Answer { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Whether there is no such object.
    pub(super) fn is_absence(&self) -> bool {
        self.status() == Some(404) && matches!(self.code(), None | Some("NoSuchKey"))
    }

    /// Whether a condition of the request did not hold.
    pub(super) fn is_unmet_condition(&self) -> bool {
        self.status() == Some(412)
    }

    /// Whether the service does not know a header of the request.
    pub(super) fn is_not_implemented(&self) -> bool {
        self.status() == Some(501) || self.code() == Some("NotImplemented")
    }

    /// How to mend it.
    pub(super) fn hint(&self, bucket: &str, region: &str) -> Option<String> {
        if let Cause::Local(_) = self.cause {
            return None;
        }
        let code = self.code().unwrap_or_default();
        let hint = match (code, self.status()) {
            ("NoSuchBucket", _) => {
                format!("create the bucket {bucket} in {region}, or correct its name")
            }
            ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken", _) => {
                "check the access key, its secret and its session token".to_owned()
            }
            ("ExpiredToken", _) => "the session token has run out: get a new one".to_owned(),
            ("RequestTimeTooSkewed", _) => "set the clock of this machine".to_owned(),
            (
                "PermanentRedirect"
                | "AuthorizationHeaderMalformed"
                | "IllegalLocationConstraintException",
                _,
            )
            | (_, Some(301)) => match &self.region {
                Some(right) => {
                    format!("the bucket {bucket} is in {right}, not in {region}: set its region")
                }
                None => {
                    format!("the bucket {bucket} is not in {region}: set its region or endpoint")
                }
            },
            (_, Some(403)) => format!(
                "let the access key list {bucket} ({region}) and read and write what begins with the prefix"
            ),
            (_, Some(501)) => "use a server that knows conditional writes".to_owned(),
            (_, None) if self.kind == ErrorKind::Configuration => {
                "check the endpoint, or use a server that honours If-Match and If-None-Match"
                    .to_owned()
            }
            (_, None) => {
                format!("check the endpoint and the network; bucket {bucket}, region {region}")
            }
            _ => return None,
        };
        Some(hint)
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Answer {
                code,
                status,
                request_id,
            } => {
                write!(f, "the storage service answered {status}")?;
                if let Some(code) = code {
                    write!(f, " {code}")?;
                }
                match request_id {
                    Some(id) => write!(f, " (request {id})"),
                    None => Ok(()),
                }
            }
            Cause::NoAnswer(what) => write!(f, "the storage service did not answer: {what}"),
            Cause::Unfit(what) => f.write_str(what),
            Cause::Local(what) => f.write_str(what),
        }
    }
}

impl Error for S3Error {}

/// (S3 API reference, "Error responses".)
fn kind(code: Option<&str>, status: u16) -> ErrorKind {
    match code.unwrap_or_default() {
        "NoSuchBucket"
        | "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "RequestTimeTooSkewed"
        | "InvalidBucketName"
        | "NotImplemented" => ErrorKind::Configuration,
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken" => {
            ErrorKind::Unauthenticated
        }
        "SlowDown" => ErrorKind::RateLimited,
        "RequestTimeout" => ErrorKind::Timeout,
        _ => match status {
            301 | 307 | 501 => ErrorKind::Configuration,
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            408 | 504 => ErrorKind::Timeout,
            // Another write of the key was under way each time.
            409 => ErrorKind::Unavailable,
            412 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            507 => ErrorKind::Storage,
            500..=599 => ErrorKind::Unavailable,
            _ => ErrorKind::Storage,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: Option<&str>, status: u16) -> S3Error {
        S3Error {
            kind: kind(code, status),
            region: None,
            cause: Cause::Answer {
                code: code.map(str::to_owned),
                status,
                request_id: Some("4442587FB7D0A2F9".into()),
            },
        }
    }

    #[test]
    fn codes_decide_and_statuses_where_there_is_no_code() {
        for (code, status, expected) in [
            (Some("NoSuchBucket"), 404, ErrorKind::Configuration),
            (Some("AccessDenied"), 403, ErrorKind::Forbidden),
            (Some("InvalidAccessKeyId"), 403, ErrorKind::Unauthenticated),
            (
                Some("SignatureDoesNotMatch"),
                403,
                ErrorKind::Unauthenticated,
            ),
            (Some("ExpiredToken"), 400, ErrorKind::Unauthenticated),
            (Some("PermanentRedirect"), 301, ErrorKind::Configuration),
            (Some("SlowDown"), 503, ErrorKind::RateLimited),
            (Some("InternalError"), 500, ErrorKind::Unavailable),
            (Some("RequestTimeout"), 400, ErrorKind::Timeout),
            (None, 403, ErrorKind::Forbidden),
            (None, 503, ErrorKind::Unavailable),
        ] {
            assert_eq!(kind(code, status), expected, "{code:?} {status}");
        }
    }

    #[test]
    fn a_missing_bucket_is_not_a_missing_object() {
        assert!(answer(Some("NoSuchKey"), 404).is_absence());
        assert!(answer(None, 404).is_absence());
        assert!(!answer(Some("NoSuchBucket"), 404).is_absence());
    }

    #[test]
    fn hints_name_bucket_and_region() {
        for error in [
            answer(Some("NoSuchBucket"), 404),
            answer(Some("AccessDenied"), 403),
            answer(Some("PermanentRedirect"), 301),
        ] {
            let hint = error.hint("lessons", "eu-central-1").unwrap();
            assert!(
                hint.contains("lessons") && hint.contains("eu-central-1"),
                "{hint}"
            );
        }
        assert_eq!(
            answer(Some("AccessDenied"), 403).to_string(),
            "the storage service answered 403 AccessDenied (request 4442587FB7D0A2F9)"
        );
    }
}
