//! What one call changes, written in as few statements as there are tables.

use std::collections::HashMap;
use std::time::SystemTime;

use esl_core::Timestamp;
use esl_core::job::{BatchId, Change, JobHead, JobId, NewEvent, NewJob};
use serde_json::{Map, Value};
use tokio_postgres::Statement;

use super::batches;
use super::connection::Transaction;
use super::error::Fault;
use super::rows::{int, writable, writable_fields};
use super::submission;
use crate::wakeups::News;

const UPDATE_HEADS: &str = "
    UPDATE jobs SET state = c.state, attempt = c.attempt, max_attempts = c.max_attempts,
        stalls = c.stalls, rank = c.rank, next_attempt_at = c.next_attempt_at,
        lease_owner = c.lease_owner, lease_expires_at = c.lease_expires_at,
        started_at = c.started_at, finished_at = c.finished_at, updated_at = c.updated_at,
        stage = c.stage, error_code = c.error_code, error = c.error,
        cancel_reason = c.cancel_reason, eligible_at = c.eligible_at,
        dedupe_key = CASE WHEN c.is_edit THEN NULL ELSE jobs.dedupe_key END,
        announced_at = CASE WHEN c.state = 'queued' THEN jobs.announced_at END
    FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::bigint[],
        $7::timestamptz[], $8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
        $12::timestamptz[], $13::text[], $14::text[], $15::text[], $16::text[], $17::boolean[],
        $18::timestamptz[])
    AS c (id, state, attempt, max_attempts, stalls, rank, next_attempt_at, lease_owner,
        lease_expires_at, started_at, finished_at, updated_at, stage, error_code, error,
        cancel_reason, is_edit, eligible_at)
    WHERE jobs.id = c.id";

const UPDATE_BODIES: &str = "
    UPDATE job_bodies AS b SET payload = b.payload || c.payload, output = b.output || c.output
    FROM unnest($1::uuid[], $2::jsonb[], $3::jsonb[]) AS c (id, payload, output)
    WHERE b.id = c.id";

const APPEND: &str = "
    INSERT INTO job_events (namespace, job, owner, kind, state, actor, at, data)
    SELECT $1, job, owner, kind, state, actor, at, data
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
        $8::jsonb[])
    WITH ORDINALITY AS e (job, owner, kind, state, actor, at, data, place) ORDER BY place";

/// The changes of one transaction.
#[derive(Default)]
pub(super) struct Writing {
    /// Each changed job once, as it is in the end.
    jobs: HashMap<JobId, Written>,
    events: Vec<NewEvent>,
    chained: Vec<NewJob>,
    ended_members: Vec<(BatchId, JobHead)>,
}

struct Written {
    head: JobHead,
    payload: Map<String, Value>,
    output: Map<String, Value>,
}

impl Writing {
    /// Takes note of one more change.
    pub(super) fn add(&mut self, change: Change) {
        self.events.push(change.event);
        self.chained.extend(change.chained);
        if let Some(batch) = change.left {
            self.ended_members.push((batch, change.head.clone()));
        }
        if let Some(written) = self.jobs.get_mut(&change.head.id) {
            written.head = change.head;
            written.payload.extend(change.payload);
            written.output.extend(change.output);
            return;
        }
        let written = Written {
            head: change.head,
            payload: change.payload,
            output: change.output,
        };
        self.jobs.insert(written.head.id, written);
    }

    /// Takes note of whom all this concerns.
    pub(super) fn tell(&self, news: &mut News) {
        for written in self.jobs.values() {
            news.note(&written.head);
        }
        news.work |= !self.chained.is_empty();
    }

    /// Writes all of it and commits.
    pub(super) async fn commit(
        &mut self,
        transaction: &Transaction,
        namespace: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if self.jobs.is_empty() {
            return transaction.commit().await;
        }
        let [update, append] = self.prepare(transaction, namespace, now).await?;
        // Each future sends what it has at once and in this order. Others wait for whoever appends, so
        // the commit does not wait for an answer; after a failure it takes everything back.
        let (updated, appended, committed) = tokio::join!(
            biased;
            self.update_heads(transaction, &update),
            self.append(transaction, &append, namespace),
            transaction.commit(),
        );
        updated.and(appended).and(committed)
    }

    /// Writes all of it; the commit is left.
    pub(super) async fn write(
        &mut self,
        transaction: &Transaction,
        namespace: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if self.jobs.is_empty() {
            return Ok(());
        }
        let [update, append] = self.prepare(transaction, namespace, now).await?;
        self.update_heads(transaction, &update).await?;
        self.append(transaction, &append, namespace).await
    }

