//! Who is told of an end, and that an end and what tells of it are one.

use std::collections::BTreeSet;
use std::time::Duration;

use esl_core::job::payload::{NotifyEmail, NotifyWebhook};
use esl_core::job::{
    BatchId, DedupeKey, Job, JobId, JobKind, JobState, NewJob, Notify, Payload, Report, WorkerId,
};
use esl_core::ports::{JobFilter, JobStore};
use serde_json::{Value, json};

use super::super::job_material::{
    cancelled, chore, claim, failed, find, report, submit, succeeded,
};
use crate::JobsFixture;

/// A mail and a call of one endpoint for each end.
fn told() -> NewJob {
    NewJob {
        notify: Some(Notify {
            email: Some("teacher@example.com".into()),
            webhook: vec!["school".into()],
            on_success: true,
            on_failure: true,
            batch_only: true,
        }),
        ..chore()
    }
}

fn members(batch: BatchId, count: usize) -> Vec<NewJob> {
    let member = |_| NewJob {
        batch: Some(batch),
        ..told()
    };
    (0..count).map(member).collect()
}

fn keyed(name: &str, job: NewJob) -> NewJob {
    NewJob {
        dedupe: Some(DedupeKey::of(None, &job.kind, &[("name", json!(name))])),
        ..job
    }
}

async fn list(store: &dyn JobStore, kinds: Vec<JobKind>) -> Vec<Job> {
    let mut filter = JobFilter::default();
    filter.kinds = kinds;
    filter.limit = 10_000;
    store.list(&filter).await.expect("readable")
}

/// What tells of ends: kind, what ended, how.
async fn notifications(store: &dyn JobStore) -> Vec<(JobKind, Value, Value)> {
    let found = list(store, vec![NotifyEmail::KIND, NotifyWebhook::KIND]).await;
    let mut told: Vec<_> = found
        .into_iter()
        .map(|job| {
            let field = |name| job.payload.fields.get(name).cloned();
            let subject = field("jobId").or(field("batchId")).unwrap_or_default();
            (job.head.kind, subject, field("event").unwrap_or_default())
        })
        .collect();
    told.sort_by_key(|(kind, ..)| kind.clone());
    told
}

fn both(subject: &impl ToString, state: JobState) -> Vec<(JobKind, Value, Value)> {
    let subject = json!(subject.to_string());
    [NotifyEmail::KIND, NotifyWebhook::KIND]
        .map(|kind| (kind, subject.clone(), json!(state)))
        .into()
}

async fn start(store: &dyn JobStore, id: JobId) -> Job {
    let mut only = esl_core::ports::Claim::next(WorkerId::new(), 1, Duration::from_secs(60));
    only.only = Some(vec![id]);
    store.claim(only).await.expect("claimed").remove(0)
}

/// Whoever says that a job ended, its end is told, and told once.
pub async fn each_end_is_told_whoever_reports_it(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let mut expected = Vec::new();
    for (state, say) in [
        (JobState::Succeeded, succeeded as fn(_) -> Report),
        (JobState::Failed, |attempt| failed(attempt, None)),
        (JobState::Cancelled, |attempt| cancelled(attempt.job)),
    ] {
        let id = submit(store, told()).await;
        let job = start(store, id).await;
        let said = say(job.head.attempt());
        report(store, said.clone()).await.expect("applied");
        assert!(report(store, said).await.is_err());
        expected.extend(both(&id, state));
    }
    let id = submit(store, told()).await;
    for _ in 0..3 {
        start(store, id).await;
        fixture.clock.advance(Duration::from_secs(3600));
        assert_eq!(store.reap(9).await.expect("done").len(), 1);
    }
    assert_eq!(find(store, id).await.head.state, JobState::Failed);
    expected.extend(both(&id, JobState::Failed));
    let order = |told: &[(JobKind, Value, Value)]| -> BTreeSet<String> {
        told.iter().map(|one| format!("{one:?}")).collect()
    };
    let found = notifications(store).await;
    assert_eq!(found.len(), expected.len());
    assert_eq!(order(&found), order(&expected));
}

