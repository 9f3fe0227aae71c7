//! What readers ask.

use std::collections::BTreeMap;

use esl_core::Timestamp;
use esl_core::job::{
    Attempt, BatchId, Cursor, Job, JobEvent, JobId, JobKind, JobState, UserId, WorkerId,
};
use esl_core::ports::{Delayed, EventPage, JobFilter};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::changes::attempt;
use super::error::Fault;
use super::rows::{self, BODY, EVENT, HEAD, all, bytes, limit};
use crate::stored::{parsed, small};
use crate::wakeups::Startable;

pub(super) fn jobs(
    connection: &Connection,
    namespace: &str,
    ids: &[JobId],
) -> Result<Vec<Job>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
         WHERE jobs.id = ?1 AND namespace = ?2"
    ))?;
    let mut found = Vec::new();
    for id in ids {
        let rows = statement.query(params![bytes(id.as_uuid()), namespace])?;
        found.extend(all(rows, rows::job)?);
    }
    Ok(found)
}

pub(super) fn list(
    connection: &Connection,
    namespace: &str,
    filter: &JobFilter,
) -> Result<Vec<Job>, Fault> {
    let mut conditions = vec!["namespace = ?".to_owned()];
    let mut values = vec![Value::from(namespace.to_owned())];
    let states = filter.states.iter().map(|state| state.as_str());
    one_of("state", states, &mut conditions, &mut values);
    let kinds = filter.kinds.iter().map(JobKind::as_str);
    one_of("kind", kinds, &mut conditions, &mut values);
    let mut compare = |condition: &str, id: Option<&uuid::Uuid>| {
        if let Some(id) = id {
            conditions.push(condition.to_owned());
            values.push(bytes(id).to_vec().into());
        }
    };
    compare("owner = ?", filter.owner.as_ref().map(UserId::as_uuid));
    compare("parent = ?", filter.parent.as_ref().map(JobId::as_uuid));
    compare("batch = ?", filter.batch.as_ref().map(BatchId::as_uuid));
    compare("jobs.id < ?", filter.before.as_ref().map(JobId::as_uuid));
    values.push(limit(filter.limit).into());
    let mut statement = connection.prepare(&format!(
        "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
         WHERE {} ORDER BY jobs.id DESC LIMIT ?",
        conditions.join(" AND ")
    ))?;
    all(statement.query(params_from_iter(values))?, rows::job)
}

fn one_of<'a>(
    column: &str,
    allowed: impl ExactSizeIterator<Item = &'a str>,
    conditions: &mut Vec<String>,
    values: &mut Vec<Value>,
) {
    if allowed.len() > 0 {
        let marks = vec!["?"; allowed.len()].join(", ");
        conditions.push(format!("{column} IN ({marks})"));
        values.extend(allowed.map(|text| Value::from(text.to_owned())));
    }
}

/// Ended jobs are counted in an index of their own, the others in theirs.
pub(super) fn counts(
    connection: &Connection,
    namespace: &str,
) -> Result<BTreeMap<JobState, u64>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT state, count(*) FROM jobs
         WHERE namespace = ?1 AND state IN ('succeeded', 'failed', 'cancelled') GROUP BY state
         UNION ALL SELECT 'queued', count(*) FROM jobs
         WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NULL
         UNION ALL SELECT 'queued', count(*) FROM jobs
         WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NOT NULL
         UNION ALL SELECT 'running', count(*) FROM jobs
         WHERE namespace = ?1 AND state = 'running'",
    )?;
    let mut counts = BTreeMap::new();
    let mut rows = statement.query([namespace])?;
    while let Some(row) = rows.next()? {
        let state = parsed("state", row.get_ref(0)?.as_str().unwrap_or_default())?;
        *counts.entry(state).or_default() += small::<u64>("count", row.get(1)?)?;
    }
    counts.retain(|_, count| *count > 0);
    Ok(counts)
}

pub(super) fn held(
    connection: &Connection,
    namespace: &str,
    worker: WorkerId,
) -> Result<Vec<Attempt>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id, attempt FROM jobs
         WHERE namespace = ?1 AND state = 'running' AND lease_owner = ?2",
    )?;
    let found = statement.query(params![namespace, bytes(worker.as_uuid())])?;
    all(found, attempt)
}

pub(super) fn delayed(
    connection: &Connection,
    namespace: &str,
    count: usize,
) -> Result<Vec<Delayed>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id, next_attempt_at FROM jobs
         WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NOT NULL
         ORDER BY next_attempt_at LIMIT ?2",
    )?;
    let found = statement.query(params![namespace, limit(count)])?;
    all(found, rows::delayed)
}

pub(super) fn startable(
    connection: &Connection,
    namespace: &str,
    now: Timestamp,
) -> Result<Startable, Fault> {
    let is_ready = connection
        .prepare_cached(
            "SELECT 1 FROM jobs
             WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NULL LIMIT 1",
        )?
        .exists([namespace])?;
    Ok(match delayed(connection, namespace, 1)?.first() {
        _ if is_ready => Startable::Now,
        Some(next) if next.due <= now => Startable::Now,
        Some(next) => Startable::At(next.due),
        None => Startable::Nothing,
    })
}

pub(super) fn newest(connection: &Connection, namespace: &str) -> Result<Cursor, Fault> {
    let newest: i64 = connection
        .prepare_cached(
            "SELECT coalesce(
                 (SELECT seq FROM job_events WHERE namespace = ?1 ORDER BY seq DESC LIMIT 1),
                 (SELECT seq FROM job_events_horizon WHERE namespace = ?1), 0)",
        )?
        .query_row([namespace], |row| row.get(0))?;
    Ok(Cursor::from_u64(small("seq", newest)?))
}

pub(super) fn events(
    connection: &Connection,
    namespace: &str,
    page: EventPage,
) -> Result<Vec<JobEvent>, Fault> {
    let after = i64::try_from(page.after.as_u64()).unwrap_or(i64::MAX);
    let Some(job) = page.job else {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {EVENT} FROM job_events
             WHERE namespace = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
        ))?;
        let found = statement.query(params![namespace, after, limit(page.limit)])?;
        return all(found, rows::event);
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {EVENT} FROM job_events WHERE job = ?4 AND namespace = ?1 AND seq > ?2
         ORDER BY seq LIMIT ?3"
    ))?;
    let job = bytes(job.as_uuid());
    let found = statement.query(params![namespace, after, limit(page.limit), job])?;
    all(found, rows::event)
}
