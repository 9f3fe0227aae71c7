//! Who is next.

use std::time::Duration;

use esl_core::job::{JobId, NewJob, UserId, WorkerId};
use esl_core::ports::JobStore;

use super::super::job_material::{chore, chores, claim, ids, submit, with_priority};
use crate::JobsFixture;

async fn next(store: &dyn JobStore) -> JobId {
    let claimed = claim(store, WorkerId::new(), 1).await;
    claimed.first().expect("there is a job to claim").head.id
}

/// Whatever the order of submission, the urgent job starts first.
pub async fn urgent_jobs_start_first(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let mut submitted = Vec::new();
    for priority in [8, 5, 3, 1] {
        submitted.push(submit(store, with_priority(priority)).await);
        fixture.clock.advance(Duration::from_millis(10));
    }
    submitted.reverse();
    let mut started = Vec::new();
    for _ in 0..4 {
        started.push(next(store).await);
    }
    assert_eq!(started, submitted);
}

/// Among equals, first come, first served; also among those of one instant.
pub async fn equally_urgent_jobs_start_in_their_order(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let batch = chores(20);
    let mut order: Vec<_> = batch.iter().map(|job| job.id).collect();
    store.submit(batch).await.expect("submitted");
    fixture.clock.advance(Duration::from_millis(1));
    order.push(submit(store, chore()).await);
    let claimed = claim(store, WorkerId::new(), 15).await;
    assert_eq!(ids(&claimed), order[..15]);
    let claimed = claim(store, WorkerId::new(), 15).await;
    assert_eq!(ids(&claimed), order[15..]);
}

/// After two hundred jobs of one owner, a single one of another is among the next ten; whether the
/// two hundred came together or one by one.
pub async fn an_owner_with_many_jobs_does_not_hold_up_another(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let (crowd, single) = (UserId::new(), UserId::new());
    let owned = || chore().owned_by(crowd);
    let together: Vec<NewJob> = (0..100).map(|_| owned()).collect();
    store.submit(together).await.expect("submitted");
    for _ in 0..100 {
        submit(store, owned()).await;
    }
    fixture.clock.advance(Duration::from_secs(5));
    let id = submit(store, chore().owned_by(single)).await;
    let claimed = claim(store, WorkerId::new(), 10).await;
    assert!(ids(&claimed).contains(&id));
}

/// A job of the lowest priority is started though more urgent ones keep coming.
pub async fn whatever_waits_gets_its_turn(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let low = submit(store, with_priority(9)).await;
    for _ in 0..100 {
        fixture.clock.advance(Duration::from_secs(60));
        submit(store, with_priority(1)).await;
        if next(store).await == low {
            return;
        }
    }
    panic!("the job of the lowest priority never started");
}
