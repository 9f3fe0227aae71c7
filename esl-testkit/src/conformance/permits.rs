//! The contract of [`Permits`].

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use esl_core::ports::{HeldPermit, PermitKey, Permits};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::job_material::PATIENCE;
use crate::PermitsFixture;

/// Makes one test of each clause of the `Permits` contract.
///
/// `$fixture` names an `async fn() -> Option<PermitsFixture>` of the calling module; none skips the
/// test, for a service that is not installed and not required.
#[macro_export]
macro_rules! permits_suite {
    ($fixture:ident) => {
        $crate::__clauses_if_there!(
            permits,
            $fixture,
            [
                all_permits_can_be_held_at_once,
                no_more_are_held_than_the_limit_whoever_holds_them,
                keys_do_not_know_each_other,
                a_permit_that_is_given_back_wakes_any_process,
                who_comes_first_is_served_first,
                a_single_permit_goes_round,
                who_does_not_wait_any_more_holds_nothing,
                the_permits_of_the_dead_come_free,
            ]
        );
    };
}

fn key() -> PermitKey {
    PermitKey::of("test", "credential")
}

fn limit(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).expect("a limit")
}

async fn acquire(permits: &Arc<dyn Permits>, of: u32) -> HeldPermit {
    let acquired = timeout(PATIENCE, permits.acquire(&key(), limit(of))).await;
    acquired.expect("there is a permit")
}

/// Whether there is no permit for as long as one can wait in a test.
async fn is_refused(permits: &Arc<dyn Permits>, of: u32) -> bool {
    let key = key();
    let acquired = permits.acquire(&key, limit(of));
    timeout(Duration::from_millis(300), acquired).await.is_err()
}

/// The limit is reached by one process alone, and by two together.
pub async fn all_permits_can_be_held_at_once(fixture: &PermitsFixture) {
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(acquire(&fixture.one, 3).await);
    }
    assert!(is_refused(&fixture.one, 3).await);
    held.pop();
    held.push(acquire(&fixture.other, 3).await);
    assert!(is_refused(&fixture.one, 3).await);
    assert!(is_refused(&fixture.other, 3).await);
}

/// Many tasks of two processes never hold more than there are, and all of them get their turns.
pub async fn no_more_are_held_than_the_limit_whoever_holds_them(fixture: &PermitsFixture) {
    let under_way = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let permits = [&fixture.one, &fixture.other][number % 2].clone();
        let under_way = under_way.clone();
        tasks.spawn(async move {
            for _ in 0..5 {
                let permit = acquire(&permits, 3).await;
                assert!(under_way.fetch_add(1, Ordering::SeqCst) < 3);
                tokio::task::yield_now().await;
                under_way.fetch_sub(1, Ordering::SeqCst);
                drop(permit);
            }
        });
    }
    timeout(PATIENCE, tasks.join_all())
        .await
        .expect("all get their turns");
}

/// What one credential uses is not missing to another.
pub async fn keys_do_not_know_each_other(fixture: &PermitsFixture) {
    let _held = acquire(&fixture.one, 1).await;
    let another = PermitKey::of("test", "another credential");
    let acquired = timeout(PATIENCE, fixture.one.acquire(&another, limit(1))).await;
    acquired.expect("there is a permit");
}

/// Whoever waits is served as soon as a permit is free, wherever it was held.
pub async fn a_permit_that_is_given_back_wakes_any_process(fixture: &PermitsFixture) {
    for (holder, waiter) in [
        (&fixture.one, &fixture.one),
        (&fixture.one, &fixture.other),
        (&fixture.other, &fixture.one),
    ] {
        let held = acquire(holder, 1).await;
        assert!(is_refused(waiter, 1).await);
        let waiter = waiter.clone();
        let waiting = tokio::spawn(async move { acquire(&waiter, 1).await });
        drop(held);
        waiting.await.expect("acquired");
    }
}

/// Inside a process, the order of asking is the order of being served.
pub async fn who_comes_first_is_served_first(fixture: &PermitsFixture) {
    let mut held = acquire(&fixture.one, 1).await;
    let mut waiting: Vec<_> = Vec::new();
    for _ in 0..4 {
        let mut next = Box::pin(acquire(&fixture.one, 1));
        let polled = timeout(Duration::from_millis(1), &mut next).await;
        assert!(polled.is_err(), "there is one permit");
        waiting.push(next);
    }
    for next in waiting {
        drop(held);
        held = next.await;
    }
}

/// One permit and two processes that always want it: both get it again and again.
pub async fn a_single_permit_goes_round(fixture: &PermitsFixture) {
    // Only once both have had it three times does either stop asking.
    let served = Arc::new(Barrier::new(2));
    let mut processes = JoinSet::new();
    for permits in [fixture.one.clone(), fixture.other.clone()] {
        let served = served.clone();
        processes.spawn(async move {
            for _ in 0..3 {
                drop(acquire(&permits, 1).await);
            }
            let mut done = Box::pin(served.wait());
            loop {
                tokio::select! {
                    biased;
                    _ = &mut done => return,
                    permit = acquire(&permits, 1) => drop(permit),
                }
            }
        });
    }
    let turns = timeout(PATIENCE, processes.join_all()).await;
    turns.expect("both get their turns");
}

/// Dropping a wait leaves nothing held.
pub async fn who_does_not_wait_any_more_holds_nothing(fixture: &PermitsFixture) {
    let held = acquire(&fixture.one, 1).await;
    for permits in [&fixture.one, &fixture.other] {
        assert!(is_refused(permits, 1).await);
    }
    drop(held);
    for permits in [&fixture.one, &fixture.other] {
        acquire(permits, 1).await;
    }
}

/// A process dies with all permits in its hands: once its lease has run out, another has them.
pub async fn the_permits_of_the_dead_come_free(fixture: &PermitsFixture) {
    let doomed = fixture.take_doomed();
    for _ in 0..2 {
        std::mem::forget(acquire(&doomed, 2).await);
    }
    drop(doomed);
    assert!(is_refused(&fixture.other, 2).await);
    fixture.clock.advance(fixture.lease);
    let _one = acquire(&fixture.other, 2).await;
    let _all = acquire(&fixture.other, 2).await;
}
