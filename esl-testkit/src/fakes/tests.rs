//! The frame over real HTTP: each kind of fault, limits, log and control.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::notion::PageTree;
use super::{Answer, Fakes, FakesOptions, Fault, Service, ServiceLimits, most_in_flight};

async fn fakes() -> Fakes {
    Fakes::start(FakesOptions::default()).await.unwrap()
}

/// A client that opens a connection for each request.
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

async fn call(
    fakes: &Fakes,
    method: Method,
    path: &str,
    body: Value,
) -> reqwest::Result<reqwest::Response> {
    let request = client()
        .request(method, format!("{}{path}", fakes.url(Service::Notion)))
        .bearer_auth(fakes.notion().token())
        .header("Notion-Version", "2026-03-11");
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    request.send().await
}

fn lesson(fakes: &Fakes, title: &str) -> Value {
    json!({
        "parent": {"data_source_id": fakes.notion().data_source_id()},
        "properties": {"Name": {"title": [{"text": {"content": title}}]}},
        "children": [{"paragraph": {"rich_text": [{"text": {"content": "Hello"}}]}}],
    })
}

async fn create(fakes: &Fakes) -> reqwest::Result<reqwest::Response> {
    call(fakes, Method::POST, "/v1/pages", lesson(fakes, "One")).await
}

/// Waits for something that has to come.
async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    let longest = Duration::from_secs(30);
    tokio::time::timeout(longest, waiting)
        .await
        .expect("it comes in the end");
}

fn titles(fakes: &Fakes) -> Vec<String> {
    let pages = fakes.notion().pages().into_iter();
    pages.map(|PageTree { title, .. }| title).collect()
}

#[tokio::test]
async fn a_page_is_created_listed_appended_to_and_found() {
    let fakes = fakes().await;
    let page: Value = create(&fakes).await.unwrap().json().await.unwrap();
    let id = page["id"].as_str().unwrap();

    let appended = json!({"children": [{"divider": {}}], "position": {"type": "start"}});
    let path = format!("/v1/blocks/{id}/children");
    let answer = call(&fakes, Method::PATCH, &path, appended).await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());

    let listed = call(&fakes, Method::GET, &path, Value::Null).await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    let types: Vec<_> = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| &block["type"])
        .collect();
    assert_eq!(types, ["divider", "paragraph"]);

    let source = fakes.notion().data_source_id();
    let query = json!({"filter": {"and": [
        {"property": "Name", "title": {"equals": "One"}},
        {"timestamp": "created_time", "created_time": {"on_or_after": page["created_time"]}},
    ]}});
    let path = format!("/v1/data_sources/{source}/query");
    let found = call(&fakes, Method::POST, &path, query).await.unwrap();
    let found: Value = found.json().await.unwrap();
    assert_eq!(found["results"][0]["id"], page["id"]);

    let logged = fakes.requests(Service::Notion);
    let lines: Vec<_> = logged
        .iter()
        .map(|it| (it.method.as_str(), it.status))
        .collect();
    assert_eq!(
        lines,
        [
            ("POST", Some(200)),
            ("PATCH", Some(200)),
            ("GET", Some(200)),
            ("POST", Some(200))
        ]
    );
    assert_eq!(
        logged[0].json()["children"][0]["paragraph"]["rich_text"][0]["text"]["content"],
        "Hello"
    );
    assert_eq!(most_in_flight(&logged), 1);
}

#[tokio::test]
async fn a_dropped_connection_leaves_no_effect_before_and_the_effect_after() {
    let fakes = fakes().await;
    fakes.inject(
        Service::Notion,
        Fault::drop_before().on("POST", "/v1/pages"),
    );
    assert!(create(&fakes).await.unwrap_err().is_request());
    assert!(titles(&fakes).is_empty());

    fakes.inject(Service::Notion, Fault::drop_after());
    assert!(create(&fakes).await.unwrap_err().is_request());
    assert_eq!(titles(&fakes), ["One"]);
    assert!(
        fakes
            .requests(Service::Notion)
            .iter()
            .all(|it| it.status.is_none() && it.ended.is_some())
    );
}

#[tokio::test]
async fn a_late_commit_shows_after_the_connection_was_dropped() {
    let fakes = fakes().await;
    let late = Fault::late_commit(Duration::from_millis(50));
    fakes.inject(Service::Notion, late);
    assert!(create(&fakes).await.is_err());
    assert!(titles(&fakes).is_empty());
    until(|| !titles(&fakes).is_empty()).await;
}

#[tokio::test]
async fn an_answer_of_the_fault_carries_status_headers_and_the_services_words() {
    let fakes = fakes().await;
    fakes.inject(
        Service::Notion,
        Fault::answer(Answer::status(429).header("Retry-After", 7)),
    );
    let refused = create(&fakes).await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "7");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(
        (&body["code"], &body["object"]),
        (&json!("rate_limited"), &json!("error"))
    );
    assert!(body["request_id"].is_string());
    assert!(titles(&fakes).is_empty());

    let overloaded = Answer::status(529).applied().body(json!({"a": 1}));
    fakes.inject(Service::Notion, Fault::answer(overloaded));
    let refused = create(&fakes).await.unwrap();
    assert_eq!(refused.status(), 529);
    assert_eq!(refused.json::<Value>().await.unwrap(), json!({"a": 1}));
    assert_eq!(titles(&fakes), ["One"]);
}

