//! `notify.webhook`

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use esl_core::job::payload::NotifyWebhook;
use esl_core::job::{
    EventKind, EventView, FailureCode, Job, JobId, News, NotifyPhase, WebhookEndpoint,
};
use esl_core::ports::{EventLog, EventPage, JobError, JobStore};
use esl_core::{Retry, Secret};
use esl_jobs::notify::webhook::{DELIVERY_HEADER, SIGNATURE_HEADER, Webhook, WebhookConfig, sign};
use serde_json::{Value, json};

use crate::desk::{Desk, attempt, failure, saying, success};
use crate::receiver::{Answer, Receiver};

const SECRET: &str = "endpoint secret";

pub(crate) fn loopback() -> WebhookConfig {
    let mut config = WebhookConfig::default();
    config.allowed = vec!["127.0.0.0/8".parse().unwrap()];
    config
}

pub(crate) fn webhook(desk: &Desk, url: String, config: WebhookConfig) -> Webhook {
    let school = WebhookEndpoint {
        id: "school".into(),
        url,
        secret: Some(Secret::new(SECRET)),
    };
    let endpoints = NotifyPhase {
        webhook: vec![school],
        ..NotifyPhase::default()
    };
    Webhook::new(
        desk.jobs.clone(),
        desk.jobs.clone(),
        Arc::new(endpoints),
        config,
    )
    .unwrap()
}

/// One attempt to tell a receiver of a success.
async fn tell(receiver: &Receiver) -> Result<u64, JobError> {
    let desk = Desk::new();
    desk.ended(success()).await;
    let webhook = webhook(&desk, receiver.url(), loopback());
    let job = desk.notification::<NotifyWebhook>().await;
    let done = attempt(&webhook, &job).await?;
    Ok(done.output["status"].as_u64().unwrap())
}

/// What the live stream says of the end of a job.
async fn live(desk: &Desk, id: JobId) -> Value {
    let job = desk.jobs.jobs(&[id]).await.unwrap().remove(0);
    let all = EventPage::after(esl_core::job::Cursor::START, 1000);
    let events = desk.jobs.read(all).await.unwrap();
    let end = events.iter().find(|event| {
        event.event.job == id
            && event.event.kind == EventKind::StateChanged
            && event.event.state.is_terminal()
    });
    serde_json::to_value(EventView::of(end.unwrap(), &job)).unwrap()
}

