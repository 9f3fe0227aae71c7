//! Keeping what the worker holds, and noticing what it holds no longer.

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use esl_core::job::{Attempt, News, Report};
use esl_core::with_causes;
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;

/// Renews leases and looks for cancelled jobs, for ever.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut keeper = Keeper {
        shared: &shared,
        suspects: HashSet::new(),
        is_store_lost: false,
    };
    let mut renewing = interval(shared.config.heartbeat);
    let mut looking = interval(shared.config.look_for_cancelled);
    renewing.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_renewal = tokio::select! {
            biased;
            _ = renewing.tick() => true,
            _ = looking.tick() => false,
        };
        keeper.look(is_renewal).await;
    }
}

struct Keeper<'a> {
    shared: &'a Shared,
    /// Held but not running when last looked at: just claimed, or claimed without the answer ever
    /// reaching this worker.
    suspects: HashSet<Attempt>,
    /// Whether the store did not answer when last asked.
    is_store_lost: bool,
}

impl Keeper<'_> {
    async fn look(&mut self, is_renewal: bool) {
        let shared = self.shared;
        // Longer than jobs claimed ahead should ever wait: others may be free to begin them.
        give_back_waiting(shared, shared.config.look_for_cancelled);
        // Listed first: what is claimed while the store answers is not missing from the answer.
        let attempts = shared.running.all();
        let is_in_doubt = shared.is_in_doubt.swap(false, Ordering::Relaxed);
        if attempts.is_empty() && !is_in_doubt {
            return;
        }
        let held = match is_renewal {
            true => shared.store.renew(shared.id, shared.config.lease).await,
            false => shared.store.held(shared.id).await,
        };
        match held {
            Ok(held) => {
                if mem::take(&mut self.is_store_lost) {
                    shared.store_is_back.notify_waiters();
                }
                // Cancelled by somebody, or taken over after a lost lease.
                shared.running.stop_lost(&attempts, &held);
                self.give_back_orphans(&held);
            }
            // Whether a lease ran out meanwhile is for the store to say, once it answers again.
            Err(error) => {
                if !mem::replace(&mut self.is_store_lost, true) {
                    tracing::warn!(error = %with_causes(&error), worker.id = %shared.id, "cannot look after leases");
                }
                shared.is_in_doubt.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Gives back what was held and not running twice in a row: renewed with the others, it would
    /// never run.
    fn give_back_orphans(&mut self, held: &[Attempt]) {
        let running: HashSet<_> = self.shared.running.all().into_iter().collect();
        let idle: HashSet<_> = held
            .iter()
            .filter(|one| !running.contains(one))
            .copied()
            .collect();
        let (orphans, suspects) = idle
            .into_iter()
            .partition(|one| self.suspects.contains(one));
        self.suspects = suspects;
        if !self.suspects.is_empty() {
            self.shared.is_in_doubt.store(true, Ordering::Relaxed);
        }
        give_back(self.shared, orphans);
    }
}

/// Tells the store that others may have these.
pub(super) fn give_back(shared: &Shared, attempts: HashSet<Attempt>) {
    for attempt in attempts {
        let back = Report::of_attempt(attempt, shared.actor(), News::GivenBack);
        shared.reporter.tell(back);
    }
}

/// Gives back jobs that have waited for a slot at least for so long.
pub(super) fn give_back_waiting(shared: &Shared, at_least: Duration) {
    for claimed in shared.waiting.take(at_least) {
        let attempt = claimed.job.head.attempt();
        let back = Report::of_attempt(attempt, shared.actor(), News::GivenBack);
        shared.reporter.end(attempt, back);
    }
}
