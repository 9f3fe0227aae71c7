//! Bringing the tables of whatever an address names to a version.

use std::path::Path;

use esl_core::ports::StoreError;

use crate::connect::{Database, Places, database};
use crate::migrations::{SchemaChange, SchemaVersion};

/// Brings the tables to a version, later or earlier, and says what that took; version 0 takes them
/// away with all they hold. If it is only a plan, changes nothing and says what it would take.
///
/// # Errors
/// As [`connect`](crate::connect()); and if there is no such version.
pub async fn migrate(
    places: &Places,
    wanted: SchemaVersion,
    is_plan: bool,
) -> Result<SchemaChange, StoreError> {
    match database(&places.database_url)? {
        Database::Sqlite(path) => sqlite(&path, wanted, is_plan).await,
        Database::Postgres => postgres(&places.database_url, wanted, is_plan).await,
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(
    path: &Path,
    wanted: SchemaVersion,
    is_plan: bool,
) -> Result<SchemaChange, StoreError> {
    use crate::sqlite::SqliteJobs;
    match is_plan {
        true => SqliteJobs::plan_migration(path, wanted).await,
        false => SqliteJobs::migrate(path, wanted).await,
    }
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &Path, _: SchemaVersion, _: bool) -> Result<SchemaChange, StoreError> {
    Err(crate::connect::problem(
        "this program was built without SQLite",
    ))
}

#[cfg(feature = "postgres")]
async fn postgres(
    url: &str,
    wanted: SchemaVersion,
    is_plan: bool,
) -> Result<SchemaChange, StoreError> {
    use crate::postgres::PostgresJobs;
    match is_plan {
        true => PostgresJobs::plan_migration(url, wanted).await,
        false => PostgresJobs::migrate(url, wanted).await,
    }
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str, _: SchemaVersion, _: bool) -> Result<SchemaChange, StoreError> {
    Err(crate::connect::problem(
        "this program was built without Postgres",
    ))
}
