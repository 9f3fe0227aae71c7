//! Permits as rows.

use std::time::SystemTime;

use async_trait::async_trait;
use esl_core::ports::StoreError;
use tokio::sync::watch;
use tokio_postgres::Row;

use super::connection::Transaction;
use super::error::Fault;
use super::rows::{all, number, time};
use super::{PostgresJobs, Shared};
use crate::permits::{Answer, Ask, PermitLedger, Share, settle};
use crate::stored::small;
use crate::wakeups::News;

/// Who settles a key waits for whoever does so before.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1163086915, hashtext($1))";

const READ: &str = "SELECT holder, wanted, held, turn, expires_at FROM permits WHERE key = $1";

const REMOVE: &str = "DELETE FROM permits WHERE key = $1 AND (holder = $2 OR expires_at <= $3)";

const INSERT: &str = "INSERT INTO permits (key, holder, wanted, held, turn, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

#[async_trait]
impl PermitLedger for PostgresJobs {
    async fn settle(&self, ask: &Ask) -> Result<Answer, StoreError> {
        let settled = settle_permits(&self.shared, ask).await;
        settled.map_err(|fault| fault.during("settle permits"))
    }

    fn watch_permits(&self) -> watch::Receiver<()> {
        self.shared.wakeups.permits()
    }
}

async fn settle_permits(shared: &Shared, ask: &Ask) -> Result<Answer, Fault> {
    let transaction = Transaction::of(&shared.pool).await?;
    let (lock, read) = (
        transaction.prepare_cached(LOCK).await?,
        transaction.prepare_cached(READ).await?,
    );
    let (key, now) = (ask.key.as_str(), shared.clock.now());
    transaction.begin_with(&lock, &[&key]).await?;
    let shares = all(&transaction.query(&read, &[&key]).await?, share)?;
    let settled = settle(ask, &shares, now);
    if settled.is_change {
        let remove = transaction.prepare_cached(REMOVE).await?;
        let now = SystemTime::from(now);
        transaction
            .execute(&remove, &[&key, &ask.holder, &now])
            .await?;
        if let Some(share) = &settled.share {
            insert(&transaction, key, share).await?;
        }
    }
    transaction.commit().await?;
    transaction.end();
    shared.ring(News {
        permits: settled.concerns_others,
        ..News::default()
    });
    Ok(settled.answer)
}

fn share(row: &Row) -> Result<Share, Fault> {
    Ok(Share {
        holder: row.try_get("holder")?,
        wanted: number(row, "wanted")?,
        held: number(row, "held")?,
        turn: small("turn", row.try_get("turn")?)?,
        expires_at: time(row, "expires_at")?,
    })
}

async fn insert(transaction: &Transaction, key: &str, share: &Share) -> Result<(), Fault> {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let insert = transaction.prepare_cached(INSERT).await?;
    let (wanted, held, turn) = (
        count(share.wanted),
        count(share.held),
        share.turn.cast_signed(),
    );
    let expires_at = SystemTime::from(share.expires_at);
    transaction
        .execute(
            &insert,
            &[&key, &share.holder, &wanted, &held, &turn, &expires_at],
        )
        .await?;
    Ok(())
}
