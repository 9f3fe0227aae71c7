//! What a report does, and what it does not.

use std::time::Duration;

use esl_core::job::{Actor, DedupeKey, Ignored, JobState, NewJob, News, Report, WorkerId};
use esl_core::ports::JobStore;
use serde_json::{Map, Value, json};

use super::super::job_material::{
    cancelled, chore, claim, failed, find, ids, object, report, running, said, submit, succeeded,
};
use crate::JobsFixture;

fn got_on(output: Value) -> News {
    News::Progress {
        stage: Some("tts".into()),
        data: Map::new(),
        output: object(output),
    }
}

async fn queued(store: &dyn JobStore) -> usize {
    let counts = store.counts().await.expect("readable");
    counts.get(&JobState::Queued).copied().unwrap_or(0) as usize
}

/// Outputs are merged field by field and kept with the ended job.
pub async fn a_result_is_kept_with_the_job(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    let early = json!({"notionUrl": "https://example.com", "manifestPath": "old"});
    let on = report(store, said(job.head.attempt(), got_on(early))).await;
    assert_eq!(on.expect("applied").stage.as_deref(), Some("tts"));
    let output = object(json!({"manifestPath": "new", "deep": {"a": [1]}}));
    let done = said(job.head.attempt(), News::Succeeded { output });
    let head = report(store, done).await.expect("applied");
    assert_eq!(head.state, JobState::Succeeded);
    let found = find(store, job.head.id).await;
    assert_eq!(found.head, head);
    assert_eq!(found.payload, job.payload);
    let all =
        json!({"notionUrl": "https://example.com", "manifestPath": "new", "deep": {"a": [1]}});
    assert_eq!(found.output, object(all));
}

/// A result whose answer was lost may be reported again: nothing happens a second time.
pub async fn the_same_result_twice_counts_once(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    let result = succeeded(job.head.attempt());
    let both = store.report(vec![result.clone(), result.clone()]).await;
    let both = both.expect("reported");
    assert!(both[0].is_ok());
    assert_eq!(both[1], Err(Ignored::Terminal(JobState::Succeeded)));
    assert!(report(store, result).await.is_err());
}

/// The job is queued again, waits, and starts as its next attempt.
pub async fn a_failed_attempt_is_repeated_after_its_time(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let worker = WorkerId::new();
    let job = running(store, worker).await;
    let wait = Duration::from_secs(4);
    let head = report(store, failed(job.head.attempt(), Some(wait))).await;
    let head = head.expect("applied");
    assert_eq!((head.state, head.lease), (JobState::Queued, None));
    assert!(claim(store, worker, 1).await.is_empty());
    let delayed = store.delayed(9).await.expect("readable");
    assert_eq!(delayed.first().map(|next| next.due), head.next_attempt_at);
    fixture.clock.advance(wait);
    let again = claim(store, worker, 1).await.remove(0);
    assert_eq!((again.head.id, again.head.attempt), (job.head.id, 2));
    assert!(again.head.failure.is_some());
}

/// A job out of attempts has failed, and so has one that another attempt cannot help.
pub async fn the_last_failure_is_final(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let new = NewJob {
        max_attempts: 2,
        ..chore()
    };
    submit(store, new).await;
    for expected in [JobState::Queued, JobState::Failed] {
        let job = claim(store, WorkerId::new(), 1).await.remove(0);
        let wait = Some(Duration::ZERO);
        let head = report(store, failed(job.head.attempt(), wait)).await;
        assert_eq!(head.expect("applied").state, expected);
    }
    let hopeless = running(store, WorkerId::new()).await;
    let head = report(store, failed(hopeless.head.attempt(), None)).await;
    assert_eq!(head.expect("applied").state, JobState::Failed);
}

/// The attempt is the fence: a worker whose job went to another changes nothing by any report.
pub async fn a_worker_that_lost_the_job_cannot_write(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let zombie = running(store, WorkerId::new()).await;
    let back = said(zombie.head.attempt(), News::GivenBack);
    report(store, back.clone()).await.expect("applied");
    let current = claim(store, WorkerId::new(), 1).await.remove(0);
    let late = vec![
        back,
        succeeded(zombie.head.attempt()),
        failed(zombie.head.attempt(), None),
        said(zombie.head.attempt(), got_on(json!({"notionUrl": "stale"}))),
    ];
    for result in store.report(late).await.expect("reported") {
        assert_eq!(result, Err(Ignored::StaleAttempt));
    }
    assert_eq!(find(store, current.head.id).await, current);
}

