//! The contract of [`Queue`](esl_core::ports::Queue), as seen by workers that claim what it hints at.

use std::collections::BTreeSet;
use std::time::Duration;

use esl_core::job::{Job, JobId, WorkerId};
use esl_core::ports::{Claim, Hint};
use tokio::time::timeout;

use super::job_material::{LEASE, PATIENCE, chore, chores, ids, report, succeeded};
use crate::{JobPorts, JobsFixture};

/// Makes one test of each clause of the `Queue` contract.
///
/// `$fixture` names an `async fn() -> Option<JobsFixture>` of the calling module; none skips the test,
/// for a service that is not installed and not required.
#[macro_export]
macro_rules! queue_suite {
    ($fixture:ident) => {
        $crate::__clauses_if_there!(
            queue,
            $fixture,
            [
                a_worker_is_led_to_what_is_there,
                a_waiting_worker_is_woken_by_any_process,
                a_wait_for_no_work_ends,
                many_workers_do_all_the_work_once,
                a_wrong_hint_does_no_harm,
                queues_of_other_namespaces_are_not_heard,
                a_hint_that_was_acted_on_is_not_given_again,
            ]
        );
    };
}

/// Submits a job and lets its queue know, as whoever submits does.
async fn announce(ports: &JobPorts, count: usize) -> Vec<JobId> {
    let submitted = ports.store.submit(chores(count)).await.expect("submitted");
    let jobs: Vec<_> = submitted.iter().map(|job| job.id).collect();
    if ports.queue.capabilities().names_jobs {
        let jobs = ports.store.announce(count, Duration::MAX).await;
        let jobs = jobs.expect("marked");
        ports.queue.announce(&jobs).await.expect("announced");
    }
    jobs
}

/// Listens once, and claims what was heard of.
async fn listen(ports: &JobPorts, worker: WorkerId, wait: Duration) -> Vec<Job> {
    let hint = ports.queue.next(worker, 5, wait).await.expect("heard");
    let only = match hint {
        Hint::Nothing => return Vec::new(),
        Hint::Next => None,
        Hint::Jobs(jobs) => Some(jobs),
    };
    let hinted = only.clone().unwrap_or_default();
    let claim = Claim {
        only,
        ..Claim::next(worker, 5, LEASE)
    };
    let claimed = ports.store.claim(claim).await.expect("claimed");
    let acknowledged = ports.queue.acknowledge(worker, &hinted).await;
    acknowledged.expect("acknowledged");
    claimed
}

/// Listens until there is work.
async fn work(ports: &JobPorts, worker: WorkerId) -> Vec<Job> {
    loop {
        let claimed = listen(ports, worker, Duration::from_millis(500)).await;
        if !claimed.is_empty() {
            return claimed;
        }
    }
}

/// What was announced before a worker listened is found, by a worker of any process.
pub async fn a_worker_is_led_to_what_is_there(fixture: &JobsFixture) {
    for ports in [&fixture.one, &fixture.other] {
        let announced = announce(&fixture.one, 3).await;
        let work = timeout(PATIENCE, work(ports, WorkerId::new())).await;
        let found = ids(&work.expect("there is work"));
        assert_eq!(found, announced);
    }
}

/// A worker that listens hears of a job that any process announces.
pub async fn a_waiting_worker_is_woken_by_any_process(fixture: &JobsFixture) {
    for (submitter, listener) in [
        (&fixture.one, &fixture.one),
        (&fixture.one, &fixture.other),
        (&fixture.other, &fixture.one),
    ] {
        let ports = listener.clone();
        let waiting = tokio::spawn(async move {
            loop {
                let claimed = listen(&ports, WorkerId::new(), PATIENCE * 10).await;
                if !claimed.is_empty() {
                    return ids(&claimed);
                }
            }
        });
        let announced = announce(submitter, 1).await;
        let found = timeout(PATIENCE, waiting).await;
        assert_eq!(
            found.expect("the worker is woken").expect("worked"),
            announced
        );
    }
}

/// Where there is no work, listening ends after its time with nothing to claim.
pub async fn a_wait_for_no_work_ends(fixture: &JobsFixture) {
    let listening = listen(&fixture.one, WorkerId::new(), Duration::from_millis(20));
    let claimed = timeout(PATIENCE, listening).await.expect("ends");
    assert!(claimed.is_empty());
}

/// Several workers of several processes do everything that is announced, each job once.
pub async fn many_workers_do_all_the_work_once(fixture: &JobsFixture) {
    let announced: BTreeSet<_> = announce(&fixture.one, 100).await.into_iter().collect();
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..4 {
        let ports = [&fixture.one, &fixture.other][number % 2].clone();
        workers.spawn(async move {
            let (worker, mut done) = (WorkerId::new(), Vec::new());
            loop {
                let claimed = listen(&ports, worker, Duration::from_millis(300)).await;
                if claimed.is_empty() {
                    return done;
                }
                for job in &claimed {
                    let result = succeeded(job.head.attempt());
                    report(ports.store.as_ref(), result).await.expect("applied");
                }
                done.extend(ids(&claimed));
            }
        });
    }
    let done = timeout(PATIENCE, workers.join_all()).await;
    let done = done.expect("the work ends").concat();
    assert_eq!(done.len(), announced.len());
    assert_eq!(done.into_iter().collect::<BTreeSet<_>>(), announced);
}

/// A job that cannot be claimed, or does not exist, is a hint to nothing.
pub async fn a_wrong_hint_does_no_harm(fixture: &JobsFixture) {
    let queue = &fixture.one.queue;
    let unknown = chore().id;
    queue.announce(&[unknown]).await.expect("announced");
    queue.announce(&[]).await.expect("announced");
    let worker = WorkerId::new();
    let claimed = listen(&fixture.one, worker, Duration::from_millis(50)).await;
    assert!(claimed.is_empty());
    let announced = announce(&fixture.one, 1).await;
    let found = timeout(PATIENCE, work(&fixture.one, worker)).await;
    assert_eq!(ids(&found.expect("there is work")), announced);
}

/// What another namespace announces leads to nothing here.
pub async fn queues_of_other_namespaces_are_not_heard(fixture: &JobsFixture) {
    let theirs = announce(&fixture.elsewhere, 1).await;
    let wait = Duration::from_millis(50);
    assert!(listen(&fixture.one, WorkerId::new(), wait).await.is_empty());
    let found = timeout(PATIENCE, work(&fixture.elsewhere, WorkerId::new())).await;
    assert_eq!(ids(&found.expect("there is work")), theirs);
}

/// A queue that names jobs forgets those that were acknowledged, for every worker.
pub async fn a_hint_that_was_acted_on_is_not_given_again(fixture: &JobsFixture) {
    if !fixture.one.queue.capabilities().names_jobs {
        return;
    }
    announce(&fixture.one, 1).await;
    let found = timeout(PATIENCE, work(&fixture.one, WorkerId::new())).await;
    assert_eq!(found.expect("there is work").len(), 1);
    for ports in [&fixture.one, &fixture.other] {
        let next = ports
            .queue
            .next(WorkerId::new(), 5, Duration::from_millis(50));
        assert_eq!(next.await.expect("heard"), Hint::Nothing);
    }
}
