//! How often processes ask a ledger for permits, and what they do while it does not answer.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::ports::{HeldPermit, PermitKey, Permits, StoreError};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::permits::{Answer, Ask, LEASE, PermitLedger, SharedPermits};
use esl_testkit::RuntimeClock;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// A ledger that counts how often it is asked, and can be unplugged.
#[derive(Debug)]
struct Ledger {
    jobs: MemoryJobs,
    asked: AtomicU32,
    is_unplugged: AtomicBool,
}

impl Ledger {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            jobs: MemoryJobs::new(Arc::new(RuntimeClock::default())),
            asked: AtomicU32::new(0),
            is_unplugged: AtomicBool::new(false),
        })
    }

    fn unplug(&self, is_unplugged: bool) {
        self.is_unplugged.store(is_unplugged, Ordering::SeqCst);
    }
}

#[async_trait]
impl PermitLedger for Ledger {
    async fn settle(&self, ask: &Ask) -> Result<Answer, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_unplugged.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable {
                operation: "settle permits",
                source: "unplugged".into(),
            });
        }
        self.jobs.settle(ask).await
    }

    fn watch_permits(&self) -> watch::Receiver<()> {
        self.jobs.watch_permits()
    }
}

async fn acquire(permits: &SharedPermits) -> HeldPermit {
    let limit = NonZeroU32::new(3).unwrap();
    permits.acquire(&PermitKey::of("test", "key"), limit).await
}

#[tokio::test(start_paused = true)]
async fn a_request_costs_no_round_trip() {
    let ledger = Ledger::new();
    let permits = Arc::new(SharedPermits::new(ledger.clone()));
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let permits = permits.clone();
        requests.spawn(async move {
            for _ in 0..1000 {
                drop(acquire(&permits).await);
            }
        });
    }
    requests.join_all().await;
    assert!(ledger.asked.load(Ordering::SeqCst) <= 4);
}

#[tokio::test(start_paused = true)]
async fn permits_that_nobody_needs_are_given_back() {
    let ledger = Ledger::new();
    let (one, other) = (
        SharedPermits::new(ledger.clone()),
        SharedPermits::new(ledger.clone()),
    );
    let held = [
        acquire(&one).await,
        acquire(&one).await,
        acquire(&one).await,
    ];
    drop(held);
    sleep(3 * SECOND).await;
    let asked = ledger.asked.load(Ordering::SeqCst);
    let _all = [
        acquire(&other).await,
        acquire(&other).await,
        acquire(&other).await,
    ];
    // Nobody had to be asked to give anything back.
    assert_eq!(ledger.asked.load(Ordering::SeqCst), asked + 3);
    sleep(60 * SECOND).await;
    // What is held is renewed, no oftener than need be.
    assert!(ledger.asked.load(Ordering::SeqCst) <= asked + 3 + 13);
}

#[tokio::test(start_paused = true)]
async fn held_permits_are_kept_for_as_long_as_the_process_lives() {
    let ledger = Ledger::new();
    let (one, other) = (
        SharedPermits::new(ledger.clone()),
        SharedPermits::new(ledger),
    );
    let _held = [
        acquire(&one).await,
        acquire(&one).await,
        acquire(&one).await,
    ];
    assert!(timeout(10 * LEASE, acquire(&other)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn while_the_ledger_is_out_of_reach_what_is_held_is_used_until_the_lease_ends() {
    let ledger = Ledger::new();
    let permits = SharedPermits::new(ledger.clone());
    let held = acquire(&permits).await;
    ledger.unplug(true);
    drop(held);
    drop(acquire(&permits).await);
    assert!(
        timeout(2 * LEASE, async {
            let _one = acquire(&permits).await;
            acquire(&permits).await
        })
        .await
        .is_err()
    );
    assert!(timeout(SECOND, acquire(&permits)).await.is_err());
    let plugged = Instant::now();
    ledger.unplug(false);
    acquire(&permits).await;
    assert!(plugged.elapsed() <= 2 * SECOND);
}