/// A queued job that was cancelled is not started, by no kind of claim.
pub async fn a_cancelled_job_never_starts(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let id = submit(store, chore()).await;
    let head = report(store, cancelled(id)).await.expect("applied");
    assert_eq!(head.state, JobState::Cancelled);
    assert_eq!(head.cancel_reason.as_deref(), Some("not needed"));
    assert!(claim(store, WorkerId::new(), 9).await.is_empty());
    let again = report(store, cancelled(id)).await;
    assert_eq!(again, Err(Ignored::Terminal(JobState::Cancelled)));
}

/// A running job is cancelled at once; whatever its worker says afterwards changes nothing.
pub async fn a_cancelled_run_has_no_result(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    report(store, cancelled(job.head.id))
        .await
        .expect("applied");
    let stopped = find(store, job.head.id).await;
    for late in [
        succeeded(job.head.attempt()),
        failed(job.head.attempt(), Some(Duration::ZERO)),
        failed(job.head.attempt(), None),
    ] {
        let late = report(store, late).await;
        assert_eq!(late, Err(Ignored::Terminal(JobState::Cancelled)));
    }
    assert_eq!(find(store, job.head.id).await, stopped);
}

/// Chained jobs are there as soon as the result is, and deduplicated like any other.
pub async fn what_follows_is_accepted_with_the_result(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    let key = DedupeKey::of(None, &job.head.kind, &[("follow", json!(1))]);
    let follow_up = || NewJob {
        parent: Some(job.head.id),
        dedupe: Some(key.clone()),
        ..chore()
    };
    let first = follow_up();
    let id = first.id;
    let result = succeeded(job.head.attempt()).chaining(vec![first, follow_up()]);
    report(store, result).await.expect("applied");
    let claimed = claim(store, WorkerId::new(), 9).await;
    assert_eq!(ids(&claimed), [id]);
    assert_eq!(claimed[0].head.parent, Some(job.head.id));
}

/// A report that does not count has no effect at all.
pub async fn what_follows_an_ignored_report_is_not_accepted(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    report(store, cancelled(job.head.id))
        .await
        .expect("applied");
    let result = succeeded(job.head.attempt()).chaining(vec![chore()]);
    assert!(report(store, result).await.is_err());
    assert_eq!(queued(store).await, 0);
}

/// An edit replaces the fields it names, keeps the others, and frees the dedupe key: the job is not
/// what was submitted any more.
pub async fn an_edit_changes_the_fields_it_names(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let mut new = chore();
    new.payload.fields = object(json!({"text": "a", "preset": "b1", "deep": {"x": 1}}));
    new.dedupe = Some(DedupeKey::of(None, &new.kind, &[("text", json!("a"))]));
    let id = submit(store, new.clone()).await;
    let edit = |fields| {
        let fields = object(fields);
        Report::about(id, Actor::System, News::Edited { fields })
    };
    let edited = report(store, edit(json!({"preset": "b2", "mode": "auto"}))).await;
    assert_eq!(edited.expect("applied").state, JobState::Queued);
    let found = find(store, id).await;
    let expected = json!({"text": "a", "preset": "b2", "deep": {"x": 1}, "mode": "auto"});
    assert_eq!(found.payload.fields, object(expected));
    assert_eq!(found.payload.version, new.payload.version);
    new.id = chore().id;
    assert_ne!(submit(store, new).await, id);

    let job = claim(store, WorkerId::new(), 1).await.remove(0);
    assert_eq!(job.head.id, id);
    let refused = report(store, edit(json!({"preset": "b3"}))).await;
    assert_eq!(refused, Err(Ignored::Running));
    report(store, succeeded(job.head.attempt()))
        .await
        .expect("applied");
    let late = report(store, edit(json!({"preset": "b3"}))).await;
    assert_eq!(late.expect("applied").state, JobState::Succeeded);
    assert_eq!(find(store, id).await.payload.fields["preset"], "b3");
}

/// Of several reports in one call, each sees what those before it made of the job.
pub async fn reports_on_one_job_see_each_other(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    let attempt = job.head.attempt();
    let results = store
        .report(vec![
            said(attempt, got_on(json!({"a": 1}))),
            said(attempt, got_on(json!({"b": 2}))),
            failed(attempt, Some(Duration::ZERO)),
            succeeded(attempt),
            cancelled(job.head.id),
        ])
        .await
        .expect("reported");
    let counted: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(counted, [true, true, true, false, true]);
    let found = find(store, job.head.id).await;
    assert_eq!(found.head.state, JobState::Cancelled);
    assert_eq!(found.output, object(json!({"a": 1, "b": 2})));
}

/// A report about nothing changes nothing, and holds up no other.
pub async fn a_report_on_an_unknown_job_is_ignored(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let job = running(store, WorkerId::new()).await;
    let reports = vec![cancelled(chore().id), succeeded(job.head.attempt())];
    let results = store.report(reports).await.expect("reported");
    assert_eq!(results[0], Err(Ignored::Missing));
    assert!(results[1].is_ok());
}
