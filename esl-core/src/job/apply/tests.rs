use super::*;
use crate::job::payload::NotifyEmail;
use crate::job::{Priority, UserId};

const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn follow_up() -> NewJob {
    NewJob::new(&NotifyEmail::default())
}

fn queued() -> JobHead {
    follow_up().owned_by(UserId::new()).admit(at(0), 0).job.head
}

fn running(worker: WorkerId) -> JobHead {
    claim(&queued(), worker, LEASE, at(10)).unwrap().head
}

fn in_state(state: JobState) -> JobHead {
    JobHead { state, ..queued() }
}

fn all_news() -> Vec<News> {
    let failure = Failure::new(FailureCode::NETWORK, "unplugged");
    vec![
        News::Progress {
            stage: None,
            data: Map::new(),
            output: Map::new(),
        },
        News::Succeeded { output: Map::new() },
        News::Failed {
            failure,
            retry_in: Some(LEASE),
        },
        News::GivenBack,
        News::LeaseLost,
        News::Cancelled { reason: None },
    ]
}

fn said_by_worker(head: &JobHead, news: News) -> Report {
    Report::of_attempt(head.attempt(), Actor::System, news)
}

fn fail(retry_in: Option<Duration>) -> News {
    let failure = Failure::new(FailureCode::RATE_LIMITED, "not so fast");
    News::Failed { failure, retry_in }
}

#[test]
fn nothing_said_about_a_job_that_has_ended_counts() {
    for state in JobState::ALL
        .into_iter()
        .filter(|state| state.is_terminal())
    {
        for news in all_news() {
            let report = Report::about(queued().id, Actor::System, news);
            let result = apply(&in_state(state), report, at(20));
            assert_eq!(result, Err(Ignored::Terminal(state)));
        }
    }
}

#[test]
fn nothing_said_by_a_worker_that_lost_the_job_counts() {
    let worker = WorkerId::new();
    let lost = running(worker);
    let next = JobHead {
        attempt: 2,
        ..lost.clone()
    };
    for news in all_news() {
        let report = said_by_worker(&lost, news);
        assert_eq!(apply(&next, report, at(99)), Err(Ignored::StaleAttempt));
    }
}

#[test]
fn the_same_result_twice_is_one_change() {
    let head = running(WorkerId::new());
    for news in [fail(Some(LEASE)), fail(None), News::GivenBack] {
        let report = said_by_worker(&head, news);
        let once = apply(&head, report.clone(), at(20)).unwrap();
        assert!(apply(&once.head, report, at(21)).is_err());
    }
}

#[test]
fn a_claim_raises_the_attempt_and_keeps_the_first_start() {
    let worker = WorkerId::new();
    let first = running(worker);
    assert_eq!((first.attempt, first.started_at), (1, Some(at(10))));
    assert_eq!(first.lease.unwrap().expires_at, at(70));
    let back = apply(&first, said_by_worker(&first, News::GivenBack), at(20));
    let second = claim(&back.unwrap().head, worker, LEASE, at(30))
        .unwrap()
        .head;
    assert_eq!((second.attempt, second.started_at), (2, Some(at(10))));
    assert!(claim(&second, worker, LEASE, at(40)).is_err());
}

#[test]
fn a_failure_that_may_pass_waits_and_never_shows_as_failed() {
    let head = running(WorkerId::new());
    let news = fail(Some(Duration::from_secs(5)));
    let change = apply(&head, said_by_worker(&head, news), at(20)).unwrap();
    assert_eq!(change.head.state, JobState::Queued);
    assert_eq!(change.head.next_attempt_at, Some(at(25)));
    assert_eq!(change.head.rank, Rank::new(at(25), Priority::NORMAL, 0));
    assert_eq!(change.event.data["errorCode"], "rate_limited");
    assert_eq!(change.event.data["attempt"], 1);
    assert!(change.event.data.contains_key("nextAttemptAt"));
}

#[test]
fn the_last_attempt_fails_the_job() {
    let head = JobHead {
        max_attempts: 1,
        ..running(WorkerId::new())
    };
    let change = apply(&head, said_by_worker(&head, fail(Some(LEASE))), at(20)).unwrap();
    assert_eq!(change.head.state, JobState::Failed);
    assert_eq!(change.head.finished_at, Some(at(20)));
    assert_eq!(change.head.lease, None);
}

#[test]
fn a_permanent_failure_fails_at_the_first_attempt() {
    let head = running(WorkerId::new());
    let change = apply(&head, said_by_worker(&head, fail(None)), at(20)).unwrap();
    assert_eq!(change.head.state, JobState::Failed);
}

