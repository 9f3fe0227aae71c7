//! Permits in memory.

use async_trait::async_trait;
use esl_core::ports::StoreError;
use tokio::sync::watch;

use super::MemoryJobs;
use crate::permits::{Answer, Ask, PermitLedger, settle};

#[async_trait]
impl PermitLedger for MemoryJobs {
    async fn settle(&self, ask: &Ask) -> Result<Answer, StoreError> {
        Ok(self.change(|state, now, news| {
            let shares = state.permits.entry(ask.key.clone()).or_default();
            let settled = settle(ask, shares, now);
            shares.retain(|share| share.holder != ask.holder && share.expires_at > now);
            shares.extend(settled.share);
            news.permits = settled.concerns_others;
            settled.answer
        }))
    }

    fn watch_permits(&self) -> watch::Receiver<()> {
        self.wakeups.permits()
    }
}
