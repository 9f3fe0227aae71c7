//! Forgetting what is old.

use esl_core::Timestamp;
use esl_core::job::{Cursor, JobId};
use esl_core::ports::Ended;
use rusqlite::{Connection, OptionalExtension, params};

use super::changes::Changes;
use super::error::Fault;
use super::rows::{self, bytes, limit};
use crate::stored::small;

/// Some ended jobs; the index of ended jobs has the oldest first.
pub(super) fn ended(
    connection: &Connection,
    namespace: &str,
    ended: Ended,
    count: usize,
) -> Result<Vec<JobId>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM jobs
         WHERE namespace = ?1 AND state IN ('succeeded', 'failed', 'cancelled')
         AND finished_at < ?2 AND (kind LIKE 'maintenance.%') = ?3 LIMIT ?4",
    )?;
    let (before, count) = (ended.before.as_millis(), limit(count));
    let found = statement.query_map(
        params![namespace, before, ended.is_upkeep, count],
        rows::job_id,
    )?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The last event that was forgotten.
pub(super) fn horizon(connection: &Connection, namespace: &str) -> Result<Cursor, Fault> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT seq FROM job_events_horizon WHERE namespace = ?1")?
        .query_row([namespace], |row| row.get(0))
        .optional()?;
    Ok(Cursor::from_u64(small("seq", seq.unwrap_or(0))?))
}

impl Changes<'_> {
    /// Deletes jobs; their bodies go with them.
    pub(super) fn forget_jobs(&mut self, ids: &[JobId]) -> Result<usize, Fault> {
        let mut part = self.statement("UPDATE jobs SET parent = NULL WHERE parent = ?1")?;
        let mut forget = self.statement("DELETE FROM jobs WHERE id = ?1")?;
        let mut forgotten = 0;
        for id in ids.iter().map(|id| bytes(id.as_uuid())) {
            part.execute([id])?;
            forgotten += forget.execute([id])?;
        }
        Ok(forgotten)
    }

    pub(super) fn forget_events(
        &mut self,
        before: Timestamp,
        count: usize,
    ) -> Result<usize, Fault> {
        let last: Option<i64> = self
            .statement(
                "WITH oldest AS (SELECT seq, at FROM job_events WHERE namespace = ?1
                     ORDER BY seq LIMIT ?3)
                 SELECT max(seq) FROM oldest
                 WHERE seq < coalesce((SELECT min(seq) FROM oldest WHERE at >= ?2), seq + 1)",
            )?
            .query_row(
                params![self.namespace, before.as_millis(), limit(count)],
                |row| row.get(0),
            )?;
        let Some(last) = last else { return Ok(0) };
        self.statement(
            "INSERT INTO job_events_horizon (namespace, seq) VALUES (?1, ?2)
             ON CONFLICT (namespace) DO UPDATE SET seq = excluded.seq",
        )?
        .execute(params![self.namespace, last])?;
        Ok(self
            .statement("DELETE FROM job_events WHERE namespace = ?1 AND seq <= ?2")?
            .execute(params![self.namespace, last])?)
    }
}