#[test]
fn a_shutdown_costs_no_attempt_and_no_place() {
    let head = running(WorkerId::new());
    let back = apply(&head, said_by_worker(&head, News::GivenBack), at(20)).unwrap();
    assert_eq!(back.head.max_attempts, head.max_attempts + 1);
    assert_eq!(back.head.rank, head.rank);
    assert_eq!((back.head.lease, back.head.failure), (None, None));
}

#[test]
fn a_lease_that_lives_is_not_lost() {
    let head = running(WorkerId::new());
    let lost = |now| {
        apply(
            &head,
            Report::about(head.id, Actor::System, News::LeaseLost),
            now,
        )
    };
    assert_eq!(lost(at(69)), Err(Ignored::LeaseAlive));
    assert_eq!(lost(at(70)).unwrap().head.state, JobState::Queued);
}

#[test]
fn the_third_lost_worker_fails_the_job() {
    let mut head = queued();
    let mut states = Vec::new();
    for round in 0..3 {
        let now = at(round * 1000);
        head = claim(&head, WorkerId::new(), LEASE, now).unwrap().head;
        let report = Report::about(head.id, Actor::System, News::LeaseLost);
        head = apply(&head, report, now.plus(LEASE)).unwrap().head;
        states.push(head.state);
    }
    let queued = JobState::Queued;
    assert_eq!(states, [queued, queued, JobState::Failed]);
    assert_eq!(head.failure.unwrap().code, FailureCode::WORKER_LOST);
}

#[test]
fn cancelling_keeps_the_reason() {
    let reasons = [
        (Some("wrong file"), "wrong file"),
        (None, "Cancelled by user"),
    ];
    for head in [queued(), running(WorkerId::new())] {
        for (reason, error) in reasons {
            let reason = reason.map(str::to_owned);
            let news = News::Cancelled {
                reason: reason.clone(),
            };
            let report = Report::about(head.id, Actor::System, news);
            let change = apply(&head, report, at(20)).unwrap();
            assert_eq!(change.head.state, JobState::Cancelled);
            assert_eq!(change.head.finished_at, Some(at(20)));
            assert_eq!(change.head.cancel_reason, reason);
            assert_eq!(change.event.data["error"], error);
            assert_eq!(change.event.data["errorCode"], "cancelled");
        }
    }
}

#[test]
fn only_a_running_job_cannot_be_edited() {
    let fields = Map::from_iter([("preset".to_owned(), json!("b1"))]);
    for state in JobState::ALL {
        let head = in_state(state);
        let news = News::Edited {
            fields: fields.clone(),
        };
        let result = apply(&head, Report::about(head.id, Actor::System, news), at(20));
        if state == JobState::Running {
            assert_eq!(result, Err(Ignored::Running));
        } else {
            let change = result.unwrap();
            assert_eq!((change.head.state, change.payload), (state, fields.clone()));
            assert_eq!(change.event.data["edited"], json!(["preset"]));
        }
    }
}

#[test]
fn progress_says_the_stage_and_keeps_the_state() {
    let head = running(WorkerId::new());
    let news = News::Progress {
        stage: Some("tts".into()),
        data: Map::from_iter([("percentage".to_owned(), json!(40))]),
        output: Map::from_iter([("notionUrl".to_owned(), json!("https://example.com"))]),
    };
    let change = apply(&head, said_by_worker(&head, news), at(20)).unwrap();
    assert_eq!(change.head.state, JobState::Running);
    assert_eq!(change.head.stage.as_deref(), Some("tts"));
    assert_eq!(change.event.kind, EventKind::Progress);
    assert_eq!(change.event.data["percentage"], 40);
    assert!(change.output.contains_key("notionUrl"));
}

#[test]
fn what_follows_comes_with_the_change_and_not_without() {
    let head = running(WorkerId::new());
    let news = News::Succeeded { output: Map::new() };
    let report = said_by_worker(&head, news).chaining(vec![follow_up()]);
    let change = apply(&head, report.clone(), at(20)).unwrap();
    assert_eq!(change.chained, report.chained);
    assert!(apply(&change.head, report, at(21)).is_err());
}

#[test]
fn a_queued_job_can_only_fail_for_good() {
    let head = queued();
    let said = |news| apply(&head, Report::about(head.id, Actor::System, news), at(20));
    assert_eq!(said(fail(None)).unwrap().head.state, JobState::Failed);
    assert!(matches!(said(News::GivenBack), Err(Ignored::Illegal(_))));
    let succeeded = said(News::Succeeded { output: Map::new() });
    assert!(matches!(succeeded, Err(Ignored::Illegal(_))));
}
