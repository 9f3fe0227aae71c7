//! Counting what waits and runs, from the indexes that claims read.

use esl_core::ports::Depth;
use tokio_postgres::Row;

use super::error::Fault;
use super::queries::Queries;
use super::rows::{all, time};
use crate::stored::{depth_state, parsed, small};

const DEPTH: &str = "
    SELECT 'ready' AS state, kind, priority, count(*) AS count, min(eligible_at) AS oldest FROM jobs
    WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NULL GROUP BY kind, priority
    UNION ALL SELECT 'delayed', kind, priority, count(*), min(next_attempt_at) FROM jobs
    WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NOT NULL
    GROUP BY kind, priority
    UNION ALL SELECT 'running', kind, priority, count(*), min(eligible_at) FROM jobs
    WHERE namespace = $1 AND state = 'running' GROUP BY kind, priority";

impl Queries<'_> {
    pub(super) async fn depth(self) -> Result<Vec<Depth>, Fault> {
        all(&self.rows(DEPTH, &[&self.namespace]).await?, read)
    }
}

fn read(row: &Row) -> Result<Depth, Fault> {
    let priority: i16 = row.try_get("priority")?;
    Ok(Depth {
        state: depth_state(row.try_get("state")?)?,
        kind: parsed("kind", row.try_get("kind")?)?,
        priority: small("priority", priority.into())?,
        count: small("count", row.try_get("count")?)?,
        oldest: time(row, "oldest")?,
    })
}
