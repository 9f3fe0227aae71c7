//! Of equal active jobs there is one.

use esl_core::job::{DedupeKey, JobKind, NewJob, WorkerId};
use serde_json::json;

use super::super::job_material::{cancelled, chore, claim, report, submit, succeeded};
use crate::JobsFixture;

fn keyed(name: &str) -> NewJob {
    let kind = JobKind::from_static("test.chore");
    NewJob {
        dedupe: Some(DedupeKey::of(None, &kind, &[("name", json!(name))])),
        ..chore()
    }
}

/// An equal job is answered with the one that is there, queued or running, also within one call.
pub async fn of_active_jobs_with_one_key_there_is_one(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let batch = vec![keyed("a"), keyed("b"), keyed("a")];
    let [a, b] = [batch[0].id, batch[1].id];
    let submitted = store.submit(batch).await.expect("submitted");
    let answers: Vec<_> = submitted.iter().map(|job| (job.id, job.reused)).collect();
    assert_eq!(answers, [(a, false), (b, false), (a, true)]);
    assert_eq!(submit(store, keyed("b")).await, b);
    assert_eq!(claim(store, WorkerId::new(), 9).await.len(), 2);
    assert_eq!(submit(store, keyed("a")).await, a);
    assert!(claim(store, WorkerId::new(), 9).await.is_empty());
}

/// A job that ended does not stand in the way of an equal one.
pub async fn an_ended_job_blocks_nothing(fixture: &JobsFixture) {
    let store = fixture.one.store.as_ref();
    let first = submit(store, keyed("a")).await;
    let job = claim(store, WorkerId::new(), 1).await.remove(0);
    let done = report(store, succeeded(job.head.attempt())).await;
    done.expect("applied");
    let second = submit(store, keyed("a")).await;
    assert_ne!(second, first);
    report(store, cancelled(second)).await.expect("applied");
    assert_ne!(submit(store, keyed("a")).await, second);
}

/// However many submit the same at once, from however many processes, one job is made.
pub async fn of_a_race_of_equal_submissions_one_is_accepted(fixture: &JobsFixture) {
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..24 {
        let ports = [&fixture.one, &fixture.other][number % 2];
        let store = ports.store.clone();
        let job = keyed(["a", "b"][number / 2 % 2]);
        racers.spawn(async move { store.submit(vec![job]).await.expect("submitted")[0] });
    }
    let answers = racers.join_all().await;
    let accepted = answers.iter().filter(|answer| !answer.reused).count();
    assert_eq!(accepted, 2);
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2);
}

/// An equal job of another namespace is another job.
pub async fn keys_of_another_namespace_do_not_count(fixture: &JobsFixture) {
    let here = submit(fixture.one.store.as_ref(), keyed("a")).await;
    let there = submit(fixture.elsewhere.store.as_ref(), keyed("a")).await;
    assert_ne!(here, there);
}
