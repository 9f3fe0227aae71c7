//! Changing jobs: loading under locks, deciding (by `esl_core::job`), writing.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use deadpool_postgres::Pool;
use esl_core::Timestamp;
use esl_core::job::{
    self, Actor, Attempt, Change, Ignored, Job, JobHead, JobId, News, Report, WorkerId,
};
use esl_core::ports::Claim;
use uuid::Uuid;

use super::connection::{Transaction, Value};
use super::error::Fault;
use super::rows::{self, BODY, HEAD, all, limit};
use super::writing::Writing;
use crate::stored::corrupt;
use crate::wakeups;

/// How many waiting jobs are made startable at once.
const WOKEN: usize = 1000;

/// Makes jobs startable whose time has come.
const WAKE: &str = "
    UPDATE jobs SET next_attempt_at = NULL WHERE id IN (
        SELECT id FROM jobs
        WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NOT NULL
        AND next_attempt_at <= $2
        ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)";

/// What all changes of one call have in common.
#[derive(Clone, Copy)]
pub(super) struct Changes<'a> {
    pub(super) pool: &'a Pool,
    pub(super) namespace: &'a str,
    pub(super) now: Timestamp,
}

impl Changes<'_> {
    pub(super) async fn claim(
        self,
        claim: &Claim,
        news: &mut wakeups::News,
    ) -> Result<Vec<Job>, Fault> {
        let transaction = Transaction::of(self.pool).await?;
        let mut heads = self.startable(&transaction, claim).await?;
        let mut writing = Writing::default();
        for head in &mut heads {
            let change = job::claim(head, claim.worker, claim.lease, self.now);
            if let Ok(change) = change {
                head.clone_from(&change.head);
                writing.add(change);
            }
        }
        let (jobs, committed) = tokio::join!(
            biased;
            with_bodies(&transaction, heads),
            writing.commit(&transaction, self.namespace, self.now),
        );
        committed?;
        transaction.end();
        writing.tell(news);
        jobs
    }

    /// Begins, and locks jobs that nobody else is about to start.
    async fn startable(
        self,
        transaction: &Transaction,
        claim: &Claim,
    ) -> Result<Vec<JobHead>, Fault> {
        let only = claim.only.as_ref().map(|ids| uuids(ids));
        let named = if only.is_some() {
            "AND id = ANY ($3)"
        } else {
            "AND $3::uuid[] IS NULL"
        };
        let pick = format!(
            "SELECT {HEAD} FROM jobs
             WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NULL {named}
             ORDER BY rank, id LIMIT $2 FOR UPDATE SKIP LOCKED"
        );
        let wake = transaction.prepare_cached(WAKE).await?;
        let pick = transaction.prepare_cached(&pick).await?;
        let now = SystemTime::from(self.now);
        let (namespace, woken, count) = (self.namespace, limit(WOKEN), limit(claim.limit));
        let due: [Value<'_>; 3] = [&namespace, &now, &woken];
        let next: [Value<'_>; 3] = [&namespace, &count, &only];
        let (woken, picked) = tokio::join!(
            biased;
            transaction.begin_with(&wake, &due),
            transaction.query(&pick, &next),
        );
        woken?;
        all(&picked?, rows::head)
    }

    pub(super) async fn report(
        self,
        reports: Vec<Report>,
        news: &mut wakeups::News,
    ) -> Result<Vec<Result<JobHead, Ignored>>, Fault> {
        let transaction = Transaction::of(self.pool).await?;
        // In one order for all, so that two callers wait for each other in one direction only.
        let load = format!(
            "SELECT {HEAD} FROM jobs WHERE namespace = $1 AND id = ANY ($2)
             ORDER BY id FOR UPDATE"
        );
        let load = transaction.prepare_cached(&load).await?;
        let ids: Vec<Uuid> = reports.iter().map(|report| *report.job.as_uuid()).collect();
        let heads = transaction
            .begin_with(&load, &[&self.namespace, &ids])
            .await?;
        let heads = all(&heads, rows::head)?;
        let (results, writing) = self.decide(reports, heads);
        self.write(transaction, writing, news).await?;
        Ok(results)
    }

    /// Each report sees what those before it made of the job.
    fn decide(
        self,
        reports: Vec<Report>,
        heads: Vec<JobHead>,
    ) -> (Vec<Result<JobHead, Ignored>>, Writing) {
        let mut heads: HashMap<JobId, JobHead> =
            heads.into_iter().map(|head| (head.id, head)).collect();
        let mut writing = Writing::default();
        let results = reports.into_iter().map(|report| {
            let head = heads.get_mut(&report.job).ok_or(Ignored::Missing)?;
            let change: Change = job::apply(head, report, self.now)?;
            head.clone_from(&change.head);
            writing.add(change);
            Ok(head.clone())
        });
        (results.collect(), writing)
    }

    pub(super) async fn reap(
        self,
        count: usize,
        news: &mut wakeups::News,
    ) -> Result<Vec<JobHead>, Fault> {
        let transaction = Transaction::of(self.pool).await?;
        let load = format!(
            "SELECT {HEAD} FROM jobs
             WHERE namespace = $1 AND state = 'running' AND lease_expires_at <= $2
             ORDER BY lease_expires_at LIMIT $3 FOR UPDATE SKIP LOCKED"
        );
        let load = transaction.prepare_cached(&load).await?;
        let (now, count) = (SystemTime::from(self.now), limit(count));
        let lost = transaction
            .begin_with(&load, &[&self.namespace, &now, &count])
            .await?;
        let heads = all(&lost, rows::head)?;
        let lost = |head: &JobHead| Report::about(head.id, Actor::System, News::LeaseLost);
        let (results, writing) = self.decide(heads.iter().map(lost).collect(), heads);
        self.write(transaction, writing, news).await?;
        Ok(results.into_iter().flatten().collect())
    }

    async fn write(
        self,
        transaction: Transaction,
        mut writing: Writing,
        news: &mut wakeups::News,
    ) -> Result<(), Fault> {
        writing
            .commit(&transaction, self.namespace, self.now)
            .await?;
        transaction.end();
        writing.tell(news);
        Ok(())
    }

    pub(super) async fn renew(
        self,
        worker: WorkerId,
        lease: Duration,
    ) -> Result<Vec<Attempt>, Fault> {
        let connection = self.pool.get().await?;
        let renew = "UPDATE jobs SET lease_expires_at = $3
            WHERE namespace = $1 AND state = 'running' AND lease_owner = $2
            RETURNING id, attempt";
        let renew = connection.prepare_cached(renew).await?;
        let expires_at = SystemTime::from(self.now.plus(lease));
        let held = connection
            .query(&renew, &[&self.namespace, worker.as_uuid(), &expires_at])
            .await?;
        all(&held, rows::attempt)
    }

    /// What of this is lost with the server is done again.
    pub(super) async fn announce(
        self,
        count: usize,
        lost_after: Duration,
    ) -> Result<Vec<JobId>, Fault> {
        let transaction = Transaction::of(self.pool).await?;
        let wake = transaction.prepare_cached(WAKE).await?;
        let mark = "WITH picked AS (
                SELECT id FROM jobs
                WHERE namespace = $1 AND state = 'queued' AND next_attempt_at IS NULL
                AND (announced_at IS NULL OR announced_at < $2)
                ORDER BY rank, id LIMIT $3 FOR UPDATE SKIP LOCKED
            ), marked AS (
                UPDATE jobs SET announced_at = $4 FROM picked WHERE jobs.id = picked.id
                RETURNING jobs.id, jobs.rank)
            SELECT id FROM marked ORDER BY rank, id";
        let mark = transaction.prepare_cached(mark).await?;
        let now = SystemTime::from(self.now);
        let lost_before = SystemTime::from(self.now.minus(lost_after));
        let (woken, count) = (limit(WOKEN), limit(count));
        let waking: [Value<'_>; 3] = [&self.namespace, &now, &woken];
        let marking: [Value<'_>; 4] = [&self.namespace, &lost_before, &count, &now];
        let (begun, woken, marked, committed) = tokio::join!(
            biased;
            transaction.begin_unsynced(),
            transaction.query(&wake, &waking),
            transaction.query(&mark, &marking),
            transaction.commit(),
        );
        begun?;
        woken?;
        let marked = marked?;
        committed?;
        transaction.end();
        all(&marked, rows::job_id)
    }
}

/// Jobs that are locked, with what they are to do. A statement of its own: one that began before an edit
/// was committed sees the edit in the rows that it locks, and in no others.
async fn with_bodies(transaction: &Transaction, heads: Vec<JobHead>) -> Result<Vec<Job>, Fault> {
    let select = format!("SELECT id, {BODY} FROM job_bodies WHERE id = ANY ($1)");
    let select = transaction.prepare_cached(&select).await?;
    let ids: Vec<Uuid> = heads.iter().map(|head| *head.id.as_uuid()).collect();
    let rows = transaction.query(&select, &[&ids]).await?;
    let mut bodies = HashMap::new();
    for row in &rows {
        bodies.insert(rows::job_id(row)?, row);
    }
    let jobs = heads.into_iter().map(|head| match bodies.get(&head.id) {
        Some(body) => rows::job_of(head, body),
        None => Err(corrupt(format!("job {} has no payload", head.id)).into()),
    });
    jobs.collect()
}

fn uuids(ids: &[JobId]) -> Vec<Uuid> {
    ids.iter().map(|id| *id.as_uuid()).collect()
}
