//! The contract of [`EventLog`].

use std::collections::BTreeMap;
use std::time::Duration;

use esl_core::job::{Actor, Cursor, EventKind, JobEvent, JobId, JobState, UserId, WorkerId};
use esl_core::ports::{EventLog, EventPage};
use tokio::time::timeout;

use super::job_material::{
    PATIENCE, cancelled, chore, chores, claim, failed, find, report, running, submit, succeeded,
};
use crate::{JobPorts, JobsFixture};

/// Makes one test of each clause of the `EventLog` contract.
///
/// `$fixture` names an `async fn() -> Option<JobsFixture>` of the calling module; none skips the test,
/// for a service that is not installed and not required.
#[macro_export]
macro_rules! event_log_suite {
    ($fixture:ident) => {
        $crate::__clauses_if_there!(
            event_log,
            $fixture,
            [
                each_change_is_told_once_and_in_order,
                what_changes_nothing_is_not_told,
                an_event_says_who_did_what_to_whose_job,
                reading_goes_on_where_it_ended,
                the_events_of_one_job_can_be_read_alone,
                a_reader_misses_nothing_that_many_write,
                an_open_transaction_hides_no_event,
                a_job_is_as_far_as_its_events_say,
                what_is_there_is_not_waited_for,
                a_waiting_reader_is_woken_by_any_process,
                a_wait_for_nothing_ends,
                events_of_other_namespaces_are_not_shown,
                forgotten_events_leave_cursors_as_they_were,
            ]
        );
    };
}

async fn read(events: &dyn EventLog, after: Cursor) -> Vec<JobEvent> {
    let page = EventPage::after(after, 10_000);
    events.read(page).await.expect("readable")
}

fn told(events: &[JobEvent]) -> Vec<(EventKind, JobState)> {
    let parts = events.iter().map(|one| (one.event.kind, one.event.state));
    parts.collect()
}

/// One event per change, with the state after it.
pub async fn each_change_is_told_once_and_in_order(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    let worker = WorkerId::new();
    let job = running(store, worker).await;
    let retry = failed(job.head.attempt(), Some(Duration::ZERO));
    report(store, retry).await.expect("applied");
    let again = claim(store, worker, 1).await.remove(0);
    report(store, succeeded(again.head.attempt()))
        .await
        .expect("applied");
    let changed = EventKind::StateChanged;
    assert_eq!(
        told(&read(events, Cursor::START).await),
        [
            (EventKind::Created, JobState::Queued),
            (changed, JobState::Running),
            (changed, JobState::Queued),
            (changed, JobState::Running),
            (changed, JobState::Succeeded),
        ]
    );
}

/// An ignored report, a repeated submission and a renewed lease are no events.
pub async fn what_changes_nothing_is_not_told(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    let worker = WorkerId::new();
    let new = chore();
    submit(store, new.clone()).await;
    let job = claim(store, worker, 1).await.remove(0);
    report(store, cancelled(job.head.id))
        .await
        .expect("applied");
    let head = events.head().await.expect("readable");
    assert!(report(store, succeeded(job.head.attempt())).await.is_err());
    submit(store, new).await;
    store.renew(worker, PATIENCE).await.expect("renewed");
    assert_eq!(events.head().await.expect("readable"), head);
    assert!(read(events, head).await.is_empty());
}

/// Owner, actor, time and details are kept.
pub async fn an_event_says_who_did_what_to_whose_job(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    let (owner, worker) = (UserId::new(), WorkerId::new());
    let new = chore().owned_by(owner);
    let created = new
        .clone()
        .admit(esl_core::ports::Clock::now(fixture.clock.as_ref()), 0);
    submit(store, new).await;
    fixture.clock.advance(Duration::from_millis(1500));
    let job = claim(store, worker, 1).await.remove(0);
    report(store, failed(job.head.attempt(), None))
        .await
        .expect("applied");
    let seen = read(events, Cursor::START).await;
    assert_eq!(seen[0].event, created.event);
    assert_eq!(seen[1].event.actor, Actor::Worker(worker));
    assert_eq!(seen[1].event.at, job.head.updated_at);
    assert_eq!(seen[2].event.owner, Some(owner));
    assert_eq!(seen[2].event.data["errorCode"], "network");
    assert_eq!(seen[2].event.data["error"], "unplugged");
    assert_eq!(seen[2].event.data["attempt"], 1);
}

