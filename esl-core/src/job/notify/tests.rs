use serde_json::json;

use super::*;
use crate::Timestamp;
use crate::job::payload::LessonRun;
use crate::job::{
    Actor, Batch, Change, Failure, FailureCode, JobId, News, Payload, Report, UserId,
    WebhookEndpoint, WorkerId, apply, claim,
};

const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

fn phase() -> NotifyPhase {
    let school = WebhookEndpoint {
        id: "school".into(),
        url: "https://example.com/hook".into(),
        secret: None,
    };
    NotifyPhase {
        email: true,
        webhook: vec![school],
        ..NotifyPhase::default()
    }
}

fn to_all() -> Notify {
    phase().for_owner(Some("a@example.com".into())).unwrap()
}

fn running(notify: Option<Notify>, batch: Option<BatchId>) -> JobHead {
    let new = NewJob {
        notify,
        batch,
        ..NewJob::new(&LessonRun::default()).owned_by(UserId::new())
    };
    let head = new.admit(now(), 0).job.head;
    claim(&head, WorkerId::new(), LEASE, now()).unwrap().head
}

fn said(head: &JobHead, news: News) -> Change {
    apply(head, Report::about(head.id, Actor::System, news), now()).unwrap()
}

fn ends() -> [(JobState, News); 3] {
    let failure = Failure::new(FailureCode::NETWORK, "unplugged");
    let failed = News::Failed {
        failure,
        retry_in: None,
    };
    let output = serde_json::Map::new();
    [
        (JobState::Succeeded, News::Succeeded { output }),
        (JobState::Failed, failed),
        (JobState::Cancelled, News::Cancelled { reason: None }),
    ]
}

#[test]
fn nobody_is_told_unless_somebody_is_named_and_some_end_is_wanted() {
    let address = || Some("a@example.com".to_owned());
    assert_eq!(NotifyPhase::default().for_owner(address()), None);
    let mail_only = NotifyPhase {
        webhook: Vec::new(),
        ..phase()
    };
    assert_eq!(mail_only.for_owner(None), None);
    assert!(mail_only.for_owner(address()).is_some());
    let nothing = NotifyPhase {
        on_success: false,
        on_failure: false,
        ..phase()
    };
    assert_eq!(nothing.for_owner(address()), None);
    assert_eq!(phase().for_owner(None).unwrap().email, None);
}

#[test]
fn ends_are_told_as_the_switches_say() {
    use JobState::{Cancelled, Failed, Succeeded};
    for (on_success, on_failure, told) in [
        (true, true, vec![Succeeded, Failed, Cancelled]),
        (true, false, vec![Succeeded]),
        (false, true, vec![Failed, Cancelled]),
    ] {
        let notify = Notify {
            on_success,
            on_failure,
            ..to_all()
        };
        for (state, news) in ends() {
            let chained = said(&running(Some(notify.clone()), None), news).chained;
            let expected = if told.contains(&state) { 2 } else { 0 };
            assert_eq!(chained.len(), expected, "{state} {notify:?}");
        }
    }
}

#[test]
fn notifications_say_what_ended_how_and_whom_to_tell() {
    let head = running(Some(to_all()), None);
    let [(_, success), ..] = ends();
    let chained = said(&head, success).chained;
    let [mail, call] = &chained[..] else {
        panic!("{chained:?}")
    };
    assert_eq!(mail.kind, NotifyEmail::KIND);
    let expected = json!({"jobId": head.id, "event": "succeeded", "to": "a@example.com",
                          "manual": false});
    assert_eq!(
        serde_json::Value::Object(mail.payload.fields.clone()),
        expected
    );
    assert_eq!(
        (call.kind.clone(), call.max_attempts),
        (NotifyWebhook::KIND, 3)
    );
    let expected = json!({"jobId": head.id, "event": "succeeded", "endpointId": "school",
                          "manual": false});
    assert_eq!(
        serde_json::Value::Object(call.payload.fields.clone()),
        expected
    );
    for new in chained {
        assert_eq!((new.owner, new.parent), (head.owner, Some(head.id)));
        assert_eq!((new.notify, new.batch), (None, None));
    }
}