#[tokio::test]
async fn the_message_is_what_the_live_stream_says_of_the_end() {
    for news in [success(), failure(), News::Cancelled { reason: None }] {
        let desk = Desk::new();
        let id = desk.ended(news).await;
        let receiver = Receiver::answering([]).await;
        let webhook = webhook(&desk, receiver.url(), loopback());
        let job = desk.notification::<NotifyWebhook>().await;
        attempt(&webhook, &job).await.unwrap();
        let heard = receiver.heard().remove(0);
        let body: Value = serde_json::from_slice(heard.body()).unwrap();
        assert_eq!(body, live(&desk, id).await);
        assert_eq!(body["job"].as_object().unwrap().len(), 29);
        assert_eq!(heard.uri().to_string(), "/hook?token=t0ken");
        assert_eq!(heard.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn an_edit_after_the_end_is_not_told_as_the_end() {
    let desk = Desk::new();
    let id = desk.ended(success()).await;
    let fields = serde_json::Map::from_iter([("preset".to_owned(), json!("b2"))]);
    let edit =
        esl_core::job::Report::about(id, esl_core::job::Actor::System, News::Edited { fields });
    desk.jobs
        .report(vec![edit])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let receiver = Receiver::answering([]).await;
    let webhook = webhook(&desk, receiver.url(), loopback());
    attempt(&webhook, &desk.notification::<NotifyWebhook>().await)
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(receiver.heard()[0].body()).unwrap();
    assert_eq!(body, live(&desk, id).await);
    assert!(body["payload"].get("edited").is_none());
    assert_eq!(body["job"]["preset"], "b2");
}

#[tokio::test]
async fn every_attempt_is_signed_and_bears_the_same_delivery_id() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let receiver = Receiver::answering([503.into()]).await;
    let webhook = webhook(&desk, receiver.url(), loopback());
    let job = desk.notification::<NotifyWebhook>().await;
    assert!(attempt(&webhook, &job).await.is_err());
    attempt(&webhook, &job).await.unwrap();
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    for message in heard {
        let expected = sign(&Secret::new(SECRET), message.body());
        assert_eq!(message.headers()[SIGNATURE_HEADER], expected);
        assert_eq!(message.headers()[DELIVERY_HEADER], job.head.id.to_string());
    }
}

#[tokio::test]
async fn a_batch_is_told_with_its_members() {
    let desk = Desk::new();
    let batch = desk
        .ended_batch(vec![success(), failure(), success()])
        .await;
    let receiver = Receiver::answering([]).await;
    let webhook = webhook(&desk, receiver.url(), loopback());
    attempt(&webhook, &desk.notification::<NotifyWebhook>().await)
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(receiver.heard()[0].body()).unwrap();
    assert_eq!(body["type"], "batch_finished");
    assert_eq!(body["batchId"], batch.to_string());
    assert_eq!(body["state"], "failed");
    let counts = json!({"total": 3, "succeeded": 2, "failed": 1, "cancelled": 0});
    assert_eq!(body["payload"], counts);
    let names: Vec<_> = body["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["fileName"])
        .collect();
    assert_eq!(names, ["unit1.md", "unit2.md", "unit3.md"]);
}

#[tokio::test]
async fn an_answer_decides_whether_to_try_again() {
    use FailureCode as Code;
    for (status, code, retry) in [
        (400, Code::PROVIDER_BAD_REQUEST, Retry::Never),
        (401, Code::PROVIDER_BAD_REQUEST, Retry::Never),
        (404, Code::PROVIDER_BAD_REQUEST, Retry::Never),
        (410, Code::PROVIDER_BAD_REQUEST, Retry::Never),
        (408, Code::TIMEOUT, Retry::Backoff),
        (429, Code::RATE_LIMITED, Retry::Backoff),
        (500, Code::PROVIDER_UNAVAILABLE, Retry::Backoff),
        (503, Code::PROVIDER_UNAVAILABLE, Retry::Backoff),
    ] {
        let receiver = Receiver::answering([status.into()]).await;
        let error = tell(&receiver).await.unwrap_err();
        assert_eq!((error.failure.code, error.retry), (code, retry), "{status}");
    }
    for status in [200, 202, 204] {
        let receiver = Receiver::answering([status.into()]).await;
        assert_eq!(tell(&receiver).await.unwrap(), u64::from(status));
    }
}

#[tokio::test]
async fn an_endpoint_may_say_when_to_come_back() {
    let mut answer = Answer::from(429);
    answer.headers = vec![("retry-after", "30".into())];
    let receiver = Receiver::answering([answer]).await;
    let error = tell(&receiver).await.unwrap_err();
    assert_eq!(error.retry, Retry::After(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::answering([]).await;
    let mut answer = Answer::from(307);
    answer.headers = vec![("location", elsewhere.url())];
    let receiver = Receiver::answering([answer]).await;
    let error = tell(&receiver).await.unwrap_err();
    assert_eq!(error.retry, Retry::Never);
    assert!(error.failure.message.contains("redirects are not followed"));
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_long_answer_is_left_alone() {
    let mut answer = Answer::from(200);
    answer.body = Bytes::from(vec![b'x'; 32 << 20]);
    let receiver = Receiver::answering([answer]).await;
    assert_eq!(tell(&receiver).await.unwrap(), 200);
}

#[tokio::test]
async fn an_endpoint_that_keeps_silent_is_given_up_for_now() {
    let mut answer = Answer::from(200);
    answer.after = Duration::from_secs(3600);
    let receiver = Receiver::answering([answer]).await;
    let desk = Desk::new();
    desk.ended(success()).await;
    let mut config = loopback();
    config.timeout = Duration::from_millis(200);
    let webhook = webhook(&desk, receiver.url(), config);
    let error = attempt(&webhook, &desk.notification::<NotifyWebhook>().await)
        .await
        .unwrap_err();
    assert_eq!(
        (error.failure.code, error.retry),
        (FailureCode::TIMEOUT, Retry::Backoff)
    );
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_before_anything_is_sent() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyWebhook>().await;
    let receiver = Receiver::answering([]).await;
    let port = receiver.address.port();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "0.0.0.0",
    ] {
        let url = format!("http://{host}:{port}/hook?token=t0ken");
        let webhook = webhook(&desk, url, WebhookConfig::default());
        let error = attempt(&webhook, &job).await.unwrap_err();
        assert_eq!(error.failure.code, FailureCode::ADDRESS_REFUSED, "{host}");
        assert_eq!(error.retry, Retry::Never);
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_is_judged_by_where_it_leads() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let receiver = Receiver::answering([]).await;
    let url = format!("http://localhost:{}/", receiver.address.port());
    let webhook = webhook(&desk, url, loopback());
    attempt(&webhook, &desk.notification::<NotifyWebhook>().await)
        .await
        .unwrap();
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test]
async fn no_error_tells_the_address_or_the_secret() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyWebhook>().await;
    let nobody = {
        let receiver = Receiver::answering([]).await;
        receiver.url()
    };
    let unreachable = webhook(&desk, nobody, loopback());
    let error = attempt(&unreachable, &job).await.unwrap_err();
    assert_eq!(
        (&error.failure.code, error.retry),
        (&FailureCode::NETWORK, Retry::Backoff)
    );
    assert!(!error.failure.message.contains("t0ken"));
    assert!(!format!("{unreachable:?}").contains(SECRET));
}

#[tokio::test]
async fn what_is_not_set_up_well_is_said_and_not_tried_again() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyWebhook>().await;
    let refuse = async |webhook: Webhook, job: &Job| {
        let error = attempt(&webhook, job).await.unwrap_err();
        assert_eq!(error.retry, Retry::Never);
        error.failure
    };
    let file = webhook(&desk, "file:///etc/passwd".into(), loopback());
    let failure = refuse(file, &job).await;
    assert_eq!(failure.code, FailureCode::ENDPOINT_MISCONFIGURED);

    let mut wish: NotifyWebhook = job.payload().unwrap();
    wish.endpoint_id = "nobody".into();
    let known = webhook(&desk, "https://example.com".into(), loopback());
    let failure = refuse(known, &saying(&job, &wish)).await;
    assert_eq!(failure.code, FailureCode::ENDPOINT_MISCONFIGURED);

    let unsigned = NotifyPhase {
        webhook: vec![WebhookEndpoint {
            id: "school".into(),
            url: "https://example.com".into(),
            secret: None,
        }],
        ..NotifyPhase::default()
    };
    let jobs = desk.jobs.clone();
    let unsigned = Webhook::new(jobs.clone(), jobs, Arc::new(unsigned), loopback()).unwrap();
    let failure = refuse(unsigned, &job).await;
    assert_eq!(failure.code, FailureCode::ENDPOINT_MISCONFIGURED);

    wish.endpoint_id = "school".into();
    wish.job_id = Some(JobId::new());
    let known = webhook(&desk, "https://example.com".into(), loopback());
    let failure = refuse(known, &saying(&job, &wish)).await;
    assert_eq!(failure.code, FailureCode::JOB_MISSING);
}
