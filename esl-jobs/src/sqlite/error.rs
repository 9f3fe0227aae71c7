//! What SQLite's errors mean to callers.

use esl_core::ports::StoreError;
use rusqlite::ErrorCode;

/// Why a piece of work inside a transaction did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite said so.
    Database(rusqlite::Error),
    /// What it holds makes no sense.
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// What callers are told who wanted `operation`.
    pub(super) fn during(self, operation: &'static str) -> StoreError {
        match self {
            Self::Store(error) => error,
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

/// Whether the same may succeed later: another process writes, or the disk is full.
pub(super) fn may_pass(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    code.is_some_and(|code| {
        matches!(
            code,
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
        )
    })
}