/// Pages follow each other without gap or overlap.
pub async fn reading_goes_on_where_it_ended(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    store.submit(chores(10)).await.expect("submitted");
    let all = read(events, Cursor::START).await;
    assert!(all.is_sorted_by(|one, next| one.cursor < next.cursor));
    let (mut paged, mut after) = (Vec::new(), Cursor::START);
    loop {
        let page = EventPage::after(after, 3);
        let page = events.read(page).await.expect("readable");
        let Some(last) = page.last() else { break };
        after = last.cursor;
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert_eq!(events.head().await.expect("readable"), after);
}

/// A filter by job leaves the others out, and nothing else.
pub async fn the_events_of_one_job_can_be_read_alone(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    let id = submit(store, chore()).await;
    store.submit(chores(5)).await.expect("submitted");
    report(store, cancelled(id)).await.expect("applied");
    let page = EventPage {
        job: Some(id),
        ..EventPage::after(Cursor::START, 9)
    };
    let seen = events.read(page).await.expect("readable");
    assert!(seen.iter().all(|one| one.event.job == id));
    assert_eq!(seen.len(), 2);
}

async fn write_a_lot(ports: JobPorts) {
    for _ in 0..10 {
        let submitted = ports.store.submit(chores(5)).await;
        submitted.expect("submitted");
        finish(&ports, 5).await;
    }
}

async fn finish(ports: &JobPorts, limit: usize) {
    let store = ports.store.as_ref();
    let claimed = claim(store, WorkerId::new(), limit).await;
    let reports = claimed.iter().map(|job| succeeded(job.head.attempt()));
    store.report(reports.collect()).await.expect("reported");
}

async fn follow(events: &dyn EventLog, mut after: Cursor, until: usize) -> Vec<JobEvent> {
    let mut seen = Vec::new();
    while seen.len() < until {
        events
            .wait(after, Duration::from_millis(200))
            .await
            .expect("waited");
        let page = events
            .read(EventPage::after(after, 64))
            .await
            .expect("readable");
        after = page.last().map_or(after, |last| last.cursor);
        seen.extend(page);
    }
    seen
}

/// A reader that follows while many write from several processes sees what one that comes late does,
/// and each job's events in the order of its changes.
pub async fn a_reader_misses_nothing_that_many_write(fixture: &JobsFixture) {
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..6 {
        let ports = [&fixture.one, &fixture.other][number % 2].clone();
        writers.spawn(write_a_lot(ports));
    }
    let writing = async {
        writers.join_all().await;
        // Who claims while others do may find less than there is.
        finish(&fixture.one, usize::MAX).await;
    };
    let expected = 6 * 10 * 5 * 3;
    let following = follow(fixture.other.events.as_ref(), Cursor::START, expected);
    let both = async { tokio::join!(following, writing) };
    let (live, ()) = timeout(PATIENCE, both).await.expect("all events come");
    assert_eq!(read(fixture.one.events.as_ref(), Cursor::START).await, live);
    let mut states: BTreeMap<JobId, Vec<JobState>> = BTreeMap::new();
    for one in live {
        states
            .entry(one.event.job)
            .or_default()
            .push(one.event.state);
    }
    let whole = [JobState::Queued, JobState::Running, JobState::Succeeded];
    assert!(states.values().all(|states| *states == whole));
}

/// A transaction appends and waits, another appends and would like to commit, then the first commits:
/// a reader that looked in between, and one that comes later, are told of both.
pub async fn an_open_transaction_hides_no_event(fixture: &JobsFixture) {
    let Some(transactions) = &fixture.transactions else {
        return;
    };
    let (store, events) = (fixture.one.store.clone(), fixture.one.events.as_ref());
    let job = running(store.as_ref(), WorkerId::new()).await.head.id;
    let start = events.head().await.expect("readable");
    let open = transactions.append(job).await;
    let mut second = tokio::spawn(async move { submit(store.as_ref(), chore()).await });
    // Whether the second one gets through before the first is up to the adapter.
    let early = timeout(Duration::from_millis(300), &mut second).await;
    let mut live = read(events, start).await;
    open.commit().await;
    let second = match early {
        Ok(id) => id,
        Err(_) => second.await,
    };
    let second = second.expect("submitted");
    let after = live.last().map_or(start, |last| last.cursor);
    live.extend(read(events, after).await);
    let mut jobs: Vec<_> = live.iter().map(|one| one.event.job).collect();
    jobs.sort_unstable();
    assert_eq!(jobs, [job, second]);
    assert_eq!(read(events, start).await, live);
}

/// Whoever is told of a success finds the job succeeded, with its output.
pub async fn a_job_is_as_far_as_its_events_say(fixture: &JobsFixture) {
    let writer = tokio::spawn(write_a_lot(fixture.one.clone()));
    let events = fixture.other.events.as_ref();
    let (mut after, mut ended) = (Cursor::START, 0);
    let reader = async {
        while ended < 50 {
            events
                .wait(after, Duration::from_millis(200))
                .await
                .expect("waited");
            for one in events
                .read(EventPage::after(after, 64))
                .await
                .expect("readable")
            {
                after = one.cursor;
                let job = find(fixture.other.store.as_ref(), one.event.job).await;
                let order = |state| JobState::ALL.iter().position(|known| *known == state);
                assert!(order(job.head.state) >= order(one.event.state));
                ended += usize::from(one.event.state.is_terminal());
            }
        }
    };
    timeout(PATIENCE, reader).await.expect("all jobs end");
    writer.await.expect("written");
}

/// A wait for something that is there already returns at once.
pub async fn what_is_there_is_not_waited_for(fixture: &JobsFixture) {
    submit(fixture.one.store.as_ref(), chore()).await;
    for ports in [&fixture.one, &fixture.other] {
        let wait = ports.events.wait(Cursor::START, PATIENCE * 10);
        let ended = timeout(PATIENCE, wait).await;
        ended.expect("does not wait").expect("waited");
    }
}

/// An event of any process wakes a reader of any other.
pub async fn a_waiting_reader_is_woken_by_any_process(fixture: &JobsFixture) {
    for (writer, reader) in [
        (&fixture.one, &fixture.other),
        (&fixture.other, &fixture.one),
    ] {
        let events = reader.events.clone();
        let head = events.head().await.expect("readable");
        let waiting = tokio::spawn(async move {
            while read(events.as_ref(), head).await.is_empty() {
                events.wait(head, PATIENCE * 10).await.expect("waited");
            }
        });
        submit(writer.store.as_ref(), chore()).await;
        let woken = timeout(PATIENCE, waiting).await;
        woken.expect("the reader is woken").expect("read");
    }
}

/// A wait where nothing happens ends after its time.
pub async fn a_wait_for_nothing_ends(fixture: &JobsFixture) {
    let events = fixture.one.events.as_ref();
    let wait = events.wait(Cursor::START, Duration::from_millis(20));
    let ended = timeout(PATIENCE, wait).await;
    ended.expect("ends").expect("waited");
    assert!(read(events, Cursor::START).await.is_empty());
}

/// What happens in another namespace is not shown.
pub async fn events_of_other_namespaces_are_not_shown(fixture: &JobsFixture) {
    submit(fixture.elsewhere.store.as_ref(), chore()).await;
    assert!(
        read(fixture.one.events.as_ref(), Cursor::START)
            .await
            .is_empty()
    );
    submit(fixture.one.store.as_ref(), chore()).await;
    assert_eq!(
        read(fixture.elsewhere.events.as_ref(), Cursor::START)
            .await
            .len(),
        1
    );
}

/// The oldest events go, in batches; every cursor that is left means what it meant, whoever missed
/// something can tell, and what happens afterwards is heard of.
pub async fn forgotten_events_leave_cursors_as_they_were(fixture: &JobsFixture) {
    let (store, events) = (fixture.one.store.as_ref(), fixture.one.events.as_ref());
    store.submit(chores(5)).await.expect("submitted");
    let old = read(events, Cursor::START).await;
    fixture.clock.advance(Duration::from_secs(60));
    let now = esl_core::ports::Clock::now(fixture.clock.as_ref());
    submit(store, chore()).await;
    let kept = read(events, old[4].cursor).await;
    submit(fixture.elsewhere.store.as_ref(), chore()).await;
    assert_eq!(events.horizon().await.expect("readable"), Cursor::START);
    let elsewhere = fixture.elsewhere.store.forget_events(now, 10).await;
    assert_eq!(elsewhere.expect("forgotten"), 0);
    for (limit, forgotten) in [(3, 3), (3, 2), (3, 0)] {
        let count = store.forget_events(now, limit).await.expect("forgotten");
        assert_eq!(count, forgotten);
    }
    let other = fixture.other.events.as_ref();
    assert_eq!(other.horizon().await.expect("readable"), old[4].cursor);
    for after in [Cursor::START, old[2].cursor, old[4].cursor] {
        assert_eq!(read(other, after).await, kept);
    }
    let later = now.plus(Duration::from_secs(1));
    assert_eq!(store.forget_events(later, 10).await.expect("forgotten"), 1);
    let last = kept[0].cursor;
    assert_eq!(events.head().await.expect("readable"), last);
    assert_eq!(events.horizon().await.expect("readable"), last);
    let id = submit(store, chore()).await;
    let new = read(events, last).await;
    assert_eq!((new.len(), new[0].event.job), (1, id));
    assert!(new[0].cursor > last);
}
