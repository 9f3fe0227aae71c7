//! Who holds what, and for how long.

use std::time::Duration;

use esl_core::job::{FailureCode, JobState, WorkerId};

use super::super::job_material::{
    LEASE, cancelled, chore, chores, claim, find, report, running, submit, succeeded,
};
use crate::JobsFixture;

/// A worker is told what it holds: neither what it lost nor what others hold.
pub async fn what_a_worker_holds_is_known(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let worker = WorkerId::new();
    let [kept, stopped, ended] = [
        running(store, worker).await,
        running(store, worker).await,
        running(store, worker).await,
    ];
    running(store, WorkerId::new()).await;
    report(store, cancelled(stopped.head.id))
        .await
        .expect("applied");
    let done = report(store, succeeded(ended.head.attempt())).await;
    done.expect("applied");
    let expected = [kept.head.attempt()];
    assert_eq!(store.held(worker).await.expect("readable"), expected);
    assert_eq!(store.renew(worker, LEASE).await.expect("renewed"), expected);
}

/// A lease that is renewed in time is not taken away.
pub async fn a_renewed_lease_lives_on(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let worker = WorkerId::new();
    let job = running(store, worker).await;
    for _ in 0..5 {
        fixture.clock.advance(Duration::from_secs(50));
        let held = store.renew(worker, LEASE).await.expect("renewed");
        assert_eq!(held, [job.head.attempt()]);
        assert!(store.reap(9).await.expect("reaped").is_empty());
    }
    let done = report(store, succeeded(job.head.attempt())).await;
    assert_eq!(done.expect("applied").state, JobState::Succeeded);
}

/// A lease that ran out is taken away: the next worker has the next attempt, the old one nothing.
pub async fn a_lease_that_ran_out_is_taken_away(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let (lost, next) = (WorkerId::new(), WorkerId::new());
    let job = running(store, lost).await;
    fixture.clock.advance(Duration::from_secs(59));
    assert!(store.reap(9).await.expect("reaped").is_empty());
    assert!(claim(store, next, 1).await.is_empty());
    fixture.clock.advance(Duration::from_secs(1));
    let reaped = store.reap(9).await.expect("reaped");
    assert_eq!(reaped.len(), 1);
    assert_eq!((reaped[0].state, reaped[0].stalls), (JobState::Queued, 1));
    assert!(store.renew(lost, LEASE).await.expect("renewed").is_empty());
    let again = claim(store, next, 1).await.remove(0);
    assert_eq!((again.head.id, again.head.attempt), (job.head.id, 2));
    let late = report(store, succeeded(job.head.attempt())).await;
    assert!(late.is_err());
    assert_eq!(find(store, job.head.id).await, again);
}

/// After three lost workers a job has failed.
pub async fn a_job_that_kills_its_workers_is_given_up(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let id = submit(store, chore()).await;
    for _ in 0..3 {
        assert_eq!(claim(store, WorkerId::new(), 1).await.len(), 1);
        fixture.clock.advance(LEASE);
        assert_eq!(store.reap(9).await.expect("reaped").len(), 1);
    }
    let head = find(store, id).await.head;
    assert_eq!((head.state, head.lease), (JobState::Failed, None));
    assert_eq!(
        head.failure.expect("a failure").code,
        FailureCode::WORKER_LOST
    );
}

/// Several reapers at once take each job away once; none takes more than it was told to.
pub async fn a_lost_job_is_taken_away_once(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    store.submit(chores(40)).await.expect("submitted");
    assert_eq!(claim(store, WorkerId::new(), 40).await.len(), 40);
    fixture.clock.advance(LEASE);
    let mut reapers = tokio::task::JoinSet::new();
    for number in 0..6 {
        let ports = [&fixture.one, &fixture.other][number % 2];
        let store = ports.store.clone();
        reapers.spawn(async move { store.reap(5).await.expect("reaped") });
    }
    let reaped = reapers.join_all().await;
    assert!(reaped.iter().all(|heads| heads.len() <= 5));
    let rest = store.reap(40).await.expect("reaped");
    let heads: Vec<_> = reaped.into_iter().flatten().chain(rest).collect();
    assert_eq!(heads.len(), 40);
    assert!(heads.iter().all(|head| head.stalls == 1));
}
