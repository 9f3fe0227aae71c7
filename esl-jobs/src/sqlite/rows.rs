//! Jobs and events as rows, and back.

use esl_core::job::{
    Cursor, Failure, FailureCode, Job, JobEvent, JobHead, JobId, Lease, NewEvent, Notify, Rank,
    StoredPayload, TraceParent,
};
use esl_core::ports::{Delayed, StoreError};
use rusqlite::Row;
use uuid::Uuid;

use super::columns::Columns;
use super::error::Fault;
use crate::stored::{self, fields, parsed};

/// The columns of a head, in the order in which [`head`] reads them.
pub(super) const HEAD: &str = "jobs.id, kind, owner, parent, batch, priority, notify, created_at, state, \
     attempt, max_attempts, stalls, rank, eligible_at, next_attempt_at, lease_owner, lease_expires_at, \
     started_at, finished_at, updated_at, stage, error_code, error, cancel_reason";

/// Those that [`job`] reads after them.
pub(super) const BODY: &str = "payload_version, payload, output, traceparent";

/// Those that [`event`] reads.
pub(super) const EVENT: &str = "seq, job, owner, kind, state, actor, at, data";

/// An id as a column has it.
pub(super) type IdBytes = [u8; 16];

pub(super) fn bytes(id: &Uuid) -> IdBytes {
    *id.as_bytes()
}

/// A [`JobId`] from the first column.
pub(super) fn job_id(row: &Row<'_>) -> rusqlite::Result<JobId> {
    Ok(Uuid::from_bytes(row.get(0)?).into())
}

/// Reads an id and a time.
pub(super) fn delayed(row: &Row<'_>) -> Result<Delayed, Fault> {
    let columns = &mut Columns::of(row);
    Ok(Delayed {
        job: columns.id()?,
        due: columns.time()?,
    })
}

/// Reads [`HEAD`].
pub(super) fn head(row: &Row<'_>) -> Result<JobHead, Fault> {
    head_of(&mut Columns::of(row))
}

fn head_of(columns: &mut Columns<'_>) -> Result<JobHead, Fault> {
    Ok(JobHead {
        id: columns.id()?,
        kind: columns.parsed("kind")?,
        owner: columns.optional_id()?,
        parent: columns.optional_id()?,
        batch: columns.optional_id()?,
        priority: columns.number("priority")?,
        notify: notify(columns)?,
        created_at: columns.time()?,
        state: columns.parsed("state")?,
        attempt: columns.number("attempt")?,
        max_attempts: columns.number("max_attempts")?,
        stalls: columns.number("stalls")?,
        rank: Rank::from_i64(columns.value()?),
        eligible_at: columns.time()?,
        next_attempt_at: columns.optional_time()?,
        lease: lease(columns)?,
        started_at: columns.optional_time()?,
        finished_at: columns.optional_time()?,
        updated_at: columns.time()?,
        stage: columns.value()?,
        failure: failure(columns)?,
        cancel_reason: columns.value()?,
    })
}

fn notify(columns: &mut Columns<'_>) -> Result<Option<Notify>, Fault> {
    let Some(text) = columns.text()? else {
        return Ok(None);
    };
    let fields = serde_json::Value::Object(fields("notify", text)?);
    Ok(Some(stored::notify(fields)?))
}

fn lease(columns: &mut Columns<'_>) -> Result<Option<Lease>, Fault> {
    let parts = columns.optional_id()?.zip(columns.optional_time()?);
    Ok(parts.map(|(worker, expires_at)| Lease { worker, expires_at }))
}

fn failure(columns: &mut Columns<'_>) -> Result<Option<Failure>, Fault> {
    let (code, message): (Option<String>, _) = (columns.value()?, columns.text()?);
    let parts = code.zip(message);
    Ok(parts.map(|(code, message)| Failure::new(FailureCode::custom(code), message)))
}

/// Reads [`HEAD`] and [`BODY`].
pub(super) fn job(row: &Row<'_>) -> Result<Job, Fault> {
    let columns = &mut Columns::of(row);
    Ok(Job {
        head: head_of(columns)?,
        payload: payload(columns)?,
        output: columns.fields("output")?,
        traceparent: traceparent(columns)?,
    })
}

fn payload(columns: &mut Columns<'_>) -> Result<StoredPayload, Fault> {
    let (version, text) = (columns.value()?, columns.text()?);
    let fields = fields("payload", text.unwrap_or_default());
    Ok(stored::payload(version, fields.ok()))
}

fn traceparent(columns: &mut Columns<'_>) -> Result<Option<TraceParent>, Fault> {
    let text = columns.text()?;
    Ok(text.map(|text| parsed("traceparent", text)).transpose()?)
}

/// Reads [`EVENT`].
pub(super) fn event(row: &Row<'_>) -> Result<JobEvent, Fault> {
    let mut columns = Columns::of(row);
    Ok(JobEvent {
        cursor: Cursor::from_u64(columns.number("seq")?),
        event: NewEvent {
            job: columns.id()?,
            owner: columns.optional_id()?,
            kind: columns.parsed("kind of event")?,
            state: columns.parsed("state")?,
            actor: columns.parsed("actor")?,
            at: columns.time()?,
            data: columns.fields("data")?,
        },
    })
}

/// Reads all rows of a query.
pub(super) fn all<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// A count for `LIMIT`.
pub(super) fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What a column reads back as makes no sense.
impl From<rusqlite::types::FromSqlError> for Fault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        let what = error.to_string();
        Self::Store(StoreError::Corrupt { what })
    }
}
