//! Forgetting what is old.

use std::time::SystemTime;

use esl_core::Timestamp;
use esl_core::ports::Ended;

use super::connection::Value;
use super::error::Fault;
use super::queries::Queries;
use super::rows::limit;
use crate::stored::small;

/// Deletes some ended jobs; the index of ended jobs has the oldest first.
const JOBS: &str = "
    WITH old AS MATERIALIZED (
        SELECT id FROM jobs
        WHERE namespace = $1 AND state IN ('succeeded', 'failed', 'cancelled')
        AND finished_at < $2 AND (kind LIKE 'maintenance.%') = $3
        LIMIT $4 FOR UPDATE SKIP LOCKED
    ), parted AS (
        UPDATE jobs SET parent = NULL
        WHERE parent IN (SELECT id FROM old) AND id NOT IN (SELECT id FROM old)
    ), bodies AS (
        DELETE FROM job_bodies WHERE id IN (SELECT id FROM old)
    ), gone AS (
        DELETE FROM jobs WHERE id IN (SELECT id FROM old) RETURNING id
    )
    SELECT count(*) FROM gone";

/// Deletes the oldest events up to the first that is to stay.
const EVENTS: &str = "
    WITH oldest AS MATERIALIZED (
        SELECT seq, at FROM job_events WHERE namespace = $1 ORDER BY seq LIMIT $3
    ), gone AS (
        DELETE FROM job_events WHERE namespace = $1 AND seq IN (
            SELECT seq FROM oldest
            WHERE seq < coalesce((SELECT min(seq) FROM oldest WHERE at >= $2), seq + 1))
        RETURNING seq
    ), horizon AS (
        INSERT INTO job_events_horizon (namespace, seq)
        SELECT $1, max(seq) FROM gone HAVING count(*) > 0
        ON CONFLICT (namespace) DO UPDATE
        SET seq = greatest(job_events_horizon.seq, excluded.seq)
    )
    SELECT count(*) FROM gone";

impl Queries<'_> {
    pub(super) async fn forget_jobs(self, ended: Ended, count: usize) -> Result<usize, Fault> {
        let (before, count) = (SystemTime::from(ended.before), limit(count));
        self.count(JOBS, &[&self.namespace, &before, &ended.is_upkeep, &count])
            .await
    }

    pub(super) async fn forget_events(
        self,
        before: Timestamp,
        count: usize,
    ) -> Result<usize, Fault> {
        let (before, count) = (SystemTime::from(before), limit(count));
        self.count(EVENTS, &[&self.namespace, &before, &count])
            .await
    }

    async fn count(self, sql: &str, values: &[Value<'_>]) -> Result<usize, Fault> {
        let rows = self.rows(sql, values).await?;
        Ok(small("count", rows[0].try_get(0)?)?)
    }
}
