//! Accepting jobs: one statement for any number of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::SystemTime;

use deadpool_postgres::{Object, Pool};
use esl_core::Timestamp;
use esl_core::job::{Admission, DedupeKey, JobId, NewJob, Rank, TraceParent, UserId};
use esl_core::ports::{StoreError, Submitted};
use serde_json::{Value, json};
use uuid::Uuid;

use super::batches::Memberships;
use super::connection::Transaction;
use super::error::Fault;
use super::rows::{int, limit, writable_fields, writable_value};
use crate::accepted::taken_elsewhere;

/// How often jobs are tried whose rivals were gone when they were looked for.
const TRIES: usize = 5;

/// Rows whose id is there, or whose key belongs to an active job, are left out. Keys are inserted in
/// their order, so that two callers with the same keys wait for each other in one direction only. The
/// events come last: whoever appends keeps other writers waiting.
const INSERT: &str = "
    WITH new AS (
        SELECT * FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[],
            $7::smallint[], $8::timestamptz[], $9::integer[], $10::bigint[], $11::timestamptz[],
            $12::text[], $13::integer[], $14::jsonb[], $15::jsonb[], $16::text[], $17::jsonb[],
            $18::jsonb[], $19::timestamptz[], $20::text[])
        WITH ORDINALITY AS new (id, kind, owner, parent, batch, priority, created_at, max_attempts,
            rank, next_attempt_at, dedupe_key, payload_version, payload, output, actor, data,
            notify, eligible_at, traceparent, place)
    ), inserted AS (
        INSERT INTO jobs (id, namespace, kind, owner, parent, batch, priority, created_at, state,
            attempt, max_attempts, stalls, rank, next_attempt_at, updated_at, dedupe_key,
            notify, eligible_at)
        SELECT id, $1, kind, owner, parent, batch, priority, created_at, 'queued',
            0, max_attempts, 0, rank, next_attempt_at, created_at, dedupe_key,
            notify, eligible_at
        FROM new ORDER BY dedupe_key, place
        ON CONFLICT DO NOTHING RETURNING id
    ), bodies AS (
        INSERT INTO job_bodies (id, payload_version, payload, output, traceparent)
        SELECT id, payload_version, payload, output, traceparent FROM new JOIN inserted USING (id)
    ), events AS (
        INSERT INTO job_events (namespace, job, owner, kind, state, actor, at, data)
        SELECT $1, id, owner, 'job_created', 'queued', actor, created_at, data
        FROM new JOIN inserted USING (id) ORDER BY place
    )
    SELECT id FROM inserted";

/// Owners' queued jobs, counted as far as it matters.
const BACKLOGS: &str = "
    SELECT owner, (SELECT count(*) FROM (
        SELECT 1 FROM jobs WHERE namespace = $1 AND jobs.owner = owners.owner AND state = 'queued'
        LIMIT $3) AS counted)
    FROM unnest($2::uuid[]) AS owners (owner)";

/// Who stands in the way: jobs with these ids, whosesoever they are, active jobs with these keys.
const RIVALS: &str = "
    SELECT id, NULL AS dedupe_key, namespace = $1 AS is_ours FROM jobs WHERE id = ANY ($2)
    UNION ALL SELECT id, dedupe_key, true FROM jobs WHERE namespace = $1 AND dedupe_key = ANY ($3)
    AND state IN ('queued', 'running') AND dedupe_key IS NOT NULL";

