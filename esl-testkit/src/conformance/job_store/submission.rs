//! What goes in comes out.

use std::collections::BTreeSet;
use std::time::Duration;

use esl_core::job::{
    BatchId, Failure, FailureCode, JobKind, JobState, NewJob, News, Notify, StoredPayload, UserId,
    WorkerId,
};
use esl_core::ports::{JobFilter, Submitted};
use esl_core::{Classify as _, Retry};
use serde_json::json;

use super::super::job_material::{
    chore, chores, claim, find, ids, object, report, running, said, submit, succeeded,
};
use crate::JobsFixture;

/// Every field of a submission is in the stored job.
pub async fn a_submitted_job_is_stored_whole(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let parent = submit(store, chore()).await;
    let notify = Notify {
        email: Some("größe@example.com".into()),
        webhook: vec!["school".into()],
        on_failure: true,
        ..Notify::default()
    };
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let new = NewJob {
        payload: StoredPayload {
            version: 7,
            fields: object(json!({"deep": [1, null, {"a": true}], "number": 1.5})),
        },
        parent: Some(parent),
        batch: Some(BatchId::new()),
        max_attempts: 9,
        notify: Some(notify),
        traceparent: Some(traceparent.parse().expect("a traceparent")),
        not_before: None,
        ..chore().owned_by(UserId::new())
    };
    let submitted = store.submit(vec![new.clone()]).await.expect("submitted");
    let reused = false;
    assert_eq!(submitted, [Submitted { id: new.id, reused }]);
    let found = find(store, new.id).await;
    let now = esl_core::ports::Clock::now(fixture.clock.as_ref());
    assert_eq!(found, new.admit(now, 0).job);
}

/// No text makes a call fail. A NUL character, which not every database can keep, may be replaced.
pub async fn text_of_any_kind_goes_in_and_out(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let text = "Größe 名前 🏠 \\u0000 'quoted' \"twice\" \n %_";
    let mut new = chore();
    new.payload.fields = object(json!({"text": text, "nul": "a\0b"}));
    submit(store, new.clone()).await;
    let job = claim(store, WorkerId::new(), 1).await.remove(0);
    assert_eq!(job.payload.fields["text"], text);
    let failure = Failure::new(FailureCode::custom("a\0b"), "a\0b");
    let news = News::Failed {
        failure,
        retry_in: None,
    };
    let head = report(store, said(job.head.attempt(), news)).await;
    assert_eq!(head.expect("applied").state, JobState::Failed);
    let failure = find(store, new.id).await.head.failure.expect("a failure");
    assert!(failure.message.starts_with('a') && failure.message.ends_with('b'));
}

/// Who lost the answer may submit the same again, whatever became of the job meanwhile.
pub async fn the_same_submission_again_changes_nothing(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let new = chore();
    submit(store, new.clone()).await;
    let job = claim(store, WorkerId::new(), 1).await.remove(0);
    let again = store.submit(vec![new.clone(), chore()]).await;
    let again = again.expect("submitted");
    let reused = true;
    assert_eq!(again[0], Submitted { id: new.id, reused });
    assert!(!again[1].reused);
    assert_eq!(find(store, new.id).await, job);
}

/// A job that is named twice by one call is accepted once, as it was named first.
pub async fn a_job_named_twice_is_one(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let new = NewJob {
        batch: Some(BatchId::new()),
        ..chore()
    };
    let mut again = new.clone();
    again.payload.fields = object(json!({"text": "another"}));
    let submitted = store.submit(vec![new.clone(), again]).await;
    let id = new.id;
    let answers = [false, true].map(|reused| Submitted { id, reused });
    assert_eq!(submitted.expect("submitted"), answers);
    let job = claim(store, WorkerId::new(), 9).await;
    assert_eq!(ids(&job), [id]);
    assert_eq!(job[0].payload, new.payload);
}

/// A job of another namespace does no work for this one: its id is either free here, or refused.
pub async fn a_job_of_another_namespace_is_not_reused(fixture: &JobsFixture) {
    let (here, there) = (fixture.one.store.as_ref(), fixture.elsewhere.store.as_ref());
    let new = chore();
    submit(here, new.clone()).await;
    match there.submit(vec![new.clone()]).await {
        Ok(submitted) => {
            assert!(!submitted[0].reused);
            assert_eq!(find(there, new.id).await.payload, new.payload);
        }
        Err(error) => assert_eq!(error.retry(), Retry::Never, "{error}"),
    }
    assert_eq!(find(here, new.id).await.head.state, JobState::Queued);
}

/// A thousand jobs are submitted, claimed and finished by one call each.
pub async fn a_thousand_jobs_go_through_at_once(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let new = chores(1000);
    let order: Vec<_> = new.iter().map(|job| job.id).collect();
    let submitted = store.submit(new).await.expect("submitted");
    let answered: Vec<_> = submitted.iter().map(|job| job.id).collect();
    assert_eq!(answered, order);
    let claimed = claim(store, WorkerId::new(), 5000).await;
    assert_eq!(ids(&claimed), order);
    let reports = claimed.iter().map(|job| succeeded(job.head.attempt()));
    let results = store.report(reports.collect()).await.expect("reported");
    for (head, id) in results.into_iter().zip(order) {
        let head = head.expect("applied");
        assert_eq!((head.id, head.state), (id, JobState::Succeeded));
    }
}

