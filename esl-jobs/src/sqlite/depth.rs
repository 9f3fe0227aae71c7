//! Counting what waits and runs, from the indexes that claims read.

use esl_core::ports::Depth;
use rusqlite::{Connection, Row};

use super::columns::Columns;
use super::error::Fault;
use super::rows::all;
use crate::stored::depth_state;

const DEPTH: &str = "
    SELECT 'ready' AS state, kind, priority, count(*) AS count, min(eligible_at) AS oldest
    FROM jobs INDEXED BY jobs_ready
    WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NULL GROUP BY kind, priority
    UNION ALL SELECT 'delayed', kind, priority, count(*), min(next_attempt_at)
    FROM jobs INDEXED BY jobs_delayed
    WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NOT NULL
    GROUP BY kind, priority
    UNION ALL SELECT 'running', kind, priority, count(*), min(eligible_at)
    FROM jobs INDEXED BY jobs_running
    WHERE namespace = ?1 AND state = 'running' GROUP BY kind, priority";

pub(super) fn depth(connection: &Connection, namespace: &str) -> Result<Vec<Depth>, Fault> {
    let mut statement = connection.prepare_cached(DEPTH)?;
    all(statement.query([namespace])?, read)
}

fn read(row: &Row<'_>) -> Result<Depth, Fault> {
    let mut columns = Columns::of(row);
    Ok(Depth {
        state: depth_state(columns.text()?.unwrap_or_default())?,
        kind: columns.parsed("kind")?,
        priority: columns.number("priority")?,
        count: columns.number("count")?,
        oldest: columns.time()?,
    })
}
