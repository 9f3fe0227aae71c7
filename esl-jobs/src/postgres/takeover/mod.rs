//! Taking over the database of the service that this one follows on from.
//!
//! That database is another one, and is only read, as it is at one instant. Whatever is taken from it
//! is written in one transaction: all of it or nothing. What is here already stays as it is, so taking
//! over once more changes nothing.

mod old;
mod old_job;

use std::collections::HashMap;

use esl_core::Timestamp;
use esl_core::job::{Admission, UserId};
use esl_core::ports::StoreError;
use serde_json::Value;
use uuid::Uuid;

use super::address::Address;
use super::connection::Transaction;
use super::error::Fault;
use super::writing::Writing;
use super::{PostgresJobs, Shared, submission};
use crate::wakeups::News;
use old::Old;
use old_job::OldJob;

/// What was found in the other database, and how much of it was new here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TakenOver {
    /// Its jobs.
    pub jobs: Counted,
    /// Its accounts.
    pub users: Counted,
    /// Their settings, with credentials as they were encrypted there.
    pub user_settings: Counted,
    /// Uploads that it knows of. They are left: their files are not in the database.
    pub uploads_left: u64,
}

/// How many rows there are. Each of them is here afterwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// There.
    pub found: u64,
    /// Of those, the ones that were not here before.
    pub new: u64,
}

impl PostgresJobs {
    /// Takes over the database of the service that this one follows on from: its jobs into this
    /// namespace, its accounts and their settings with credentials as they are encrypted there. That
    /// database is another one than this and is only read. Whatever is here already stays as it is, so
    /// that taking over again changes nothing.
    ///
    /// Nobody should work on the old database any more. A job that is running there ends as failed with
    /// `worker_lost`: nobody knows what it has done.
    ///
    /// # Errors
    /// [`StoreError`] if one of the databases cannot be reached, or a row makes no sense; then nothing
    /// is taken.
    pub async fn take_over(&self, old_url: &str) -> Result<TakenOver, StoreError> {
        let taken = self.take_all(&Address::parse(old_url)?).await;
        if taken.is_ok() {
            self.shared.ring(News::JOBS);
        }
        taken.map_err(|fault| fault.during("take the old database over"))
    }

    async fn take_all(&self, old: &Address) -> Result<TakenOver, Fault> {
        let old = Old::open(old).await?;
        let transaction = Transaction::of(&self.shared.pool).await?;
        let Shared {
            namespace, clock, ..
        } = self.shared.as_ref();
        transaction.begin().await?;
        let taken = TakenOver {
            users: copy(&transaction, &old, "users").await?,
            user_settings: copy(&transaction, &old, "user_settings").await?,
            jobs: take_jobs(&transaction, namespace, &old, clock.now()).await?,
            uploads_left: old.count("uploaded_files").await?,
        };
        transaction.commit().await?;
        transaction.end();
        Ok(taken)
    }
}

/// Takes rows as they are, column by column.
async fn copy(transaction: &Transaction, old: &Old, table: &'static str) -> Result<Counted, Fault> {
    let insert = format!(
        "INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)
         ON CONFLICT (id) DO NOTHING"
    );
    let (mut counted, mut after) = (Counted::default(), None);
    loop {
        let rows = old.page::<Value>(table, after).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(counted);
        };
        after = Some(*last);
        counted.found += rows.len() as u64;
        let rows: Value = rows.into_iter().map(|(_, row)| row).collect();
        counted.new += transaction.execute(&insert, &[&rows]).await?;
    }
}

async fn take_jobs(
    transaction: &Transaction,
    namespace: &str,
    old: &Old,
    now: Timestamp,
) -> Result<Counted, Fault> {
    let (mut counted, mut after) = (Counted::default(), None);
    let mut backlogs = HashMap::new();
    loop {
        let jobs = old.page::<OldJob>("jobs", after).await?;
        let Some((last, _)) = jobs.last() else {
            return Ok(counted);
        };
        after = Some(*last);
        counted.found += jobs.len() as u64;
        counted.new += insert(transaction, namespace, &jobs, &mut backlogs, now).await?;
    }
}

/// Inserts those that are new, and says how many they are.
async fn insert(
    transaction: &Transaction,
    namespace: &str,
    jobs: &[(Uuid, OldJob)],
    backlogs: &mut HashMap<UserId, u64>,
    now: Timestamp,
) -> Result<u64, Fault> {
    let admissions: Vec<Admission> = jobs
        .iter()
        .map(|(id, job)| job.admission((*id).into(), backlogs))
        .collect();
    let new = submission::insert(transaction, namespace, &admissions).await?;
    let mut writing = Writing::default();
    for (admission, (_, job)) in admissions.into_iter().zip(jobs) {
        let head = admission.job.head;
        if new.contains(&head.id)
            && let Some(change) = job.ending(head)
        {
            writing.add(change);
        }
    }
    writing.write(transaction, namespace, now).await?;
    assert_all_are_here(transaction, namespace, jobs).await?;
    Ok(new.len() as u64)
}

/// A job whose id another namespace has would be left out without a word.
async fn assert_all_are_here(
    transaction: &Transaction,
    namespace: &str,
    jobs: &[(Uuid, OldJob)],
) -> Result<(), Fault> {
    let ids: Vec<Uuid> = jobs.iter().map(|(id, _)| *id).collect();
    let count = "SELECT count(*) FROM jobs WHERE namespace = $1 AND id = ANY ($2)";
    let here: i64 = transaction
        .query_one(count, &[&namespace, &ids])
        .await?
        .try_get(0)?;
    if here.unsigned_abs() == ids.len() as u64 {
        return Ok(());
    }
    let problem = "some jobs of the old database are in another namespace here".to_owned();
    Err(Fault::Store(StoreError::Configuration { problem }))
}
