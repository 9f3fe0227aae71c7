//! Jobs and events as rows, and back.

use std::time::SystemTime;

use esl_core::Timestamp;
use esl_core::job::{
    Attempt, Cursor, Failure, FailureCode, Job, JobEvent, JobHead, JobId, Lease, NewEvent, Notify,
    Rank, StoredPayload, TraceParent,
};
use esl_core::ports::Delayed;
use serde_json::{Map, Value};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::Fault;
use crate::stored::{self, corrupt, parsed, small};

/// The columns that [`head`] reads.
pub(super) const HEAD: &str = "id, kind, owner, parent, batch, priority, notify, created_at, state, \
     attempt, max_attempts, stalls, rank, eligible_at, next_attempt_at, lease_owner, lease_expires_at, \
     started_at, finished_at, updated_at, stage, error_code, error, cancel_reason";

/// The columns that [`job`] reads beside those of the head.
pub(super) const BODY: &str = "payload_version, payload, output, traceparent";

fn id<T: From<Uuid>>(row: &Row, column: &str) -> Result<T, Fault> {
    Ok(row.try_get::<_, Uuid>(column)?.into())
}

fn optional_id<T: From<Uuid>>(row: &Row, column: &str) -> Result<Option<T>, Fault> {
    Ok(row.try_get::<_, Option<Uuid>>(column)?.map(T::from))
}

pub(super) fn time(row: &Row, column: &str) -> Result<Timestamp, Fault> {
    Ok(row.try_get::<_, SystemTime>(column)?.into())
}

fn optional_time(row: &Row, column: &str) -> Result<Option<Timestamp>, Fault> {
    let time: Option<SystemTime> = row.try_get(column)?;
    Ok(time.map(Timestamp::from))
}

pub(super) fn number<T: TryFrom<i64>>(row: &Row, column: &str) -> Result<T, Fault> {
    let number: i32 = row.try_get(column)?;
    Ok(small(column, number.into())?)
}

/// Reads what [`HEAD`] names.
pub(super) fn head(row: &Row) -> Result<JobHead, Fault> {
    let priority: i16 = row.try_get("priority")?;
    Ok(JobHead {
        id: id(row, "id")?,
        kind: parsed("kind", row.try_get("kind")?)?,
        owner: optional_id(row, "owner")?,
        parent: optional_id(row, "parent")?,
        batch: optional_id(row, "batch")?,
        priority: small("priority", priority.into())?,
        notify: notify(row)?,
        created_at: time(row, "created_at")?,
        state: parsed("state", row.try_get("state")?)?,
        attempt: number(row, "attempt")?,
        max_attempts: number(row, "max_attempts")?,
        stalls: number(row, "stalls")?,
        rank: Rank::from_i64(row.try_get("rank")?),
        eligible_at: time(row, "eligible_at")?,
        next_attempt_at: optional_time(row, "next_attempt_at")?,
        lease: lease(row)?,
        started_at: optional_time(row, "started_at")?,
        finished_at: optional_time(row, "finished_at")?,
        updated_at: time(row, "updated_at")?,
        stage: row.try_get("stage")?,
        failure: failure(row)?,
        cancel_reason: row.try_get("cancel_reason")?,
    })
}

fn notify(row: &Row) -> Result<Option<Notify>, Fault> {
    let value: Option<Value> = row.try_get("notify")?;
    Ok(value.map(stored::notify).transpose()?)
}

fn lease(row: &Row) -> Result<Option<Lease>, Fault> {
    let worker = optional_id(row, "lease_owner")?;
    let expires_at = optional_time(row, "lease_expires_at")?;
    let parts = worker.zip(expires_at);
    Ok(parts.map(|(worker, expires_at)| Lease { worker, expires_at }))
}

fn failure(row: &Row) -> Result<Option<Failure>, Fault> {
    let code: Option<String> = row.try_get("error_code")?;
    let message: Option<String> = row.try_get("error")?;
    let parts = code.zip(message);
    Ok(parts.map(|(code, message)| Failure::new(FailureCode::custom(code), message)))
}

/// Reads what [`HEAD`] and [`BODY`] name.
pub(super) fn job(row: &Row) -> Result<Job, Fault> {
    job_of(head(row)?, row)
}

/// Reads what [`BODY`] names.
pub(super) fn job_of(head: JobHead, row: &Row) -> Result<Job, Fault> {
    Ok(Job {
        head,
        payload: payload(row)?,
        output: object(row, "output")?,
        traceparent: traceparent(row)?,
    })
}

fn payload(row: &Row) -> Result<StoredPayload, Fault> {
    let version: i32 = row.try_get("payload_version")?;
    let fields = match row.try_get("payload")? {
        Value::Object(fields) => Some(fields),
        _ => None,
    };
    Ok(stored::payload(version.into(), fields))
}

fn traceparent(row: &Row) -> Result<Option<TraceParent>, Fault> {
    let text: Option<&str> = row.try_get("traceparent")?;
    Ok(text.map(|text| parsed("traceparent", text)).transpose()?)
}

fn object(row: &Row, column: &str) -> Result<Map<String, Value>, Fault> {
    match row.try_get(column)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(corrupt(format!("{column} is no JSON object")).into()),
    }
}

/// Reads a whole row of `job_events`.
pub(super) fn event(row: &Row) -> Result<JobEvent, Fault> {
    Ok(JobEvent {
        cursor: cursor(row)?,
        event: NewEvent {
            job: id(row, "job")?,
            owner: optional_id(row, "owner")?,
            kind: parsed("kind of event", row.try_get("kind")?)?,
            state: parsed("state", row.try_get("state")?)?,
            actor: parsed("actor", row.try_get("actor")?)?,
            at: time(row, "at")?,
            data: object(row, "data")?,
        },
    })
}

/// Reads the place of an event.
pub(super) fn cursor(row: &Row) -> Result<Cursor, Fault> {
    Ok(Cursor::from_u64(small("seq", row.try_get("seq")?)?))
}

/// Reads a job's id from the first column.
pub(super) fn job_id(row: &Row) -> Result<JobId, Fault> {
    Ok(row.try_get::<_, Uuid>(0)?.into())
}

/// Reads a job's id and its time from the first two columns.
pub(super) fn delayed(row: &Row) -> Result<Delayed, Fault> {
    let due: SystemTime = row.try_get(1)?;
    Ok(Delayed {
        job: job_id(row)?,
        due: due.into(),
    })
}

/// Reads a job's id and attempt from the first two columns.
pub(super) fn attempt(row: &Row) -> Result<Attempt, Fault> {
    let number: i32 = row.try_get(1)?;
    Ok(Attempt {
        job: job_id(row)?,
        number: small("attempt", number.into())?,
    })
}

/// Reads all rows.
pub(super) fn all<T>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    rows.iter().map(read).collect()
}

/// A count for `LIMIT`.
pub(super) fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number that fits, or the largest one that does.
pub(super) fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Text as Postgres can keep it: it has no NUL character ("Character Types" of its manual).
pub(super) fn writable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Fields as Postgres can keep them.
pub(super) fn writable_fields(fields: &Map<String, Value>) -> Value {
    let fields = fields.iter();
    Value::Object(
        fields
            .map(|(name, value)| (writable(name), writable_value(value)))
            .collect(),
    )
}

/// A value as Postgres can keep it.
pub(super) fn writable_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(writable(text)),
        Value::Array(values) => values.iter().map(writable_value).collect(),
        Value::Object(fields) => writable_fields(fields),
        other => other.clone(),
    }
}
