//! What can go wrong with the workspace.

use std::time::Duration;

use crate::{Classify, ErrorKind, Retry};

/// What was seen of a failure.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The workspace failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotionError {
    /// What was named is not there.
    #[error("there is no {what} {id}")]
    NotFound {
        /// `page`, `block`, `data source` or `file`.
        what: &'static str,
        /// The name used.
        id: String,
    },
    /// The workspace refuses the request as it is.
    #[error("cannot {operation}: {message}")]
    Refused {
        /// What was attempted.
        operation: &'static str,
        /// The workspace's reason.
        message: String,
    },
    /// The credential is missing or wrong.
    #[error("the workspace refused the credential")]
    Unauthenticated {
        /// What the workspace said.
        #[source]
        source: Option<Cause>,
    },
    /// The credential may not do this.
    #[error("the workspace does not allow to {operation}")]
    Forbidden {
        /// What was attempted.
        operation: &'static str,
        /// What the workspace said.
        #[source]
        source: Option<Cause>,
    },
    /// Somebody else changed the page at the same time.
    #[error("cannot {operation}: the page was changed at the same time")]
    Conflict {
        /// What was attempted.
        operation: &'static str,
    },
    /// Too many requests for now.
    #[error("the workspace asks for fewer requests")]
    RateLimited {
        /// How long to wait, if it said.
        retry_after: Option<Duration>,
    },
    /// The workspace cannot be reached: nothing was asked of it.
    #[error("cannot {operation}: the workspace cannot be reached")]
    Unreachable {
        /// What was attempted.
        operation: &'static str,
        /// What was seen.
        #[source]
        source: Cause,
    },
    /// No answer came, or none that tells. What was asked for may have been done or may yet be, until
    /// [`NotionLimits::request_deadline`](super::NotionLimits::request_deadline) has passed since it
    /// was sent.
    #[error("cannot tell whether the workspace could {operation}: it did not answer")]
    Unanswered {
        /// What was attempted.
        operation: &'static str,
        /// How long ago it was certainly sent by then; zero if that is not known.
        after: Duration,
        /// What was seen.
        #[source]
        source: Cause,
    },
    /// The workspace answered that it failed, in a way that may pass. What was asked of it may have
    /// been done before, and will not be done from now on.
    #[error("cannot {operation}: the workspace is unavailable")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// What was seen.
        #[source]
        source: Cause,
    },
    /// A file of a local workspace cannot be read or written.
    #[error("cannot {operation} {location}")]
    Storage {
        /// What was attempted.
        operation: &'static str,
        /// The file or folder.
        location: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file of a local workspace is damaged.
    #[error("{location} is damaged: {message}")]
    Corrupt {
        /// The file.
        location: String,
        /// What is wrong with it.
        message: String,
    },
}

impl NotionError {
    /// Whether what was asked for may have been done, or may yet be: nobody knows until somebody
    /// looks.
    #[must_use]
    pub const fn leaves_doubt(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unanswered { .. })
    }
}

impl Classify for NotionError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Refused { .. } => ErrorKind::InvalidInput,
            Self::Unauthenticated { .. } => ErrorKind::Unauthenticated,
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::Unreachable { .. } | Self::Unanswered { .. } | Self::Unavailable { .. } => {
                ErrorKind::Unavailable
            }
            Self::Storage { .. } => ErrorKind::Storage,
            Self::Corrupt { .. } => ErrorKind::Corrupt,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::RateLimited {
                retry_after: Some(delay),
            } => Retry::After(*delay),
            Self::RateLimited { .. }
            | Self::Unreachable { .. }
            | Self::Unanswered { .. }
            | Self::Unavailable { .. }
            | Self::Conflict { .. } => Retry::Backoff,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unauthenticated { .. } => {
                Some("set the token of an integration that still exists".to_owned())
            }
            Self::Unreachable { .. } => Some(
                "check the network and the address of the workspace, then run again".to_owned(),
            ),
            Self::Unanswered { .. } | Self::Unavailable { .. } => {
                Some("run again in a while: it goes on where it stopped".to_owned())
            }
            Self::Storage { .. } => {
                Some("check that the folder exists, may be written to and has room".to_owned())
            }
            Self::Corrupt { location, .. } => Some(format!(
                "restore {location} from a copy, or move its folder out of the workspace"
            )),
            _ => None,
        }
    }
}
