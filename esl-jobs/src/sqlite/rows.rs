//! Jobs and events as rows, and back.

use esl_core::Timestamp;
use esl_core::job::{
    Cursor, Failure, FailureCode, Job, JobEvent, JobHead, JobId, JobState, Lease, NewEvent, Notify,
    Rank, StoredPayload, TraceParent, UserId,
};
use esl_core::ports::StoreError;
use rusqlite::Row;
use uuid::Uuid;

use super::error::Fault;
use crate::stored::{self, fields, parsed, small};

/// The columns that [`head`] reads.
pub(super) const HEAD: &str = "jobs.id, kind, owner, parent, batch, priority, notify, created_at, state, \
     attempt, max_attempts, stalls, rank, eligible_at, next_attempt_at, lease_owner, lease_expires_at, \
     started_at, finished_at, updated_at, stage, error_code, error, cancel_reason";

/// The columns that [`job`] reads beside those of the head.
pub(super) const BODY: &str = "payload_version, payload, output, traceparent";

/// An id as a column has it.
pub(super) type IdBytes = [u8; 16];

pub(super) fn bytes(id: &Uuid) -> IdBytes {
    *id.as_bytes()
}

fn id<T: From<Uuid>>(row: &Row<'_>, column: &str) -> Result<T, Fault> {
    Ok(Uuid::from_bytes(row.get(column)?).into())
}

fn optional_id<T: From<Uuid>>(row: &Row<'_>, column: &str) -> Result<Option<T>, Fault> {
    let bytes: Option<IdBytes> = row.get(column)?;
    Ok(bytes.map(Uuid::from_bytes).map(T::from))
}

fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, Fault> {
    Ok(Timestamp::from_millis(row.get(column)?))
}

fn optional_time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, Fault> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(Timestamp::from_millis))
}

pub(super) fn number<T: TryFrom<i64>>(row: &Row<'_>, column: &str) -> Result<T, Fault> {
    Ok(small(column, row.get(column)?)?)
}

/// A [`JobId`] from the first column.
pub(super) fn job_id(row: &Row<'_>) -> rusqlite::Result<JobId> {
    Ok(Uuid::from_bytes(row.get(0)?).into())
}

/// Reads what [`HEAD`] names.
pub(super) fn head(row: &Row<'_>) -> Result<JobHead, Fault> {
    Ok(JobHead {
        id: id(row, "id")?,
        kind: parsed("kind", row.get_ref("kind")?.as_str().unwrap_or_default())?,
        owner: optional_id(row, "owner")?,
        parent: optional_id(row, "parent")?,
        batch: optional_id(row, "batch")?,
        priority: number(row, "priority")?,
        notify: notify(row)?,
        created_at: time(row, "created_at")?,
        state: state(row)?,
        attempt: number(row, "attempt")?,
        max_attempts: number(row, "max_attempts")?,
        stalls: number(row, "stalls")?,
        rank: Rank::from_i64(row.get("rank")?),
        eligible_at: time(row, "eligible_at")?,
        next_attempt_at: optional_time(row, "next_attempt_at")?,
        lease: lease(row)?,
        started_at: optional_time(row, "started_at")?,
        finished_at: optional_time(row, "finished_at")?,
        updated_at: time(row, "updated_at")?,
        stage: row.get("stage")?,
        failure: failure(row)?,
        cancel_reason: row.get("cancel_reason")?,
    })
}

fn state(row: &Row<'_>) -> Result<JobState, Fault> {
    let text = row.get_ref("state")?.as_str().unwrap_or_default();
    Ok(parsed("state", text)?)
}

fn notify(row: &Row<'_>) -> Result<Option<Notify>, Fault> {
    let Some(text) = row.get_ref("notify")?.as_str_or_null()? else {
        return Ok(None);
    };
    let fields = serde_json::Value::Object(fields("notify", text)?);
    Ok(Some(stored::notify(fields)?))
}

fn lease(row: &Row<'_>) -> Result<Option<Lease>, Fault> {
    let worker = optional_id(row, "lease_owner")?;
    let expires_at = optional_time(row, "lease_expires_at")?;
    let parts = worker.zip(expires_at);
    Ok(parts.map(|(worker, expires_at)| Lease { worker, expires_at }))
}

fn failure(row: &Row<'_>) -> Result<Option<Failure>, Fault> {
    let code: Option<String> = row.get("error_code")?;
    let message: Option<String> = row.get("error")?;
    let parts = code.zip(message);
    Ok(parts.map(|(code, message)| Failure::new(FailureCode::custom(code), message)))
}

/// Reads what [`HEAD`] and [`BODY`] name.
pub(super) fn job(row: &Row<'_>) -> Result<Job, Fault> {
    Ok(Job {
        head: head(row)?,
        payload: StoredPayload {
            version: number(row, "payload_version")?,
            fields: json(row, "payload")?,
        },
        output: json(row, "output")?,
        traceparent: traceparent(row)?,
    })
}

fn traceparent(row: &Row<'_>) -> Result<Option<TraceParent>, Fault> {
    let text = row.get_ref("traceparent")?.as_str_or_null()?;
    Ok(text.map(|text| parsed("traceparent", text)).transpose()?)
}

/// Reads a column that is a JSON object.
pub(super) fn json(
    row: &Row<'_>,
    column: &str,
) -> Result<serde_json::Map<String, serde_json::Value>, Fault> {
    let text = row.get_ref(column)?.as_str().unwrap_or_default();
    Ok(fields(column, text)?)
}

/// Reads a whole row of `job_events`.
pub(super) fn event(row: &Row<'_>) -> Result<JobEvent, Fault> {
    let owner: Option<UserId> = optional_id(row, "owner")?;
    let kind = row.get_ref("kind")?.as_str().unwrap_or_default();
    let actor = row.get_ref("actor")?.as_str().unwrap_or_default();
    Ok(JobEvent {
        cursor: Cursor::from_u64(number(row, "seq")?),
        event: NewEvent {
            job: id(row, "job")?,
            owner,
            kind: parsed("kind of event", kind)?,
            state: state(row)?,
            actor: parsed("actor", actor)?,
            at: time(row, "at")?,
            data: json(row, "data")?,
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
