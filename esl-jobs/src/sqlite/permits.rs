//! Permits as rows.

use async_trait::async_trait;
use esl_core::Timestamp;
use esl_core::ports::StoreError;
use rusqlite::{Row, params};
use tokio::sync::watch;
use uuid::Uuid;

use super::SqliteJobs;
use super::changes::Changes;
use super::error::Fault;
use super::rows::{all, bytes};
use crate::permits::{Answer, Ask, PermitLedger, Share, settle};
use crate::stored::small;

#[async_trait]
impl PermitLedger for SqliteJobs {
    async fn settle(&self, ask: &Ask) -> Result<Answer, StoreError> {
        let ask = ask.clone();
        self.change("settle permits", move |changes| {
            settle_permits(changes, &ask)
        })
        .await
    }

    fn watch_permits(&self) -> watch::Receiver<()> {
        self.wakeups.permits()
    }
}

fn settle_permits(changes: &mut Changes<'_>, ask: &Ask) -> Result<Answer, Fault> {
    let shares = {
        let mut read = changes.statement(
            "SELECT holder, wanted, held, turn, expires_at FROM permits WHERE key = ?1",
        )?;
        all(read.query([ask.key.as_str()])?, share)?
    };
    let settled = settle(ask, &shares, changes.now);
    if settled.is_change {
        write(changes, ask, settled.share.as_ref())?;
    }
    changes.news.permits |= settled.concerns_others;
    Ok(settled.answer)
}

fn share(row: &Row<'_>) -> Result<Share, Fault> {
    Ok(Share {
        holder: Uuid::from_bytes(row.get(0)?),
        wanted: row.get(1)?,
        held: row.get(2)?,
        turn: small("turn", row.get(3)?)?,
        expires_at: Timestamp::from_millis(row.get(4)?),
    })
}

fn write(changes: &Changes<'_>, ask: &Ask, share: Option<&Share>) -> Result<(), Fault> {
    let (key, holder) = (ask.key.as_str(), bytes(&ask.holder));
    changes
        .statement("DELETE FROM permits WHERE key = ?1 AND (holder = ?2 OR expires_at <= ?3)")?
        .execute(params![key, holder, changes.now.as_millis()])?;
    if let Some(share) = share {
        changes
            .statement(
                "INSERT INTO permits (key, holder, wanted, held, turn, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                key,
                holder,
                share.wanted,
                share.held,
                share.turn.cast_signed(),
                share.expires_at.as_millis()
            ])?;
    }
    Ok(())
}
