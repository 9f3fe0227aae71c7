//! Bringing the tables to a version.

use deadpool_postgres::Pool;

use super::connection::Transaction;
use super::error::Fault;
use crate::migrations::{Migration, migration, steps};
use crate::stored::small;

const MIGRATIONS: &[Migration] = &[
    migration!("postgres", "0001_jobs"),
    migration!("postgres", "0002_settings"),
];

/// Of several processes that start at once, one migrates and the others wait and see it done.
const BEGIN: &str = "BEGIN;
    SELECT pg_advisory_xact_lock(1163086914);
    CREATE TABLE IF NOT EXISTS esl_migrations (
        version integer NOT NULL PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )";

/// Brings the tables to version `wanted`, or to the last one, all steps or none.
pub(super) async fn migrate(pool: &Pool, wanted: Option<u32>) -> Result<(), Fault> {
    let transaction = Transaction::of(pool).await?;
    transaction.batch_execute(BEGIN).await?;
    let found = "SELECT coalesce(max(version), 0)::bigint FROM esl_migrations";
    let found = transaction.query_one(found, &[]).await?;
    let found = small("version", found.try_get(0)?)?;
    for step in steps(MIGRATIONS, found, wanted)? {
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
    Ok(())
}