/// Nothing tells of an end that is not there, and no end is there without what tells of it, whenever
/// the caller gives up.
pub async fn an_end_and_what_tells_of_it_are_one(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let new: Vec<_> = (0..40).map(|_| told()).collect();
    store.submit(new).await.expect("submitted");
    let started = claim(store, WorkerId::new(), 40).await;
    for (job, round) in started.iter().zip(0..) {
        let patience = Duration::from_micros(round * 100);
        let reporting = store.report(vec![succeeded(job.head.attempt())]);
        // Whether it gets through in that time does not matter.
        let _ = tokio::time::timeout(patience, reporting).await;
        // One list is one moment.
        let now = list(store, Vec::new()).await;
        let ended = now
            .iter()
            .filter(|job| job.head.state == JobState::Succeeded);
        let told = now.iter().filter(|job| job.head.parent.is_some());
        let parents: BTreeSet<_> = told.clone().filter_map(|job| job.head.parent).collect();
        assert_eq!(told.count(), parents.len() * 2);
        assert_eq!(parents, ended.map(|job| job.head.id).collect());
    }
}

/// The members of a batch end in any order and way; the last of them has the batch told of, once.
pub async fn the_last_member_has_its_batch_told_of(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let batch = BatchId::new();
    store.submit(members(batch, 4)).await.expect("submitted");
    let jobs = claim(store, WorkerId::new(), 3).await;
    let [first, second, third] = &jobs[..] else {
        panic!("there are three to claim")
    };
    let wait = Some(Duration::ZERO);
    let at_once = vec![
        succeeded(first.head.attempt()),
        failed(second.head.attempt(), wait),
        failed(third.head.attempt(), None),
    ];
    store.report(at_once).await.expect("reported");
    assert!(notifications(store).await.is_empty());
    let again = claim(store, WorkerId::new(), 2).await;
    let mut last: Vec<_> = again.iter().map(|job| cancelled(job.head.id)).collect();
    report(store, last.remove(0)).await.expect("applied");
    assert!(notifications(store).await.is_empty());
    report(store, last.remove(0)).await.expect("applied");
    assert_eq!(notifications(store).await, both(&batch, JobState::Failed));
    let mut filter = JobFilter::default();
    filter.batch = Some(batch);
    assert_eq!(store.list(&filter).await.expect("readable").len(), 4);
}

/// Members that end at the same time, reported by several processes, one by one and together, are each
/// counted once.
pub async fn members_may_end_at_the_same_time(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let batches = [BatchId::new(), BatchId::new(), BatchId::new()];
    let new = batches.iter().flat_map(|batch| members(*batch, 20));
    store.submit(new.collect()).await.expect("submitted");
    let started = claim(store, WorkerId::new(), 60).await;
    let mut reporters = tokio::task::JoinSet::new();
    // Every third job: members of all batches in each call.
    for (number, size) in [1, 2, 3, 4, 10].into_iter().cycle().take(15).enumerate() {
        let taken = started.iter().skip(number % 15).step_by(15).take(size);
        let reports: Vec<_> = taken.map(|job| succeeded(job.head.attempt())).collect();
        let ports = [&fixture.one, &fixture.other][number % 2];
        let store = ports.store.clone();
        reporters.spawn(async move { store.report(reports).await.expect("reported") });
    }
    reporters.join_all().await;
    let rest = started.iter().map(|job| succeeded(job.head.attempt()));
    store.report(rest.collect()).await.expect("reported");
    let mut told: Vec<_> = notifications(store).await;
    told.retain(|(kind, ..)| *kind == NotifyEmail::KIND);
    assert_eq!(told.len(), batches.len());
    for batch in batches {
        let about = told
            .iter()
            .filter(|(_, subject, _)| *subject == json!(batch));
        assert_eq!(about.count(), 1);
    }
}

/// A job that was there already is no member of the batch that it is submitted with.
pub async fn only_accepted_jobs_are_members(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let there = submit(store, keyed("a", chore())).await;
    let batch = BatchId::new();
    let mut new = members(batch, 4).into_iter();
    let mut next = |name| keyed(name, new.next().expect("four members"));
    let new = vec![next("a"), next("b"), next("b"), next("c")];
    let submitted = store.submit(new.clone()).await.expect("submitted");
    let reused: Vec<_> = submitted.iter().map(|job| job.reused).collect();
    assert_eq!(reused, [true, false, true, false]);
    // Who lost the answer submits the same again.
    store.submit(new).await.expect("submitted");
    report(store, cancelled(submitted[1].id))
        .await
        .expect("applied");
    assert!(notifications(store).await.is_empty());
    report(store, cancelled(submitted[3].id))
        .await
        .expect("applied");
    let expected = both(&batch, JobState::Cancelled);
    assert_eq!(notifications(store).await, expected);

    let of_nothing_new = BatchId::new();
    let again = vec![keyed("a", members(of_nothing_new, 1).remove(0))];
    assert!(store.submit(again).await.expect("submitted")[0].reused);
    report(store, cancelled(there)).await.expect("applied");
    assert_eq!(notifications(store).await, expected);
}
