//! What Postgres's errors mean to callers.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use esl_core::ports::StoreError;
use tokio_postgres::error::SqlState;

/// Why a piece of work did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// Postgres, or the way to it, said so.
    Database(tokio_postgres::Error),
    /// No connection was to be had.
    Pool(PoolError),
    /// What it holds makes no sense.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Database(error),
            error => Self::Pool(error),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// Whether nobody answered, so that the same would happen to whoever asks next.
    pub(super) fn is_unreachable(&self) -> bool {
        match self {
            Self::Pool(_) => true,
            Self::Database(error) => error.code().is_none(),
            Self::Store(_) => false,
        }
    }

    /// What callers are told who wanted `operation`.
    pub(super) fn during(self, operation: &'static str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Pool(error) => StoreError::Unavailable {
                operation,
                source: error.into(),
            },
            Self::Database(error) if denies_access(&error) => StoreError::AccessDenied {
                operation,
                source: error.into(),
            },
            Self::Database(error) if may_pass(&error) => StoreError::Unavailable {
                operation,
                source: error.into(),
            },
            Self::Database(error) => StoreError::Refused {
                operation,
                source: error.into(),
            },
        }
    }
}

/// Whether nobody gets in with such an address.
fn denies_access(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        // The library refuses to go on without a password, and has no code for it.
        let said = error.source().map(ToString::to_string);
        return said.as_deref() == Some("password missing");
    };
    let denials = [
        SqlState::UNDEFINED_DATABASE,
        SqlState::INSUFFICIENT_PRIVILEGE,
    ];
    // Authorization: class 28 of "PostgreSQL Error Codes".
    denials.contains(code) || code.code().starts_with("28")
}

/// Whether the same may succeed later. Without a code, the server did not answer at all.
fn may_pass(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        return true;
    };
    let rivals = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
    ];
    // Connections, resources, operators: classes 08, 53 and 57 of "PostgreSQL Error Codes".
    let passing = ["08", "53", "57"];
    rivals.contains(code) || passing.iter().any(|class| code.code().starts_with(class))
}