/// Accepts jobs, all or none, and says what became of each.
pub(super) async fn submit(
    pool: &Pool,
    namespace: &str,
    jobs: Vec<NewJob>,
    now: Timestamp,
) -> Result<Vec<Submitted>, Fault> {
    let order: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let memberships = Memberships::of(&jobs);
    let transaction = Transaction::of(pool).await?;
    let mut open = admit(&transaction, namespace, jobs, now).await?;
    let mut answers: HashMap<JobId, Submitted> = HashMap::new();
    transaction.begin().await?;
    memberships.add(&transaction, namespace).await?;
    for _ in 0..TRIES {
        let inserted = insert(&transaction, namespace, &open).await?;
        answers.extend(
            inserted
                .into_iter()
                .map(|id| (id, Submitted { id, reused: false })),
        );
        open.retain(|admission| !answers.contains_key(&admission.job.head.id));
        if !open.is_empty() {
            answers.extend(rivals(&transaction, namespace, &open).await?);
            open.retain(|admission| !answers.contains_key(&admission.job.head.id));
        }
        if open.is_empty() {
            let submitted = in_order(&order, &answers);
            memberships
                .take_back_reused(&transaction, namespace, &submitted)
                .await?;
            transaction.commit().await?;
            transaction.end();
            return Ok(submitted);
        }
    }
    Err(Fault::Store(StoreError::Unavailable {
        operation: "submit jobs",
        source: "equal jobs kept coming and going".into(),
    }))
}

/// A job named twice is new once.
fn in_order(order: &[JobId], answers: &HashMap<JobId, Submitted>) -> Vec<Submitted> {
    let mut seen = HashSet::new();
    let answers = order.iter().filter_map(|id| {
        let answer = *answers.get(id)?;
        let reused = answer.reused || !seen.insert(*id);
        Some(Submitted { reused, ..answer })
    });
    answers.collect()
}

/// Ranks jobs behind those that their owners have in the queue already. Of a job named twice the first
/// one counts.
pub(super) async fn admit(
    connection: &Object,
    namespace: &str,
    jobs: Vec<NewJob>,
    now: Timestamp,
) -> Result<Vec<Admission>, Fault> {
    let mut named = HashSet::new();
    let jobs: Vec<_> = jobs
        .into_iter()
        .filter(|job| named.insert(job.id))
        .collect();
    let mut backlogs = backlogs(connection, namespace, &jobs).await?;
    let admissions = jobs.into_iter().map(|job| {
        let backlog = job.owner.and_then(|owner| backlogs.get_mut(&owner));
        let before = backlog.as_ref().map_or(0, |count| **count);
        if let Some(count) = backlog {
            *count += 1;
        }
        job.admit(now, before)
    });
    Ok(admissions.collect())
}

async fn backlogs(
    connection: &Object,
    namespace: &str,
    jobs: &[NewJob],
) -> Result<BTreeMap<UserId, u64>, Fault> {
    let owners: BTreeMap<UserId, u64> = jobs
        .iter()
        .filter_map(|job| job.owner)
        .map(|owner| (owner, 0))
        .collect();
    if owners.is_empty() {
        return Ok(owners);
    }
    let ids: Vec<Uuid> = owners.keys().map(|owner| *owner.as_uuid()).collect();
    let counted = limit(usize::try_from(Rank::COUNTED_BACKLOG).unwrap_or(usize::MAX));
    let statement = connection.prepare_cached(BACKLOGS).await?;
    let rows = connection
        .query(&statement, &[&namespace, &ids, &counted])
        .await?;
    rows.iter()
        .map(|row| {
            let owner = UserId::from(row.try_get::<_, Uuid>(0)?);
            Ok((owner, row.try_get::<_, i64>(1)?.unsigned_abs()))
        })
        .collect()
}

/// Inserts those of the jobs that are new, and says which.
pub(super) async fn insert(
    connection: &Object,
    namespace: &str,
    admissions: &[Admission],
) -> Result<Vec<JobId>, Fault> {
    let rows = Rows::of(admissions);
    let statement = connection.prepare_cached(INSERT).await?;
    let inserted = connection
        .query(
            &statement,
            &[
                &namespace,
                &rows.ids,
                &rows.kinds,
                &rows.owners,
                &rows.parents,
                &rows.batches,
                &rows.priorities,
                &rows.created_at,
                &rows.max_attempts,
                &rows.ranks,
                &rows.next_attempt_at,
                &rows.keys,
                &rows.versions,
                &rows.payloads,
                &rows.outputs,
                &rows.actors,
                &rows.data,
                &rows.notify,
                &rows.eligible_at,
                &rows.traceparents,
            ],
        )
        .await?;
    let ids = inserted
        .iter()
        .map(|row| Ok(row.try_get::<_, Uuid>(0)?.into()));
    ids.collect()
}

