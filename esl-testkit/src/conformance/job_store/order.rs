//! Who is next.

use std::time::Duration;

use esl_core::job::{JobId, NewJob, UserId, WorkerId};
use esl_core::ports::{Clock, DepthState, JobStore};

use super::super::job_material::{
    chore, chores, claim, ids, report, submit, succeeded, with_priority,
};
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

/// What waits and runs is counted by kind and priority, what has ended is not; and it is known since when
/// the longest waiting could start.
pub async fn what_waits_and_runs_is_counted_by_kind_and_priority(fixture: &JobsFixture) {
    let (store, there) = (fixture.one.store.as_ref(), fixture.elsewhere.store.as_ref());
    let worker = WorkerId::new();
    assert!(store.depth().await.expect("readable").is_empty());
    submit(store, with_priority(1)).await;
    submit(store, with_priority(1)).await;
    let ended = claim(store, worker, 2).await.remove(0);
    let end = succeeded(ended.head.attempt());
    report(store, end).await.expect("applied");
    let began = fixture.clock.now();
    submit(store, chore()).await;
    fixture.clock.advance(Duration::from_secs(7));
    submit(store, chore()).await;
    submit(store, with_priority(8)).await;
    let later = fixture.clock.now().plus(Duration::from_secs(60));
    let delayed = NewJob {
        not_before: Some(later),
        ..chore()
    };
    submit(store, delayed).await;
    let mut found = store.depth().await.expect("readable");
    found.sort_by_key(|depth| (depth.state, depth.priority));
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.state, u8::from(one.priority), one.count, one.oldest))
        .collect();
    let now = fixture.clock.now();
    use DepthState::{Delayed, Ready, Running};
    assert_eq!(
        told,
        [
            (Ready, 5, 2, began),
            (Ready, 8, 1, now),
            (Delayed, 5, 1, later),
            (Running, 1, 1, began),
        ]
    );
    let kind = chore().kind;
    assert!(found.iter().all(|depth| depth.kind == kind));
    assert!(there.depth().await.expect("readable").is_empty());
}
