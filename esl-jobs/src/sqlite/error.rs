//! What SQLite's errors mean to callers.

use std::error::Error;
use std::path::Path;

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
                source: said(error),
            },
            Self::Database(error) => StoreError::Refused {
                operation,
                source: said(error),
            },
        }
    }

    /// What callers are told who wanted to open a file.
    pub(super) fn opening(self, path: &Path, operation: &'static str) -> StoreError {
        let remedy = match &self {
            Self::Database(error) => error.sqlite_error_code().and_then(remedy),
            Self::Store(_) => None,
        };
        match remedy {
            Some(remedy) => StoreError::Configuration {
                problem: format!("{} {remedy}", path.display()),
            },
            None => self.during(operation),
        }
    }
}

/// What is wrong with a file that will not be another one by itself.
fn remedy(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::CannotOpen => {
            Some("cannot be opened; name a file in a folder that you may write to")
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Some("cannot be written; the file and its folder must be writable")
        }
        ErrorCode::NotADatabase => Some("is no SQLite database; name another file"),
        _ => None,
    }
}

/// What SQLite says, without the statement, which can be long.
fn said(error: rusqlite::Error) -> Box<dyn Error + Send + Sync> {
    match error {
        rusqlite::Error::SqliteFailure(code, Some(said))
        | rusqlite::Error::SqlInputError {
            error: code,
            msg: said,
            ..
        } => format!("{said} (SQLite error {})", code.extended_code).into(),
        other => other.into(),
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