async fn rivals(
    connection: &Object,
    namespace: &str,
    admissions: &[Admission],
) -> Result<Vec<(JobId, Submitted)>, Fault> {
    let rows = Rows::of(admissions);
    let statement = connection.prepare_cached(RIVALS).await?;
    let found = connection
        .query(&statement, &[&namespace, &rows.ids, &rows.keys])
        .await?;
    let (mut by_id, mut by_key) = (HashSet::new(), HashMap::new());
    for row in found {
        let id = JobId::from(row.try_get::<_, Uuid>(0)?);
        if !row.try_get::<_, bool>(2)? {
            return Err(taken_elsewhere(id).into());
        }
        match row.try_get::<_, Option<String>>(1)? {
            Some(key) => drop(by_key.insert(key, id)),
            None => drop(by_id.insert(id)),
        }
    }
    let answers = admissions.iter().filter_map(|admission| {
        let id = admission.job.head.id;
        let key = admission.dedupe.as_ref().map(DedupeKey::as_str);
        let rival = match by_id.contains(&id) {
            true => Some(id),
            false => key.and_then(|key| by_key.get(key)).copied(),
        };
        rival.map(|rival| {
            (
                id,
                Submitted {
                    id: rival,
                    reused: true,
                },
            )
        })
    });
    Ok(answers.collect())
}

/// Jobs column by column.
#[derive(Default)]
struct Rows<'a> {
    ids: Vec<Uuid>,
    kinds: Vec<&'a str>,
    owners: Vec<Option<Uuid>>,
    parents: Vec<Option<Uuid>>,
    batches: Vec<Option<Uuid>>,
    priorities: Vec<i16>,
    created_at: Vec<SystemTime>,
    max_attempts: Vec<i32>,
    ranks: Vec<i64>,
    next_attempt_at: Vec<Option<SystemTime>>,
    keys: Vec<Option<&'a str>>,
    versions: Vec<i32>,
    payloads: Vec<Value>,
    outputs: Vec<Value>,
    actors: Vec<String>,
    data: Vec<Value>,
    notify: Vec<Option<Value>>,
    eligible_at: Vec<SystemTime>,
    traceparents: Vec<Option<&'a str>>,
}

impl<'a> Rows<'a> {
    fn of(admissions: &'a [Admission]) -> Self {
        let mut rows = Self::default();
        for admission in admissions {
            rows.push(admission);
        }
        rows
    }

    fn push(&mut self, admission: &'a Admission) {
        let job = &admission.job;
        let head = &job.head;
        self.ids.push(*head.id.as_uuid());
        self.kinds.push(head.kind.as_str());
        self.owners.push(head.owner.map(|id| *id.as_uuid()));
        self.parents.push(head.parent.map(|id| *id.as_uuid()));
        self.batches.push(head.batch.map(|id| *id.as_uuid()));
        self.priorities.push(u8::from(head.priority).into());
        self.created_at.push(head.created_at.into());
        self.max_attempts.push(int(head.max_attempts));
        self.ranks.push(head.rank.as_i64());
        self.next_attempt_at
            .push(head.next_attempt_at.map(Into::into));
        self.keys
            .push(admission.dedupe.as_ref().map(DedupeKey::as_str));
        self.versions.push(int(job.payload.version));
        self.payloads.push(writable_fields(&job.payload.fields));
        self.outputs.push(writable_fields(&job.output));
        self.actors.push(admission.event.actor.to_string());
        self.data.push(writable_fields(&admission.event.data));
        self.notify.push(
            head.notify
                .as_ref()
                .map(|notify| writable_value(&json!(notify))),
        );
        self.eligible_at.push(head.eligible_at.into());
        self.traceparents
            .push(job.traceparent.as_ref().map(TraceParent::as_str));
    }
}
