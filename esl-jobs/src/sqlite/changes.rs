//! What the writer does inside a transaction: loading, deciding (by `esl_core::job`), writing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use esl_core::Timestamp;
use esl_core::job::{
    self, Actor, Admission, Attempt, Change, Ignored, Job, JobHead, JobId, JobState, NewEvent,
    NewJob, Rank, Report, TraceParent, UserId, WorkerId,
};
use esl_core::ports::{Claim, Submitted};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, named_params, params};
use serde_json::json;

use super::columns::Columns;
use super::error::Fault;
use super::rows::{self, BODY, HEAD, all, bytes, limit};
use crate::accepted::taken_elsewhere;
use crate::stored::text;
use crate::wakeups::News;

/// How many waiting jobs are made startable at once: a bound on how long others wait for the writer.
const WOKEN: usize = 1000;

/// One transaction, at one time, in one namespace.
pub(super) struct Changes<'a> {
    pub(super) connection: &'a Connection,
    pub(super) namespace: &'a str,
    pub(super) now: Timestamp,
    pub(super) news: &'a mut News,
    backlogs: HashMap<UserId, u64>,
}

impl<'a> Changes<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        namespace: &'a str,
        now: Timestamp,
        news: &'a mut News,
    ) -> Self {
        Self {
            connection,
            namespace,
            now,
            news,
            backlogs: HashMap::new(),
        }
    }

    pub(super) fn statement(&self, sql: &str) -> Result<CachedStatement<'a>, Fault> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    pub(super) fn submit(&mut self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, Fault> {
        jobs.into_iter().map(|job| self.submit_one(job)).collect()
    }

    fn submit_one(&mut self, new: NewJob) -> Result<Submitted, Fault> {
        let (id, owner) = (new.id, new.owner);
        let key = new.dedupe.as_ref().map(|key| key.as_str().to_owned());
        let backlog = self.backlog(owner)?;
        let admission = new.admit(self.now, backlog);
        if !self.insert(&admission)? {
            let id = self.same_as(id, key.as_deref())?;
            return Ok(Submitted { id, reused: true });
        }
        if let Some(backlog) = owner.and_then(|owner| self.backlogs.get_mut(&owner)) {
            *backlog += 1;
        }
        if let Some(batch) = admission.job.head.batch {
            self.add_member(batch)?;
        }
        self.append(&admission.event)?;
        self.news.note(&admission.job.head);
        Ok(Submitted { id, reused: false })
    }

    /// How many queued jobs an owner has, counted as far as it matters.
    fn backlog(&mut self, owner: Option<UserId>) -> Result<u64, Fault> {
        let Some(owner) = owner else { return Ok(0) };
        if let Some(backlog) = self.backlogs.get(&owner) {
            return Ok(*backlog);
        }
        let backlog: i64 = self
            .statement(
                "SELECT count(*) FROM (SELECT 1 FROM jobs
                 WHERE namespace = ?1 AND owner = ?2 AND state = 'queued' LIMIT ?3)",
            )?
            .query_row(
                params![
                    self.namespace,
                    bytes(owner.as_uuid()),
                    Rank::COUNTED_BACKLOG.cast_signed()
                ],
                |row| row.get(0),
            )?;
        let backlog = u64::try_from(backlog).unwrap_or(0);
        self.backlogs.insert(owner, backlog);
        Ok(backlog)
    }

    /// Whether the job is new: not if its id is there, or its key belongs to an active job.
    fn insert(&self, admission: &Admission) -> Result<bool, Fault> {
        let Job {
            head,
            payload,
            output,
            traceparent,
        } = &admission.job;
        let inserted = self
            .statement(
                "INSERT INTO jobs (id, namespace, kind, owner, parent, batch, priority, created_at,
                     state, attempt, max_attempts, stalls, rank, next_attempt_at, updated_at,
                     dedupe_key, notify, eligible_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued', 0, ?9, 0, ?10, ?11, ?8, ?12,
                     ?13, ?14)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                bytes(head.id.as_uuid()),
                self.namespace,
                head.kind.as_str(),
                head.owner.map(|id| bytes(id.as_uuid())),
                head.parent.map(|id| bytes(id.as_uuid())),
                head.batch.map(|id| bytes(id.as_uuid())),
                u8::from(head.priority),
                head.created_at.as_millis(),
                head.max_attempts,
                head.rank.as_i64(),
                head.next_attempt_at.map(Timestamp::as_millis),
                admission.dedupe.as_ref().map(job::DedupeKey::as_str),
                head.notify.as_ref().map(|notify| json!(notify).to_string()),
                head.eligible_at.as_millis(),
            ])?;
        if inserted == 0 {
            return Ok(false);
        }
        self.statement("INSERT INTO job_bodies VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                bytes(head.id.as_uuid()),
                payload.version,
                text(&payload.fields),
                text(output),
                traceparent.as_ref().map(TraceParent::as_str),
            ])?;
        Ok(true)
    }

    /// The job that stands in the way of a new one.
    fn same_as(&self, id: JobId, key: Option<&str>) -> Result<JobId, Fault> {
        if self.head(id)?.is_some() {
            return Ok(id);
        }
        let with_key = self
            .statement(
                "SELECT id FROM jobs WHERE namespace = ?1 AND dedupe_key = ?2
                 AND state IN ('queued', 'running') AND dedupe_key IS NOT NULL",
            )?
            .query_row(params![self.namespace, key], rows::job_id)
            .optional()?;
        Ok(with_key.ok_or_else(|| taken_elsewhere(id))?)
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Vec<Job>, Fault> {
        self.wake_delayed()?;
        let mut started = Vec::new();
        for mut job in self.startable(claim)? {
            if let Ok(change) = job::claim(&job.head, claim.worker, claim.lease, self.now) {
                job.head = self.write(change)?;
                started.push(job);
            }
        }
        Ok(started)
    }

    fn startable(&self, claim: &Claim) -> Result<Vec<Job>, Fault> {
        let Some(only) = &claim.only else {
            let mut statement = self.statement(&format!(
                "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
                 WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NULL
                 ORDER BY rank, jobs.id LIMIT ?2"
            ))?;
            let found = statement.query(params![self.namespace, limit(claim.limit)])?;
            return all(found, rows::job);
        };
        let mut statement = self.statement(&format!(
            "SELECT {HEAD}, {BODY} FROM jobs JOIN job_bodies USING (id)
             WHERE jobs.id = ?1 AND namespace = ?2
             AND state = 'queued' AND next_attempt_at IS NULL"
        ))?;
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        // A job may be named twice.
        for id in only.iter().filter(|id| seen.insert(**id)) {
            let rows = statement.query(params![bytes(id.as_uuid()), self.namespace])?;
            found.extend(all(rows, rows::job)?);
        }
        found.truncate(claim.limit);
        Ok(found)
    }

    /// Makes jobs startable whose time has come.
    fn wake_delayed(&self) -> Result<(), Fault> {
        self.statement(
            "UPDATE jobs SET next_attempt_at = NULL WHERE id IN (
                 SELECT id FROM jobs
                 WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NOT NULL
                 AND next_attempt_at <= ?2 ORDER BY next_attempt_at LIMIT ?3)",
        )?
        .execute(params![self.namespace, self.now.as_millis(), limit(WOKEN)])?;
        Ok(())
    }

    pub(super) fn report(
        &mut self,
        reports: Vec<Report>,
    ) -> Result<Vec<Result<JobHead, Ignored>>, Fault> {
        reports
            .into_iter()
            .map(|report| self.report_one(report))
            .collect()
    }

    fn report_one(&mut self, report: Report) -> Result<Result<JobHead, Ignored>, Fault> {
        let Some(head) = self.head(report.job)? else {
            return Ok(Err(Ignored::Missing));
        };
        match job::apply(&head, report, self.now) {
            Ok(change) => Ok(Ok(self.write(change)?)),
            Err(ignored) => Ok(Err(ignored)),
        }
    }

    fn head(&self, id: JobId) -> Result<Option<JobHead>, Fault> {
        let mut statement = self.statement(&format!(
            "SELECT {HEAD} FROM jobs WHERE id = ?1 AND namespace = ?2"
        ))?;
        let found = statement.query(params![bytes(id.as_uuid()), self.namespace])?;
        Ok(all(found, rows::head)?.pop())
    }

    pub(super) fn reap(&mut self, count: usize) -> Result<Vec<JobHead>, Fault> {
        let lost: Vec<_> = self
            .statement(
                "SELECT id FROM jobs WHERE namespace = ?1 AND state = 'running'
                 AND lease_expires_at <= ?2 ORDER BY lease_expires_at LIMIT ?3",
            )?
            .query_map(
                params![self.namespace, self.now.as_millis(), limit(count)],
                rows::job_id,
            )?
            .collect::<Result<_, _>>()?;
        let lost = lost
            .into_iter()
            .map(|id| Report::about(id, Actor::System, job::News::LeaseLost));
        let heads = self.report(lost.collect())?;
        Ok(heads.into_iter().flatten().collect())
    }

    pub(super) fn renew(&self, worker: WorkerId, lease: Duration) -> Result<Vec<Attempt>, Fault> {
        let expires_at = self.now.plus(lease).as_millis();
        let worker = bytes(worker.as_uuid());
        let mut statement = self.statement(
            "UPDATE jobs SET lease_expires_at = ?3
             WHERE namespace = ?1 AND state = 'running' AND lease_owner = ?2
             RETURNING id, attempt",
        )?;
        all(
            statement.query(params![self.namespace, worker, expires_at])?,
            attempt,
        )
    }

    pub(super) fn announce(&self, count: usize, lost_after: Duration) -> Result<Vec<JobId>, Fault> {
        self.wake_delayed()?;
        let picked: Vec<_> = self
            .statement(
                "SELECT id FROM jobs
                 WHERE namespace = ?1 AND state = 'queued' AND next_attempt_at IS NULL
                 AND (announced_at IS NULL OR announced_at < ?2) ORDER BY rank, id LIMIT ?3",
            )?
            .query_map(
                params![
                    self.namespace,
                    self.now.minus(lost_after).as_millis(),
                    limit(count)
                ],
                rows::job_id,
            )?
            .collect::<Result<_, _>>()?;
        let mut mark = self.statement("UPDATE jobs SET announced_at = ?2 WHERE id = ?1")?;
        for id in &picked {
            mark.execute(params![bytes(id.as_uuid()), self.now.as_millis()])?;
        }
        Ok(picked)
    }

    fn write(&mut self, change: Change) -> Result<JobHead, Fault> {
        let is_edit = !change.payload.is_empty();
        self.update_head(&change.head, is_edit)?;
        if is_edit || !change.output.is_empty() {
            self.update_body(&change)?;
        }
        self.append(&change.event)?;
        self.news.note(&change.head);
        self.submit(change.chained)?;
        if let Some(batch) = change.left {
            let told = self.member_ended(batch, &change.head)?;
            self.submit(told)?;
        }
        Ok(change.head)
    }

    fn update_head(&self, head: &JobHead, is_edit: bool) -> Result<(), Fault> {
        let failure = head.failure.as_ref();
        self.statement(
            "UPDATE jobs SET state = :state, attempt = :attempt, max_attempts = :max_attempts,
                 stalls = :stalls, rank = :rank, eligible_at = :eligible_at,
                 next_attempt_at = :next_attempt_at,
                 lease_owner = :lease_owner, lease_expires_at = :lease_expires_at,
                 started_at = :started_at, finished_at = :finished_at, updated_at = :updated_at,
                 stage = :stage, error_code = :error_code, error = :error,
                 cancel_reason = :cancel_reason,
                 dedupe_key = CASE WHEN :is_edit THEN NULL ELSE dedupe_key END,
                 announced_at = CASE WHEN :is_queued THEN announced_at END
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": bytes(head.id.as_uuid()),
            ":state": head.state.as_str(),
            ":attempt": head.attempt,
            ":max_attempts": head.max_attempts,
            ":stalls": head.stalls,
            ":rank": head.rank.as_i64(),
            ":eligible_at": head.eligible_at.as_millis(),
            ":next_attempt_at": head.next_attempt_at.map(Timestamp::as_millis),
            ":lease_owner": head.lease.map(|lease| bytes(lease.worker.as_uuid())),
            ":lease_expires_at": head.lease.map(|lease| lease.expires_at.as_millis()),
            ":started_at": head.started_at.map(Timestamp::as_millis),
            ":finished_at": head.finished_at.map(Timestamp::as_millis),
            ":updated_at": head.updated_at.as_millis(),
            ":stage": head.stage,
            ":error_code": failure.map(|failure| failure.code.as_str()),
            ":error": failure.map(|failure| failure.message.as_str()),
            ":cancel_reason": head.cancel_reason,
            ":is_edit": is_edit,
            ":is_queued": head.state == JobState::Queued,
        })?;
        Ok(())
    }

    fn update_body(&self, change: &Change) -> Result<(), Fault> {
        let id = bytes(change.head.id.as_uuid());
        let mut statement =
            self.statement("SELECT payload, output FROM job_bodies WHERE id = ?1")?;
        let mut found = statement.query(params![id])?;
        let Some(row) = found.next()? else {
            return Ok(());
        };
        let mut columns = Columns::of(row);
        let (mut payload, mut output) = (columns.fields("payload")?, columns.fields("output")?);
        payload.extend(change.payload.clone());
        output.extend(change.output.clone());
        self.statement("UPDATE job_bodies SET payload = ?2, output = ?3 WHERE id = ?1")?
            .execute(params![id, text(&payload), text(&output)])?;
        Ok(())
    }

    fn append(&self, event: &NewEvent) -> Result<(), Fault> {
        self.statement(
            "INSERT INTO job_events (namespace, job, owner, kind, state, actor, at, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            self.namespace,
            bytes(event.job.as_uuid()),
            event.owner.map(|id| bytes(id.as_uuid())),
            event.kind.as_str(),
            event.state.as_str(),
            event.actor.to_string(),
            event.at.as_millis(),
            text(&event.data),
        ])?;
        Ok(())
    }
}

/// Reads a job's id and attempt.
pub(super) fn attempt(row: &Row<'_>) -> Result<Attempt, Fault> {
    let mut columns = Columns::of(row);
    Ok(Attempt {
        job: columns.id()?,
        number: columns.number("attempt")?,
    })
}
