//! Forgetting jobs that are over.

use std::time::Duration;

use esl_core::job::payload::MaintenanceVerify;
use esl_core::job::{JobId, NewJob, WorkerId};
use esl_core::ports::{Clock as _, Ended, JobFilter, JobStore};

use super::super::job_material::{cancelled, chore, claim, find, ids, report, submit, succeeded};
use crate::JobsFixture;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Jobs that ended before that long ago.
fn older_than(fixture: &JobsFixture, age: Duration, is_upkeep: bool) -> Ended {
    let before = fixture.clock.now().minus(age);
    Ended { before, is_upkeep }
}

async fn forget(store: &dyn JobStore, ended: Ended, limit: usize) -> usize {
    store.forget_jobs(ended, limit).await.expect("forgotten")
}

async fn all(store: &dyn JobStore) -> Vec<JobId> {
    let found = store.list(&JobFilter::default()).await.expect("listed");
    let mut found = ids(&found);
    found.reverse();
    found
}

/// What ended long ago is gone with all it held, whichever way it ended; the rest stays.
pub async fn jobs_that_ended_long_ago_are_forgotten(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    for _ in 0..2 {
        submit(store, chore()).await;
        let old = claim(store, WorkerId::new(), 1).await.remove(0);
        report(store, succeeded(old.head.attempt()))
            .await
            .expect("applied");
    }
    let waiting = submit(store, chore()).await;
    let given_up = submit(store, chore()).await;
    report(store, cancelled(given_up)).await.expect("applied");
    fixture.clock.advance(2 * DAY);
    let fresh = submit(store, chore()).await;
    report(store, cancelled(fresh)).await.expect("applied");
    let old = older_than(fixture, DAY, false);
    assert_eq!(forget(fixture.elsewhere.store.as_ref(), old, 10).await, 0);
    assert_eq!(forget(store, old, 10).await, 3);
    assert_eq!(forget(store, old, 10).await, 0);
    assert_eq!(all(fixture.other.store.as_ref()).await, [waiting, fresh]);
}

/// No call deletes more than it was asked to.
pub async fn jobs_are_forgotten_in_batches(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    for _ in 0..5 {
        let id = submit(store, chore()).await;
        report(store, cancelled(id)).await.expect("applied");
    }
    fixture.clock.advance(2 * DAY);
    let old = older_than(fixture, DAY, false);
    let mut counts = Vec::new();
    while counts.last() != Some(&0) {
        counts.push(forget(store, old, 2).await);
    }
    assert_eq!(counts, [2, 2, 1, 0]);
}

/// Upkeep has a time of its own.
pub async fn upkeep_is_forgotten_apart_from_the_rest(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let record = submit(store, chore()).await;
    let upkeep = submit(store, NewJob::new(&MaintenanceVerify::default())).await;
    for id in [record, upkeep] {
        report(store, cancelled(id)).await.expect("applied");
    }
    fixture.clock.advance(2 * DAY);
    assert_eq!(forget(store, older_than(fixture, DAY, true), 10).await, 1);
    assert_eq!(all(store).await, [record]);
    assert_eq!(forget(store, older_than(fixture, DAY, false), 10).await, 1);
}

/// A job whose parent is forgotten has none.
pub async fn what_follows_from_a_forgotten_job_stays(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let parent = submit(store, chore()).await;
    report(store, cancelled(parent)).await.expect("applied");
    let child = NewJob {
        parent: Some(parent),
        ..chore()
    };
    let child = submit(store, child).await;
    fixture.clock.advance(2 * DAY);
    assert_eq!(forget(store, older_than(fixture, DAY, false), 10).await, 1);
    assert_eq!(find(store, child).await.head.parent, None);
}
