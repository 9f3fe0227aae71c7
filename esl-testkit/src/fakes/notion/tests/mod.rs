//! One refused request for each rule, and what the accepted ones do.

mod block_rules;
mod limits;
mod listing;
mod lives;
mod page_rules;
mod transport;
mod upload_rules;

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FakeNotion, NotionOptions};
use crate::ManualClock;
use crate::fakes::service::{Fake, FakeRequest};

/// A fake Notion without a server, and the clock it goes by.
struct Bench {
    notion: FakeNotion,
    clock: Arc<ManualClock>,
}

/// A request in the making, right in all that is not changed.
struct Call<'a> {
    bench: &'a Bench,
    method: Method,
    path: String,
    body: Bytes,
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let options = NotionOptions {
            clock: clock.clone(),
            ..NotionOptions::default()
        };
        let notion = FakeNotion::new(options, "http://fake/notion".to_owned());
        Self { notion, clock }
    }

    fn call(&self, method: &str, path: impl Into<String>) -> Call<'_> {
        Call {
            bench: self,
            method: method.parse().unwrap(),
            path: path.into(),
            body: Bytes::new(),
            headers: vec![
                ("authorization", format!("Bearer {}", self.notion.token())),
                ("notion-version", "2026-03-11".to_owned()),
            ],
        }
    }

    fn lesson(&self, title: &str) -> Value {
        json!({
            "parent": {"data_source_id": self.notion.data_source_id()},
            "properties": {"Name": {"title": text(title)}},
        })
    }

    /// A lesson with these blocks.
    async fn page(&self, children: Value) -> Uuid {
        let mut body = self.lesson("One");
        body["children"] = children;
        let answer = self.call("POST", "/v1/pages").json(&body).send().await;
        answer.ok()["id"].as_str().unwrap().parse().unwrap()
    }

    async fn append(&self, parent: Uuid, body: Value) -> Answer {
        let path = format!("/v1/blocks/{parent}/children");
        self.call("PATCH", path).json(&body).send().await
    }

    async fn children(&self, parent: Uuid) -> Vec<Value> {
        let path = format!("/v1/blocks/{parent}/children");
        let listed = self.call("GET", path).send().await.ok();
        listed["results"].as_array().unwrap().clone()
    }

    /// The answer to blocks appended to an empty page.
    async fn appended(&self, children: Value) -> Answer {
        let page = self.page(json!([])).await;
        self.append(page, json!({ "children": children })).await
    }
}

impl Call<'_> {
    fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into();
        self.header("content-type", "application/json")
    }

    fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    fn old(self) -> Self {
        self.header("notion-version", "2025-09-03")
    }

    fn request(self) -> FakeRequest {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(self.body).unwrap()
    }

    async fn send(self) -> Answer {
        let notion = &self.bench.notion;
        let response = notion.respond(self.request()).await;
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert!(body["request_id"].is_string(), "{body}");
        Answer { status, body }
    }
}

impl Answer {
    fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Refused with this status and code, for a reason that contains `reason`.
    fn is(&self, status: u16, code: &str, reason: &str) {
        let told = (self.status, self.body["code"].as_str().unwrap_or_default());
        let message = self.body["message"].as_str().unwrap_or_default();
        assert_eq!(told, (status, code), "{message}");
        assert_eq!(self.body["status"], status);
        assert!(
            message.contains(reason),
            "{message:?} does not say {reason:?}"
        );
    }

    fn invalid(&self, reason: &str) {
        self.is(400, "validation_error", reason);
    }
}

fn text(content: &str) -> Value {
    json!([{"text": {"content": content}}])
}

fn paragraph(content: &str) -> Value {
    json!({"paragraph": {"rich_text": text(content)}})
}

/// A block of a type that only has a text, with these children.
fn with_children(kind: &str, children: Value) -> Value {
    json!({kind: {"rich_text": text("x"), "children": children}})
}

fn kinds(blocks: &[Value]) -> Vec<&str> {
    blocks
        .iter()
        .map(|block| block["type"].as_str().unwrap())
        .collect()
}
