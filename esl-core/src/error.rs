//! What callers may know about any error: its kind and whether to try again.
//!
//! Each boundary has its own `thiserror` enum; all of them implement [`Classify`], and callers
//! decide on [`Classify::kind`] and [`Classify::retry`], never on message text.

use std::error::Error;
use std::fmt;
use std::iter;
use std::time::Duration;

/// The reason an operation failed, common to all boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong; the same input fails again.
    InvalidInput,
    /// A named thing does not exist.
    NotFound,
    /// Somebody else changed the thing first.
    Conflict,
    /// Settings are missing or contradict each other.
    Configuration,
    /// The credential is missing or refused.
    Unauthenticated,
    /// The credential is good but may not do this.
    Forbidden,
    /// Too many requests for now.
    RateLimited,
    /// The account's allowance is used up until somebody tops it up.
    QuotaExhausted,
    /// The service or the machine cannot do it right now.
    Unavailable,
    /// No answer within the time allowed.
    Timeout,
    /// The caller cancelled the operation.
    Cancelled,
    /// Stored data cannot be read as what it should be.
    Corrupt,
    /// A local file or folder cannot be read or written.
    Storage,
    /// A defect of this program.
    Internal,
}

impl ErrorKind {
    /// Every kind, for exhaustive tests and mapping tables.
    pub const ALL: [Self; 14] = [
        Self::InvalidInput,
        Self::NotFound,
        Self::Conflict,
        Self::Configuration,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::RateLimited,
        Self::QuotaExhausted,
        Self::Unavailable,
        Self::Timeout,
        Self::Cancelled,
        Self::Corrupt,
        Self::Storage,
        Self::Internal,
    ];

    /// The stable name used in JSON and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Configuration => "configuration",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Corrupt => "corrupt",
            Self::Storage => "storage",
            Self::Internal => "internal",
        }
    }

    /// Whether the same call may succeed later with nothing changed by the caller.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Timeout)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a caller should do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Trying again cannot help.
    Never,
    /// Try again after the delay of the caller's [`RetryPolicy`](crate::RetryPolicy).
    Backoff,
    /// Try again, but not before this long from now, because the service said so.
    After(Duration),
    /// Retryable, and already retried as often as allowed: outer loops stop too.
    Exhausted,
}

/// Kind, retry advice and a hint to the user, for every error of this project.
pub trait Classify: Error {
    /// Why it failed.
    fn kind(&self) -> ErrorKind;

    /// Whether to try again. Follows from the kind unless the error knows better.
    fn retry(&self) -> Retry {
        if self.kind().is_transient() {
            Retry::Backoff
        } else {
            Retry::Never
        }
    }

    /// One sentence that tells the user how to mend it, if there is one.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The message of `error` and those of all that caused it, for a line of a log.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    let messages: Vec<_> = errors.map(ToString::to_string).collect();
    messages.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_tells_the_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot save")]
        struct Unsaved(#[source] std::io::Error);
        let error = Unsaved(std::io::Error::other("the disk is full"));
        assert_eq!(with_causes(&error), "cannot save: the disk is full");
    }

    #[test]
    fn names_of_kinds_are_distinct() {
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
    }
}