    /// Writes what comes before heads and events, and prepares the statements for those.
    ///
    /// Jobs are accepted before events are appended: whoever appends keeps other writers waiting, and
    /// must not wait for any of them.
    async fn prepare(
        &mut self,
        transaction: &Transaction,
        namespace: &str,
        now: Timestamp,
    ) -> Result<[Statement; 2], Fault> {
        let told = batches::members_ended(transaction, namespace, &self.ended_members).await?;
        self.chained.extend(told);
        if !self.chained.is_empty() {
            let chained = self.chained.clone();
            let chained = submission::admit(transaction, namespace, chained, now).await?;
            submission::insert(transaction, namespace, &chained).await?;
        }
        self.update_bodies(transaction).await?;
        Ok([
            transaction.prepare_cached(UPDATE_HEADS).await?,
            transaction.prepare_cached(APPEND).await?,
        ])
    }

    async fn update_bodies(&self, transaction: &Transaction) -> Result<(), Fault> {
        let changed =
            |written: &&Written| !(written.payload.is_empty() && written.output.is_empty());
        let written: Vec<&Written> = self.jobs.values().filter(changed).collect();
        if written.is_empty() {
            return Ok(());
        }
        let column = Column(&written);
        let statement = transaction.prepare_cached(UPDATE_BODIES).await?;
        transaction
            .execute(
                &statement,
                &[
                    &column.of(|written| *written.head.id.as_uuid()),
                    &column.of(|written| writable_fields(&written.payload)),
                    &column.of(|written| writable_fields(&written.output)),
                ],
            )
            .await?;
        Ok(())
    }

    async fn update_heads(
        &self,
        transaction: &Transaction,
        statement: &Statement,
    ) -> Result<(), Fault> {
        let written: Vec<&Written> = self.jobs.values().collect();
        let heads: Vec<&JobHead> = written.iter().map(|written| &written.head).collect();
        let column = Column(&heads);
        let is_edit: Vec<bool> = written
            .iter()
            .map(|written| !written.payload.is_empty())
            .collect();
        let failure = |head: &JobHead| head.failure.clone();
        transaction
            .execute(
                statement,
                &[
                    &column.of(|head| *head.id.as_uuid()),
                    &column.of(|head| head.state.as_str()),
                    &column.of(|head| int(head.attempt)),
                    &column.of(|head| int(head.max_attempts)),
                    &column.of(|head| int(head.stalls)),
                    &column.of(|head| head.rank.as_i64()),
                    &column.time(|head| head.next_attempt_at),
                    &column.of(|head| head.lease.map(|lease| *lease.worker.as_uuid())),
                    &column.time(|head| head.lease.map(|lease| lease.expires_at)),
                    &column.time(|head| head.started_at),
                    &column.time(|head| head.finished_at),
                    &column.time(|head| Some(head.updated_at)),
                    &column.text(|head| head.stage.clone()),
                    &column.text(|head| failure(head).map(|failure| failure.code.to_string())),
                    &column.text(|head| failure(head).map(|failure| failure.message)),
                    &column.text(|head| head.cancel_reason.clone()),
                    &is_edit,
                    &column.time(|head| Some(head.eligible_at)),
                ],
            )
            .await?;
        Ok(())
    }

    async fn append(
        &self,
        transaction: &Transaction,
        statement: &Statement,
        namespace: &str,
    ) -> Result<(), Fault> {
        let column = Column(&self.events);
        transaction
            .execute(
                statement,
                &[
                    &namespace,
                    &column.of(|event| *event.job.as_uuid()),
                    &column.of(|event| event.owner.map(|id| *id.as_uuid())),
                    &column.of(|event| event.kind.as_str()),
                    &column.of(|event| event.state.as_str()),
                    &column.of(|event| event.actor.to_string()),
                    &column.of(|event| SystemTime::from(event.at)),
                    &column.of(|event| writable_fields(&event.data)),
                ],
            )
            .await?;
        Ok(())
    }
}

/// Rows, to be taken apart column by column.
struct Column<'a, T>(&'a [T]);

impl<'a, T> Column<'a, T> {
    fn of<V>(&self, value: impl Fn(&'a T) -> V) -> Vec<V> {
        self.0.iter().map(value).collect()
    }
}

impl<'a> Column<'a, &JobHead> {
    fn time(&self, time: impl Fn(&JobHead) -> Option<Timestamp>) -> Vec<Option<SystemTime>> {
        let times = self.0.iter().map(|head| time(head));
        times.map(|time| time.map(SystemTime::from)).collect()
    }

    fn text(&self, text: impl Fn(&JobHead) -> Option<String>) -> Vec<Option<String>> {
        let texts = self.0.iter().map(|head| text(head));
        texts.map(|text| text.map(|text| writable(&text))).collect()
    }
}
