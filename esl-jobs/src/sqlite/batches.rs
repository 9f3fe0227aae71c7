//! Counting the open members of batches.

use esl_core::job::{Batch, BatchId, JobHead, NewJob};
use rusqlite::{Row, params};

use super::changes::Changes;
use super::columns::Columns;
use super::error::Fault;
use super::rows::{all, bytes};

impl Changes<'_> {
    pub(super) fn add_member(&self, batch: BatchId) -> Result<(), Fault> {
        self.statement(
            "INSERT INTO job_batches (namespace, id, open, failed, cancelled)
             VALUES (?1, ?2, 1, 0, 0) ON CONFLICT DO UPDATE SET open = open + 1",
        )?
        .execute(params![self.namespace, bytes(batch.as_uuid())])?;
        Ok(())
    }

    /// Counts a member that ended, and returns the jobs to accept with it.
    pub(super) fn member_ended(
        &self,
        batch: BatchId,
        member: &JobHead,
    ) -> Result<Vec<NewJob>, Fault> {
        let Some(mut batch) = self.batch(batch)? else {
            return Ok(Vec::new());
        };
        let told = batch.member_ended(member);
        let id = bytes(batch.id.as_uuid());
        if batch.is_over() {
            self.statement("DELETE FROM job_batches WHERE namespace = ?1 AND id = ?2")?
                .execute(params![self.namespace, id])?;
        } else {
            let (open, failed, cancelled) = (batch.open, batch.failed, batch.cancelled);
            self.statement(
                "UPDATE job_batches SET open = ?3, failed = ?4, cancelled = ?5
                 WHERE namespace = ?1 AND id = ?2",
            )?
            .execute(params![
                self.namespace,
                id,
                open.cast_signed(),
                failed.cast_signed(),
                cancelled.cast_signed()
            ])?;
        }
        Ok(told)
    }

    fn batch(&self, id: BatchId) -> Result<Option<Batch>, Fault> {
        let mut statement = self.statement(
            "SELECT open, failed, cancelled FROM job_batches WHERE namespace = ?1 AND id = ?2",
        )?;
        let found = statement.query(params![self.namespace, bytes(id.as_uuid())])?;
        let read = |row: &Row<'_>| {
            let mut columns = Columns::of(row);
            Ok(Batch {
                id,
                open: columns.number("open")?,
                failed: columns.number("failed")?,
                cancelled: columns.number("cancelled")?,
            })
        };
        Ok(all(found, read)?.pop())
    }
}
