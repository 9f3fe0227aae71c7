//! Why a store or a queue of jobs did not do what it was asked to.

use crate::{Classify, ErrorKind};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A store or queue of jobs did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached, or is too busy; it may work again by itself.
    #[error("the job store is not available: cannot {operation}")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// What the database said.
        #[source]
        source: Source,
    },
    /// It refused, and will refuse the same again.
    #[error("the job store cannot {operation}")]
    Refused {
        /// What was attempted.
        operation: &'static str,
        /// What the database said.
        #[source]
        source: Source,
    },
    /// It lets nobody in with these settings: it refuses the credentials, or has no such database.
    #[error("the job store lets nobody in as it is set up: cannot {operation}")]
    AccessDenied {
        /// What was attempted.
        operation: &'static str,
        /// What the database said.
        #[source]
        source: Source,
    },
    /// What it holds is not what this program writes.
    #[error("the job store holds something unreadable: {what}")]
    Corrupt {
        /// Which value, without its content.
        what: String,
    },
    /// Its tables are of a later version of this program.
    #[error("the job store is at version {found}, this program knows versions up to {known}")]
    NewerSchema {
        /// The version of the tables.
        found: u32,
        /// The last version that this program knows.
        known: u32,
    },
    /// The settings name a store that cannot be.
    #[error("cannot use the job store: {problem}")]
    Configuration {
        /// What is wrong with them, without secrets.
        problem: String,
    },
    /// It was shut down.
    #[error("the job store was closed")]
    Closed,
}

impl Classify for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable { .. } | Self::Closed => ErrorKind::Unavailable,
            Self::Refused { .. } => ErrorKind::Internal,
            Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::AccessDenied { .. } | Self::NewerSchema { .. } | Self::Configuration { .. } => {
                ErrorKind::Configuration
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::AccessDenied { .. } => {
                Some("correct user, password and database in the store's address".into())
            }
            Self::NewerSchema { .. } => Some("use the later version of this program".into()),
            _ => None,
        }
    }
}
