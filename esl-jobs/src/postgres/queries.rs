//! What readers ask.

use std::collections::BTreeMap;

use deadpool_postgres::Pool;
use esl_core::Timestamp;
use esl_core::job::{Attempt, Cursor, Job, JobEvent, JobId, JobKind, JobState, WorkerId};
use esl_core::ports::{Delayed, EventPage, JobFilter};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::error::Fault;
use super::rows::{self, BODY, HEAD, all, limit};
use crate::stored::{parsed, small};
use crate::wakeups::Startable;

/// One statement each, most of them reading.
#[derive(Clone, Copy)]
pub(super) struct Queries<'a> {
    pub(super) pool: &'a Pool,
    pub(super) namespace: &'a str,
}

impl Queries<'_> {
    pub(super) async fn rows(
        self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        let connection = self.pool.get().await?;
        let statement = connection.prepare_cached(sql).await?;
        Ok(connection.query(&statement, values).await?)
    }

    pub(super) async fn jobs(self, ids: &[JobId]) -> Result<Vec<Job>, Fault> {
        let ids: Vec<Uuid> = ids.iter().map(|id| *id.as_uuid()).collect();
        let sql = format!(
            "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
             WHERE namespace = $1 AND id = ANY ($2)"
        );
        all(&self.rows(&sql, &[&self.namespace, &ids]).await?, rows::job)
    }

    pub(super) async fn list(self, filter: &JobFilter) -> Result<Vec<Job>, Fault> {
        let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        let kinds: Vec<&str> = filter.kinds.iter().map(JobKind::as_str).collect();
        let owner = filter.owner.map(|id| *id.as_uuid());
        let parent = filter.parent.map(|id| *id.as_uuid());
        let batch = filter.batch.map(|id| *id.as_uuid());
        let before = filter.before.map(|id| *id.as_uuid());
        let count = limit(filter.limit);
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&self.namespace, &count];
        let mut conditions = String::new();
        let mut add = |condition: &str, is_wanted: bool, value| {
            if is_wanted {
                values.push(value);
                let place = values.len();
                conditions += &format!(" AND {}", condition.replace('$', &format!("${place}")));
            }
        };
        add("state = ANY ($)", !states.is_empty(), &states);
        add("kind = ANY ($)", !kinds.is_empty(), &kinds);
        add("owner = $", owner.is_some(), &owner);
        add("parent = $", parent.is_some(), &parent);
        add("batch = $", batch.is_some(), &batch);
        add("id < $", before.is_some(), &before);
        let sql = format!(
            "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
             WHERE namespace = $1{conditions} ORDER BY id DESC LIMIT $2"
        );
        all(&self.rows(&sql, &values).await?, rows::job)
    }

    /// Ended jobs are counted in an index of their own, the others in theirs.
    pub(super) async fn counts(self) -> Result<BTreeMap<JobState, u64>, Fault> {
        let sql = "SELECT state, count(*) FROM jobs
            WHERE namespace = $1 AND state IN ('succeeded', 'failed', 'cancelled') GROUP BY state
            UNION ALL SELECT 'queued', count(*) FROM jobs
            WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NULL
            UNION ALL SELECT 'queued', count(*) FROM jobs
            WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NOT NULL
            UNION ALL SELECT 'running', count(*) FROM jobs
            WHERE namespace = $1 AND state = 'running'";
        let mut counts = BTreeMap::new();
        for row in self.rows(sql, &[&self.namespace]).await? {
            let state = parsed("state", row.try_get(0)?)?;
            *counts.entry(state).or_default() += small::<u64>("count", row.try_get(1)?)?;
        }
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }

    pub(super) async fn held(self, worker: WorkerId) -> Result<Vec<Attempt>, Fault> {
        let sql = "SELECT id, attempt FROM jobs
            WHERE namespace = $1 AND state = 'running' AND lease_owner = $2";
        let held = self.rows(sql, &[&self.namespace, worker.as_uuid()]).await?;
        all(&held, rows::attempt)
    }

    pub(super) async fn delayed(self, count: usize) -> Result<Vec<Delayed>, Fault> {
        let sql = "SELECT id, next_attempt_at FROM jobs
            WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NOT NULL
            ORDER BY next_attempt_at LIMIT $2";
        let delayed = self.rows(sql, &[&self.namespace, &limit(count)]).await?;
        all(&delayed, rows::delayed)
    }

    pub(super) async fn startable(self, now: Timestamp) -> Result<Startable, Fault> {
        let sql = "SELECT 1 FROM jobs
            WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NULL LIMIT 1";
        if !self.rows(sql, &[&self.namespace]).await?.is_empty() {
            return Ok(Startable::Now);
        }
        Ok(match self.delayed(1).await?.first() {
            Some(next) if next.due <= now => Startable::Now,
            Some(next) => Startable::At(next.due),
            None => Startable::Nothing,
        })
    }

    pub(super) async fn newest(self) -> Result<Cursor, Fault> {
        let sql = "SELECT coalesce(
            (SELECT seq FROM job_events WHERE namespace = $1 ORDER BY seq DESC LIMIT 1),
            (SELECT seq FROM job_events_horizon WHERE namespace = $1), 0) AS seq";
        self.cursor(sql).await
    }

    pub(super) async fn horizon(self) -> Result<Cursor, Fault> {
        self.cursor("SELECT seq FROM job_events_horizon WHERE namespace = $1")
            .await
    }

    async fn cursor(self, sql: &str) -> Result<Cursor, Fault> {
        let rows = self.rows(sql, &[&self.namespace]).await?;
        rows.first().map_or(Ok(Cursor::START), rows::cursor)
    }

    pub(super) async fn events(self, page: EventPage) -> Result<Vec<JobEvent>, Fault> {
        let after = i64::try_from(page.after.as_u64()).unwrap_or(i64::MAX);
        let count = limit(page.limit);
        let rows = match page.job {
            None => {
                let sql = "SELECT * FROM job_events WHERE namespace = $1 AND seq > $2
                    ORDER BY seq LIMIT $3";
                self.rows(sql, &[&self.namespace, &after, &count]).await?
            }
            Some(job) => {
                let sql = "SELECT * FROM job_events WHERE namespace = $1 AND seq > $2
                    AND job = $4 ORDER BY seq LIMIT $3";
                let values: [&(dyn ToSql + Sync); 4] =
                    [&self.namespace, &after, &count, job.as_uuid()];
                self.rows(sql, &values).await?
            }
        };
        all(&rows, rows::event)
    }
}
