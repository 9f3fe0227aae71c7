//! Why an attempt failed, in words for people and in a code for programs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Classify, ErrorKind};

/// The stable code of a failure. Applications may bring codes of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FailureCode(Cow<'static, str>);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)+) => {
        impl FailureCode {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($code));)+

            /// The codes that this project gives.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

codes! {
    /// The validator refused the lesson.
    LESSON_INVALID = "lesson_invalid";
    /// The job names its lesson in a way that is not allowed.
    MD_NOT_ALLOWED = "md_not_allowed";
    /// The lesson is not where the job says.
    MD_NOT_FOUND = "md_not_found";
    /// There is no manifest to go on from.
    MANIFEST_MISSING = "manifest_missing";
    /// The manifest is damaged or of a later version.
    MANIFEST_UNREADABLE = "manifest_unreadable";
    /// The manifest names no page.
    PAGE_MISSING = "page_missing";
    /// The lesson has a page and has changed since, and the settings say to leave it alone then.
    PAGE_EXISTS = "page_exists";
    /// No such preset.
    INVALID_PRESET = "invalid_preset";
    /// No such voice.
    INVALID_VOICE_ID = "invalid_voice_id";
    /// No such database.
    INVALID_NOTION_DATABASE = "invalid_notion_database";
    /// The settings of a store contradict each other or name what is not there.
    STORAGE_MISCONFIGURED = "storage_misconfigured";
    /// The payload is not what jobs of this kind have.
    PAYLOAD_UNREADABLE = "payload_unreadable";
    /// No handler knows this kind of job.
    UNKNOWN_TYPE = "unknown_type";
    /// A credential is needed and there is none.
    CREDENTIALS_MISSING = "credentials_missing";
    /// A provider refused the credential.
    CREDENTIALS_REJECTED = "credentials_rejected";
    /// A provider refused the request.
    PROVIDER_BAD_REQUEST = "provider_bad_request";
    /// The account's allowance is used up.
    QUOTA_EXHAUSTED = "quota_exhausted";
    /// Too many requests for now.
    RATE_LIMITED = "rate_limited";
    /// A provider failed.
    PROVIDER_UNAVAILABLE = "provider_unavailable";
    /// A provider cannot be reached.
    NETWORK = "network";
    /// No answer, or no end, in the time allowed.
    TIMEOUT = "timeout";
    /// A store cannot be reached.
    STORAGE_UNAVAILABLE = "storage_unavailable";
    /// ffmpeg was chosen and is not there.
    FFMPEG_MISSING = "ffmpeg_missing";
    /// ffmpeg failed.
    FFMPEG_FAILED = "ffmpeg_failed";
    /// Another run works on the lesson.
    LESSON_LOCKED = "lesson_locked";
    /// The job or batch to tell of is not there any more.
    JOB_MISSING = "job_missing";
    /// The endpoint to tell is not set up, or not set up well.
    ENDPOINT_MISCONFIGURED = "endpoint_misconfigured";
    /// The endpoint is at an address that this program must not connect to.
    ADDRESS_REFUSED = "address_refused";
    /// The workers that ran the job died or lost their leases.
    WORKER_LOST = "worker_lost";
    /// A defect of this program.
    INTERNAL = "internal";
    /// Somebody cancelled the job.
    CANCELLED = "cancelled";
}

impl FailureCode {
    /// A code of an application.
    #[must_use]
    pub fn custom(code: impl Into<String>) -> Self {
        Self(Cow::Owned(code.into()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ErrorKind> for FailureCode {
    /// The code where an error says no more than its kind.
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput | ErrorKind::NotFound => Self::PROVIDER_BAD_REQUEST,
            ErrorKind::Conflict => Self::LESSON_LOCKED,
            ErrorKind::Configuration | ErrorKind::Storage => Self::STORAGE_MISCONFIGURED,
            ErrorKind::Unauthenticated | ErrorKind::Forbidden => Self::CREDENTIALS_REJECTED,
            ErrorKind::RateLimited => Self::RATE_LIMITED,
            ErrorKind::QuotaExhausted => Self::QUOTA_EXHAUSTED,
            ErrorKind::Unavailable => Self::PROVIDER_UNAVAILABLE,
            ErrorKind::Timeout => Self::TIMEOUT,
            ErrorKind::Cancelled => Self::CANCELLED,
            ErrorKind::Corrupt => Self::MANIFEST_UNREADABLE,
            ErrorKind::Internal => Self::INTERNAL,
        }
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// For programs.
    pub code: FailureCode,
    /// For people, without secrets, lesson text, absolute paths or stack traces.
    pub message: String,
}

impl Failure {
    /// The longest message that is kept, in characters.
    pub const MAX_MESSAGE: usize = 2000;

    /// A failure with this code; a longer message is cut.
    #[must_use]
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(Self::MAX_MESSAGE) {
            message.truncate(end);
        }
        Self { code, message }
    }

    /// The failure that an error amounts to, with the code of its kind.
    #[must_use]
    pub fn of(error: &dyn Classify) -> Self {
        Self::new(error.kind().into(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<_> = FailureCode::ALL.iter().map(FailureCode::as_str).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FailureCode::ALL.len());
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let failure = Failure::new(FailureCode::INTERNAL, "ж".repeat(5000));
        assert_eq!(failure.message.chars().count(), Failure::MAX_MESSAGE);
    }
}