#[test]
fn what_is_not_the_end_is_not_told() {
    let head = running(Some(to_all()), Some(BatchId::new()));
    let failure = Failure::new(FailureCode::NETWORK, "unplugged");
    let retried = News::Failed {
        failure,
        retry_in: Some(LEASE),
    };
    for news in [News::GivenBack, retried] {
        let change = said(&head, news);
        assert_eq!((change.chained, change.left), (Vec::new(), None));
    }
    let [(_, success), ..] = ends();
    let ended = said(&head, success).head;
    let fields = serde_json::Map::from_iter([("preset".to_owned(), json!("b1"))]);
    let edited = said(&ended, News::Edited { fields });
    assert_eq!((edited.chained, edited.left), (Vec::new(), None));
}

#[test]
fn a_worker_lost_for_good_is_told_as_a_failure() {
    let head = JobHead {
        stalls: 2,
        ..running(Some(to_all()), None)
    };
    let report = Report::about(head.id, Actor::System, News::LeaseLost);
    let change = apply(&head, report, now().plus(LEASE)).unwrap();
    assert_eq!(change.chained[0].payload.fields["event"], "failed");
}

/// Ends members of a batch one after the other, and says which batch ends were told.
fn batch_of(notify: &Notify, ends: Vec<News>) -> (usize, Vec<String>) {
    let id = BatchId::new();
    let mut batch = Batch::of(id, ends.len() as u64);
    let (mut told_by_jobs, mut told) = (0, Vec::new());
    for news in ends {
        assert!(!batch.is_over());
        let change = said(&running(Some(notify.clone()), Some(id)), news);
        told_by_jobs += change.chained.len();
        assert_eq!(change.left, Some(id));
        for new in batch.member_ended(&change.head) {
            assert_eq!(new.payload.fields["batchId"], json!(id));
            assert!(!new.payload.fields.contains_key("jobId"));
            told.push(new.payload.fields["event"].as_str().unwrap().to_owned());
        }
    }
    assert!(batch.is_over());
    (told_by_jobs, told)
}

#[test]
fn a_batch_is_told_of_once_when_its_last_member_ended() {
    let [success, failure, cancel] = ends().map(|(_, news)| news);
    let twice = |state: &str| vec![state.to_owned(); 2];
    for (ends, state) in [
        (vec![&success, &success], "succeeded"),
        (vec![&success, &cancel, &success], "cancelled"),
        (vec![&failure, &cancel, &success], "failed"),
    ] {
        let ends = ends.into_iter().cloned().collect();
        assert_eq!(batch_of(&to_all(), ends), (0, twice(state)));
    }
}

#[test]
fn a_batch_that_ends_as_nobody_wants_to_know_is_not_told_of() {
    let [success, failure, _] = ends().map(|(_, news)| news);
    let failures_only = Notify {
        on_success: false,
        ..to_all()
    };
    let all_went_well = vec![success.clone(), success.clone()];
    assert_eq!(batch_of(&failures_only, all_went_well), (0, Vec::new()));
    let (_, told) = batch_of(&failures_only, vec![failure, success]);
    assert_eq!(told, ["failed", "failed"]);
}

#[test]
fn members_tell_of_themselves_where_the_batch_does_not() {
    let [success, ..] = ends().map(|(_, news)| news);
    let each = Notify {
        batch_only: false,
        ..to_all()
    };
    assert_eq!(
        batch_of(&each, vec![success.clone(), success]),
        (4, Vec::new())
    );
}

#[test]
fn what_follows_from_a_member_is_no_member() {
    let id = BatchId::new();
    let head = running(None, Some(id));
    let [(_, success), ..] = ends();
    let follower = NewJob {
        batch: Some(id),
        id: JobId::new(),
        ..NewJob::new(&LessonRun::default())
    };
    let report = Report::about(head.id, Actor::System, success).chaining(vec![follower]);
    let change = apply(&head, report, now()).unwrap();
    assert_eq!(change.chained[0].batch, None);
}