#[tokio::test]
async fn a_bad_gateway_speaks_html() {
    let fakes = fakes().await;
    fakes.inject(Service::Notion, Fault::html_bad_gateway());
    let refused = create(&fakes).await.unwrap();
    assert_eq!(refused.status(), 502);
    assert_eq!(refused.headers()["content-type"], "text/html");
    assert!(titles(&fakes).is_empty());
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_after_the_effect() {
    let fakes = fakes().await;
    fakes.inject(Service::Notion, Fault::truncate());
    let answer = create(&fakes).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());
    assert_eq!(titles(&fakes), ["One"]);
}

#[tokio::test]
async fn a_stalled_answer_starts_and_does_not_end() {
    let fakes = fakes().await;
    fakes.inject(Service::Notion, Fault::stall());
    let mut answer = create(&fakes).await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    let rest = tokio::time::timeout(Duration::from_millis(50), answer.chunk()).await;
    assert!(rest.is_err());
}

#[tokio::test]
async fn a_delayed_request_is_carried_out_even_if_the_client_hangs_up() {
    let fakes = fakes().await;
    fakes.inject(Service::Notion, Fault::delay(Duration::from_millis(200)));
    tokio::select! {
        answer = create(&fakes) => panic!("answered without delay: {answer:?}"),
        () = until(|| !fakes.requests(Service::Notion).is_empty()) => {}
    }
    assert!(titles(&fakes).is_empty());
    until(|| !titles(&fakes).is_empty()).await;
}

#[tokio::test]
async fn a_page_shown_late_stays_out_of_queries() {
    let clock = std::sync::Arc::new(crate::ManualClock::default());
    let mut options = FakesOptions::default();
    options.notion.clock = clock.clone();
    let fakes = Fakes::start(options).await.unwrap();
    let late = Fault::late_visibility(Duration::from_secs(3));
    fakes.inject(Service::Notion, late);
    assert_eq!(create(&fakes).await.unwrap().status(), 200);

    let path = format!("/v1/data_sources/{}/query", fakes.notion().data_source_id());
    let count = async || {
        let found = call(&fakes, Method::POST, &path, json!({})).await.unwrap();
        found.json::<Value>().await.unwrap()["results"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count().await, 0);
    clock.advance(Duration::from_secs(3));
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn of_two_appends_to_one_parent_at_once_the_later_conflicts() {
    let fakes = fakes().await;
    let page: Value = create(&fakes).await.unwrap().json().await.unwrap();
    let path = format!("/v1/blocks/{}/children", page["id"].as_str().unwrap());
    let limits = ServiceLimits {
        latency: Duration::from_millis(200),
        ..ServiceLimits::default()
    };
    fakes.set_limits(Service::Notion, limits);
    let append = || {
        call(
            &fakes,
            Method::PATCH,
            &path,
            json!({"children": [{"divider": {}}]}),
        )
    };
    let (one, two) = tokio::join!(append(), append());
    let mut statuses = [one, two].map(|answer| answer.unwrap().status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn faults_limits_log_and_state_are_controlled_over_http() {
    let fakes = fakes().await;
    let control = |method: Method, path: &str| {
        client().request(method, format!("{}{path}", fakes.control_url()))
    };
    let fault = json!({"service": "notion", "fault": {"kind": {"answer": {"status": 503}}}});
    let answer = control(Method::POST, "/faults")
        .json(&fault)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(create(&fakes).await.unwrap().status(), 503);
    assert_eq!(create(&fakes).await.unwrap().status(), 200);

    let log = control(Method::GET, "/log?service=notion")
        .send()
        .await
        .unwrap();
    let log: Value = log.json().await.unwrap();
    assert_eq!(
        (&log[0]["status"], &log[0]["fault"]),
        (&json!(503), &json!("answer"))
    );
    assert_eq!(
        log[1]["body"]["properties"]["Name"]["title"][0]["text"]["content"],
        "One"
    );

    let rate = json!({"notion": {"rate": {"per_second": 0.1, "burst": 1}}});
    control(Method::PUT, "/settings")
        .json(&rate)
        .send()
        .await
        .unwrap();
    assert_eq!(create(&fakes).await.unwrap().status(), 200);
    let refused = create(&fakes).await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"10".parse().unwrap())
    );

    control(Method::POST, "/reset").send().await.unwrap();
    assert!(titles(&fakes).is_empty());
    assert!(fakes.requests(Service::Notion).is_empty());

    let unknown = control(Method::POST, "/faults")
        .json(&json!({"service": "x"}))
        .send()
        .await
        .unwrap();
    assert_eq!(unknown.status(), 400);
    assert_eq!(
        control(Method::GET, "/nothing")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}
