//! Counting the open members of batches.
//!
//! Their rows are locked after those of jobs that are there already and before anything is inserted
//! or appended, in the order of their ids, so that callers wait for each other in one direction only.

use std::collections::{BTreeMap, HashMap};

use deadpool_postgres::Object;
use esl_core::job::{Batch, BatchId, JobHead, NewJob};
use esl_core::ports::Submitted;
use tokio_postgres::Row;
use uuid::Uuid;

use super::connection::Value;
use super::error::Fault;
use crate::stored::small;

const ADD: &str = "
    INSERT INTO job_batches (namespace, id, open, failed, cancelled)
    SELECT $1, id, open, 0, 0 FROM unnest($2::uuid[], $3::bigint[]) AS new (id, open) ORDER BY id
    ON CONFLICT (namespace, id) DO UPDATE SET open = job_batches.open + excluded.open";

const LOAD: &str = "
    SELECT id, open, failed, cancelled FROM job_batches
    WHERE namespace = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE";

const UPDATE: &str = "
    UPDATE job_batches AS b SET open = c.open, failed = c.failed, cancelled = c.cancelled
    FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS c (id, open, failed, cancelled) WHERE b.namespace = $1 AND b.id = c.id";

const DELETE_EMPTY: &str =
    "DELETE FROM job_batches WHERE namespace = $1 AND id = ANY ($2) AND open = 0";

/// The batches of new jobs, in the order of the jobs.
#[derive(Debug)]
pub(super) struct Memberships(Vec<Option<BatchId>>);

impl Memberships {
    pub(super) fn of(jobs: &[NewJob]) -> Self {
        Self(jobs.iter().map(|job| job.batch).collect())
    }

    /// Counts all of them as accepted, before they are.
    pub(super) async fn add(&self, connection: &Object, namespace: &str) -> Result<(), Fault> {
        add(connection, namespace, &counted(self.0.iter().copied(), 1)).await
    }

    /// Takes back those that were not accepted.
    pub(super) async fn take_back_reused(
        &self,
        connection: &Object,
        namespace: &str,
        submitted: &[Submitted],
    ) -> Result<(), Fault> {
        let answered = self.0.iter().zip(submitted);
        let reused = answered.filter(|(_, answer)| answer.reused);
        let counts = counted(reused.map(|(batch, _)| *batch), -1);
        add(connection, namespace, &counts).await?;
        delete_empty(connection, namespace, &ids(counts.keys())).await
    }
}

fn counted(batches: impl Iterator<Item = Option<BatchId>>, each: i64) -> BTreeMap<BatchId, i64> {
    let mut counts = BTreeMap::new();
    for batch in batches.flatten() {
        *counts.entry(batch).or_default() += each;
    }
    counts
}

async fn add(
    connection: &Object,
    namespace: &str,
    counts: &BTreeMap<BatchId, i64>,
) -> Result<(), Fault> {
    if counts.is_empty() {
        return Ok(());
    }
    let counted: Vec<i64> = counts.values().copied().collect();
    let statement = connection.prepare_cached(ADD).await?;
    let ids = ids(counts.keys());
    let values: [Value<'_>; 3] = [&namespace, &ids, &counted];
    connection.execute(&statement, &values).await?;
    Ok(())
}

/// Counts members that ended, and returns the jobs to accept with them.
pub(super) async fn members_ended(
    connection: &Object,
    namespace: &str,
    ended: &[(BatchId, JobHead)],
) -> Result<Vec<NewJob>, Fault> {
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    let mut batches = load(connection, namespace, &ids(ended.iter().map(|(id, _)| id))).await?;
    let mut told = Vec::new();
    for (id, member) in ended {
        if let Some(batch) = batches.get_mut(id) {
            told.extend(batch.member_ended(member));
        }
    }
    update(connection, namespace, &batches).await?;
    let over = batches.values().filter(|batch| batch.is_over());
    let over = ids(over.map(|batch| &batch.id));
    delete_empty(connection, namespace, &over).await?;
    Ok(told)
}

async fn load(
    connection: &Object,
    namespace: &str,
    ids: &[Uuid],
) -> Result<HashMap<BatchId, Batch>, Fault> {
    let statement = connection.prepare_cached(LOAD).await?;
    let rows = connection.query(&statement, &[&namespace, &ids]).await?;
    let batches = rows.iter().map(|row| {
        let batch = batch(row)?;
        Ok((batch.id, batch))
    });
    batches.collect()
}

fn batch(row: &Row) -> Result<Batch, Fault> {
    let number = |column: &str| Ok::<u64, Fault>(small(column, row.try_get(column)?)?);
    Ok(Batch {
        id: row.try_get::<_, Uuid>("id")?.into(),
        open: number("open")?,
        failed: number("failed")?,
        cancelled: number("cancelled")?,
    })
}

async fn update(
    connection: &Object,
    namespace: &str,
    batches: &HashMap<BatchId, Batch>,
) -> Result<(), Fault> {
    let column = |value: fn(&Batch) -> u64| -> Vec<i64> {
        batches
            .values()
            .map(|batch| value(batch).cast_signed())
            .collect()
    };
    let statement = connection.prepare_cached(UPDATE).await?;
    connection
        .execute(
            &statement,
            &[
                &namespace,
                &ids(batches.keys()),
                &column(|batch| batch.open),
                &column(|batch| batch.failed),
                &column(|batch| batch.cancelled),
            ],
        )
        .await?;
    Ok(())
}

async fn delete_empty(connection: &Object, namespace: &str, ids: &[Uuid]) -> Result<(), Fault> {
    if !ids.is_empty() {
        let statement = connection.prepare_cached(DELETE_EMPTY).await?;
        connection.execute(&statement, &[&namespace, &ids]).await?;
    }
    Ok(())
}

fn ids<'a>(ids: impl Iterator<Item = &'a BatchId>) -> Vec<Uuid> {
    ids.map(|id| *id.as_uuid()).collect()
}
