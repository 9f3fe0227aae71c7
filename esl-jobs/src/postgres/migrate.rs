//! Bringing the tables to a version.

use deadpool_postgres::Pool;

use super::connection::Transaction;
use super::error::Fault;
use crate::migrations::{Migration, SchemaChange, SchemaVersion, migration};
use crate::stored::small;

const MIGRATIONS: &[Migration] = &[
    migration!("postgres", "0001_jobs"),
    migration!("postgres", "0002_settings"),
    migration!("postgres", "0003_batches"),
    migration!("postgres", "0004_users"),
];

/// Of several processes that start at once, one migrates and the others wait and see it done.
const BEGIN: &str = "BEGIN;
    SELECT pg_advisory_xact_lock(1163086914);
    CREATE TABLE IF NOT EXISTS esl_migrations (
        version integer NOT NULL PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )";

const FOUND: &str = "SELECT coalesce(max(version), 0)::bigint FROM esl_migrations";

/// Brings the tables to a version, all steps or none.
pub(super) async fn migrate(pool: &Pool, wanted: SchemaVersion) -> Result<SchemaChange, Fault> {
    let transaction = Transaction::of(pool).await?;
    transaction.batch_execute(BEGIN).await?;
    let found = transaction.query_one(FOUND, &[]).await?;
    let found = small("version", found.try_get(0)?)?;
    let change = SchemaChange::find(MIGRATIONS, found, wanted)?;
    for step in &change.steps {
        transaction.batch_execute(step.sql).await?;
        let version = i32::try_from(step.version).unwrap_or(i32::MAX);
        let forget = "DELETE FROM esl_migrations WHERE version > $1";
        transaction.execute(forget, &[&version]).await?;
        if version > 0 {
            let note = "INSERT INTO esl_migrations (version) VALUES ($1) ON CONFLICT DO NOTHING";
            transaction.execute(note, &[&version]).await?;
        }
    }
    transaction.commit().await?;
    transaction.end();
    Ok(change)
}

/// What [`migrate`] would do. Changes nothing.
pub(super) async fn plan(pool: &Pool, wanted: SchemaVersion) -> Result<SchemaChange, Fault> {
    let connection = pool.get().await?;
    let is_there = "SELECT to_regclass('esl_migrations') IS NOT NULL";
    let is_there = connection.query_one(is_there, &[]).await?;
    let found = match is_there.try_get(0)? {
        true => small(
            "version",
            connection.query_one(FOUND, &[]).await?.try_get(0)?,
        )?,
        false => 0,
    };
    Ok(SchemaChange::find(MIGRATIONS, found, wanted)?)
}