/// Nothing to do is done.
pub async fn an_empty_call_is_answered(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    assert!(store.submit(Vec::new()).await.expect("done").is_empty());
    assert!(store.report(Vec::new()).await.expect("done").is_empty());
    assert!(store.jobs(&[]).await.expect("done").is_empty());
    assert!(store.reap(10).await.expect("done").is_empty());
    assert!(claim(store, WorkerId::new(), 0).await.is_empty());
    assert!(claim(store, WorkerId::new(), 9).await.is_empty());
}

/// A caller that gives up finds all of what it wanted, or nothing, and holds nobody up.
pub async fn a_call_that_is_dropped_does_all_or_nothing(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let mut given_up = Vec::new();
    for micros in (0..20).map(|round| round * 100) {
        let pair = chores(2);
        given_up.push([pair[0].id, pair[1].id]);
        let patience = Duration::from_micros(micros);
        // Whether it gets through in that time does not matter.
        let _ = tokio::time::timeout(patience, store.submit(pair)).await;
        let claiming = claim(store, WorkerId::new(), 1);
        let _ = tokio::time::timeout(patience, claiming).await;
    }
    let after = submit(store, chore()).await;
    assert_eq!(find(store, after).await.head.id, after);
    for pair in given_up {
        let found = store.jobs(&pair).await.expect("readable");
        assert!(matches!(found.len(), 0 | 2));
    }
}

/// Processes that share a store see each other's jobs as soon as a call has returned.
pub async fn one_process_sees_what_another_did(fixture: &JobsFixture) {
    let (one, other) = (fixture.one.store.as_ref(), fixture.other.store.as_ref());
    let id = submit(one, chore()).await;
    let claimed = claim(other, WorkerId::new(), 1).await;
    assert_eq!(ids(&claimed), [id]);
    assert_eq!(find(one, id).await, claimed[0]);
}

/// Jobs of another namespace are neither shown nor changed, not even by their ids.
pub async fn namespaces_do_not_see_each_other(fixture: &JobsFixture) {
    let (here, there) = (fixture.one.store.as_ref(), fixture.elsewhere.store.as_ref());
    let worker = WorkerId::new();
    let job = running(here, worker).await;
    let waiting = submit(here, chore()).await;
    let both = [job.head.id, waiting];
    assert!(there.jobs(&both).await.expect("readable").is_empty());
    assert!(
        there
            .list(&JobFilter::default())
            .await
            .expect("readable")
            .is_empty()
    );
    assert!(
        there
            .counts()
            .await
            .expect("readable")
            .values()
            .sum::<u64>()
            == 0
    );
    assert!(claim(there, worker, 9).await.is_empty());
    assert!(there.held(worker).await.expect("readable").is_empty());
    fixture.clock.advance(Duration::from_secs(3600));
    assert!(there.reap(9).await.expect("done").is_empty());
    assert!(
        there
            .announce(9, Duration::ZERO)
            .await
            .expect("done")
            .is_empty()
    );
    assert!(report(there, succeeded(job.head.attempt())).await.is_err());
    assert_eq!(find(here, job.head.id).await, job);
}

/// Filters combine; pages are newest first and go on where the last one ended.
pub async fn listing_filters_and_goes_on(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let owner = UserId::new();
    let kind = JobKind::from_static("test.other");
    let parent = submit(store, chore()).await;
    let mut owned = Vec::new();
    for _ in 0..5 {
        let new = NewJob {
            parent: Some(parent),
            kind: kind.clone(),
            ..chore().owned_by(owner)
        };
        owned.push(submit(store, new).await);
    }
    owned.reverse();
    let mut filter = JobFilter::default();
    filter.owner = Some(owner);
    filter.limit = 3;
    let first = store.list(&filter).await.expect("readable");
    assert_eq!(ids(&first), owned[..3]);
    filter.before = first.last().map(|job| job.head.id);
    let second = store.list(&filter).await.expect("readable");
    assert_eq!(ids(&second), owned[3..]);

    let mut by_kind = JobFilter::default();
    by_kind.kinds = vec![kind];
    by_kind.parent = Some(parent);
    by_kind.states = vec![JobState::Queued, JobState::Failed];
    assert_eq!(store.list(&by_kind).await.expect("readable").len(), 5);
    by_kind.states = vec![JobState::Failed];
    assert!(store.list(&by_kind).await.expect("readable").is_empty());
    let all = store.list(&JobFilter::default()).await.expect("readable");
    assert_eq!(
        ids(&all).len(),
        ids(&all).iter().collect::<BTreeSet<_>>().len()
    );
    assert_eq!(all.len(), 6);
}

/// Counts are those of the moment.
pub async fn jobs_are_counted_by_state(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let done = running(store, WorkerId::new()).await;
    let finished = report(store, succeeded(done.head.attempt())).await;
    finished.expect("applied");
    running(store, WorkerId::new()).await;
    store.submit(chores(3)).await.expect("submitted");
    let counts = store.counts().await.expect("readable");
    assert_eq!(counts.len(), 3);
    let count = |state| counts.get(&state).copied().unwrap_or(0);
    assert_eq!(JobState::ALL.map(count), [3, 1, 1, 0, 0]);
}
