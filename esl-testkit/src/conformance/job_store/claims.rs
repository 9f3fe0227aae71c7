//! Starting jobs.

use std::collections::BTreeSet;
use std::time::Duration;

use esl_core::job::{Actor, JobState, Lease, NewJob, News, Report, WorkerId};
use esl_core::ports::{Claim, Clock, Delayed};
use serde_json::json;

use super::super::job_material::{
    LEASE, cancelled, chore, chores, claim, failed, find, ids, object, report, submit, succeeded,
    with_priority,
};
use crate::JobsFixture;

/// A claimed job is running, at its next attempt, under the lease of the worker; and stored so.
pub async fn a_claim_starts_what_it_returns(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let id = submit(store, chore()).await;
    let worker = WorkerId::new();
    let claimed = claim(store, worker, 5).await;
    assert_eq!(ids(&claimed), [id]);
    let head = &claimed[0].head;
    assert_eq!((head.state, head.attempt), (JobState::Running, 1));
    let now = fixture.clock.now();
    let expires_at = now.plus(LEASE);
    assert_eq!(head.lease, Some(Lease { worker, expires_at }));
    assert_eq!(head.started_at, Some(now));
    assert_eq!(find(store, id).await, claimed[0]);
}

/// However many workers of however many processes claim at once, each job goes to one of them.
pub async fn no_job_is_started_twice(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let submitted = store.submit(chores(200)).await.expect("submitted");
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let ports = [&fixture.one, &fixture.other][number % 2];
        let store = ports.store.clone();
        workers.spawn(async move {
            let worker = WorkerId::new();
            let mut mine = Vec::new();
            loop {
                let claimed = claim(store.as_ref(), worker, 7).await;
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(ids(&claimed));
            }
        });
    }
    let mut started: Vec<_> = workers.join_all().await.concat();
    started.extend(ids(&claim(store, WorkerId::new(), 200).await));
    assert_eq!(started.len(), 200);
    let started: BTreeSet<_> = started.into_iter().collect();
    assert_eq!(started, submitted.iter().map(|job| job.id).collect());
}

/// A claim that names jobs starts those of them that can be started, and no others.
pub async fn a_claim_can_name_its_jobs(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let later = fixture.clock.now().plus(LEASE);
    let delayed = NewJob {
        not_before: Some(later),
        ..chore()
    };
    let delayed = submit(store, delayed).await;
    let [wanted, other, ended] = [
        submit(store, chore()).await,
        submit(store, chore()).await,
        submit(store, chore()).await,
    ];
    report(store, cancelled(ended)).await.expect("applied");
    let unknown = chore().id;
    let named = Claim {
        only: Some(vec![ended, wanted, unknown, delayed, wanted]),
        ..Claim::next(WorkerId::new(), 9, LEASE)
    };
    let claimed = store.claim(named.clone()).await.expect("claimed");
    assert_eq!(ids(&claimed), [wanted]);
    assert!(store.claim(named).await.expect("claimed").is_empty());
    assert_eq!(find(store, other).await.head.state, JobState::Queued);
}

/// A job with a time does not start before it, and does not show one afterwards.
pub async fn a_delayed_job_waits_for_its_time(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    assert!(store.delayed(9).await.expect("readable").is_empty());
    let due = fixture.clock.now().plus(Duration::from_secs(90));
    let new = |not_before| NewJob {
        not_before: Some(not_before),
        ..with_priority(1)
    };
    let last = submit(store, new(due.plus(LEASE))).await;
    let id = submit(store, new(due)).await;
    assert_eq!(find(store, id).await.head.next_attempt_at, Some(due));
    let worker = WorkerId::new();
    assert!(claim(store, worker, 9).await.is_empty());
    let delayed = [
        Delayed { job: id, due },
        Delayed {
            job: last,
            due: due.plus(LEASE),
        },
    ];
    assert_eq!(store.delayed(9).await.expect("readable"), delayed);
    assert_eq!(store.delayed(1).await.expect("readable"), delayed[..1]);
    fixture.clock.advance(Duration::from_secs(89));
    assert!(claim(store, worker, 9).await.is_empty());
    fixture.clock.advance(Duration::from_secs(1));
    let claimed = claim(store, worker, 9).await;
    assert_eq!(ids(&claimed), [id]);
    assert_eq!(claimed[0].head.next_attempt_at, None);
    assert_eq!(store.delayed(9).await.expect("readable"), delayed[1..]);
}

/// Announcing goes by rank, counts what was announced, repeats what got lost, and leaves out what
/// cannot start.
pub async fn jobs_are_announced_once_and_again_when_lost(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let never = Duration::MAX;
    let half = LEASE / 2;
    let normal = submit(store, chore()).await;
    let low = submit(store, with_priority(8)).await;
    let urgent = submit(store, with_priority(1)).await;
    let delayed = NewJob {
        not_before: Some(fixture.clock.now().plus(LEASE)),
        ..chore()
    };
    let delayed = submit(store, delayed).await;

    let first = store.announce(2, never).await.expect("announced");
    assert_eq!(first, [urgent, normal]);
    let second = store.announce(2, never).await.expect("announced");
    assert_eq!(second, [low]);
    assert!(
        store
            .announce(2, never)
            .await
            .expect("announced")
            .is_empty()
    );

    let job = claim(store, WorkerId::new(), 1).await.remove(0);
    assert_eq!(job.head.id, urgent);
    fixture.clock.advance(LEASE);
    let again = store.announce(9, half).await.expect("announced");
    assert_eq!(again, [normal, delayed, low]);

    let done = report(store, succeeded(job.head.attempt())).await;
    done.expect("applied");
    fixture.clock.advance(LEASE);
    let rest = store.announce(9, half).await.expect("announced");
    assert_eq!(rest, [normal, delayed, low]);
}

/// What was accepted at once could start at once; a delay and a repetition have a time of their own. A
/// start changes none of it.
pub async fn a_job_knows_since_when_it_could_start(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let worker = WorkerId::new();
    let now = || fixture.clock.now();
    let start = now().plus(Duration::from_secs(10));
    let delayed = NewJob {
        not_before: Some(start),
        ..chore()
    };
    let accepted_at = now();
    let (at_once, delayed) = (submit(store, chore()).await, submit(store, delayed).await);
    fixture.clock.advance(Duration::from_secs(60));
    for job in claim(store, worker, 2).await {
        let expected = if job.head.id == delayed {
            start
        } else {
            accepted_at
        };
        assert_eq!(job.head.eligible_at, expected);
    }
    let attempt = find(store, at_once).await.head.attempt();
    let wait = Duration::from_secs(4);
    let head = report(store, failed(attempt, Some(wait)))
        .await
        .expect("applied");
    assert_eq!(head.eligible_at, now().plus(wait));
    assert_eq!(find(store, at_once).await.head, head);
}

/// Who claims a job while it is edited gets what the edit made of it, or the edit does not count.
pub async fn an_edit_that_counts_is_seen_by_the_claim(fixture: &JobsFixture) {
    let (one, other) = (fixture.one.store.as_ref(), fixture.other.store.as_ref());
    for _ in 0..50 {
        let id = submit(one, chore()).await;
        let fields = object(json!({"text": "edited"}));
        let edit = Report::about(id, Actor::System, News::Edited { fields });
        // A job that is about to be changed may be passed over.
        let claiming = async {
            loop {
                if let Some(job) = claim(other, WorkerId::new(), 1).await.pop() {
                    return job;
                }
            }
        };
        let (edited, job) = tokio::join!(report(one, edit), claiming);
        if edited.is_ok() {
            assert_eq!(job.payload.fields["text"], "edited");
        }
    }
}
