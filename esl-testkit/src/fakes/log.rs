//! What was asked of the services, and when.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::service::{FakeRequest, Service};

/// A request that was received.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The place in the log, counted from 0; it does not start again when the log is cleared.
    pub id: u64,
    /// Of whom it was asked.
    pub service: Service,
    /// The method in capitals.
    pub method: String,
    /// The path without the service's own segment: `/v1/pages`.
    pub path: String,
    /// What stands behind the question mark, as it was sent.
    pub query: Option<String>,
    /// The headers that say something about the request; never the credential.
    pub headers: BTreeMap<String, String>,
    /// The whole body.
    pub body: Bytes,
    /// The status answered; `None` while in flight or if no answer was given.
    pub status: Option<u16>,
    /// The body answered.
    pub reply: Bytes,
    /// The kind of fault that hit it, as named in JSON.
    pub fault: Option<&'static str>,
    /// When it was read to its end.
    pub started: Instant,
    /// When the answer was ready or the connection dropped; `None` while in flight.
    pub ended: Option<Instant>,
}

impl LoggedRequest {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn to_json(&self, origin: Instant) -> Value {
        let millis = |at: Instant| at.saturating_duration_since(origin).as_secs_f64() * 1000.0;
        json!({
            "id": self.id,
            "service": self.service,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": body_json(&self.body),
            "status": self.status,
            "reply": body_json(&self.reply),
            "fault": self.fault,
            "started_ms": millis(self.started),
            "ended_ms": self.ended.map(millis),
        })
    }
}

/// The most of these requests that were in flight at one time.
#[must_use]
pub fn most_in_flight(requests: &[LoggedRequest]) -> usize {
    let in_flight_at = |at: Instant| {
        let goes_on = |request: &&LoggedRequest| {
            request.started <= at && request.ended.is_none_or(|ended| ended > at)
        };
        requests.iter().filter(goes_on).count()
    };
    let starts = requests.iter().map(|request| in_flight_at(request.started));
    starts.max().unwrap_or_default()
}

/// JSON as JSON, text as a string, anything else as Base64.
fn body_json(body: &Bytes) -> Value {
    if let Ok(json) = serde_json::from_slice(body) {
        return json;
    }
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}

const HEADERS: [&str; 12] = [
    "accept",
    "content-length",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "notion-version",
    "range",
    "user-agent",
    "x-amz-checksum-sha256",
    "x-amz-content-sha256",
    "x-amz-copy-source",
];

fn telling(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |name: &str| {
        Some((
            name.to_owned(),
            headers.get(name)?.to_str().ok()?.to_owned(),
        ))
    };
    HEADERS.into_iter().filter_map(value).collect()
}

/// Requests that are kept.
const MOST: usize = 20_000;

/// The requests since the start or the last time it was cleared; of more than 20,000 the latest.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
    origin: Instant,
    /// Rung whenever an entry is made or changed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Entries {
    next_id: u64,
    requests: VecDeque<LoggedRequest>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self {
            entries: Mutex::default(),
            origin: Instant::now(),
            changed: Notify::new(),
        }
    }

    /// Ends when one of the service's requests fits.
    pub(crate) async fn until(&self, service: Service, fits: impl Fn(&LoggedRequest) -> bool) {
        let of_service = |request: &LoggedRequest| request.service == service && fits(request);
        self.until_some(1, of_service).await;
    }

    /// Ends when so many requests fit.
    pub(crate) async fn until_some(&self, count: usize, fits: impl Fn(&LoggedRequest) -> bool) {
        self.until_count(fits, |found| found >= count).await;
    }

    /// Ends when no request fits.
    pub(crate) async fn until_none(&self, fits: impl Fn(&LoggedRequest) -> bool) {
        self.until_count(fits, |found| found == 0).await;
    }

    async fn until_count(
        &self,
        fits: impl Fn(&LoggedRequest) -> bool,
        is_enough: impl Fn(usize) -> bool,
    ) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if is_enough(self.count(&fits)) {
                return;
            }
            changed.await;
        }
    }

    fn count(&self, fits: impl Fn(&LoggedRequest) -> bool) -> usize {
        let entries = self.lock();
        entries
            .requests
            .iter()
            .filter(|request| fits(request))
            .count()
    }

    /// Writes a request down as in flight.
    pub(crate) fn begin(&self, service: Service, request: &FakeRequest) -> u64 {
        let mut entries = self.lock();
        let id = entries.next_id;
        entries.next_id += 1;
        if entries.requests.len() == MOST {
            entries.requests.pop_front();
        }
        entries.requests.push_back(LoggedRequest {
            id,
            service,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(ToOwned::to_owned),
            headers: telling(request.headers()),
            body: request.body().clone(),
            status: None,
            reply: Bytes::new(),
            fault: None,
            started: Instant::now(),
            ended: None,
        });
        drop(entries);
        self.changed.notify_waiters();
        id
    }

    /// Completes what was written down; nothing if the log was cleared meanwhile.
    pub(crate) fn update(&self, id: u64, change: impl FnOnce(&mut LoggedRequest)) {
        let mut entries = self.lock();
        let entry = entries.requests.iter_mut().rev();
        if let Some(entry) = entry.into_iter().find(|entry| entry.id == id) {
            change(entry);
        }
        drop(entries);
        self.changed.notify_waiters();
    }

    pub(crate) fn requests(&self, service: Service) -> Vec<LoggedRequest> {
        let of_service = |request: &&LoggedRequest| request.service == service;
        let entries = self.lock();
        entries
            .requests
            .iter()
            .filter(of_service)
            .cloned()
            .collect()
    }

    pub(crate) fn to_json(&self, service: Option<Service>) -> Value {
        let wanted = |request: &&LoggedRequest| service.is_none_or(|it| it == request.service);
        let entries = self.lock();
        let requests = entries.requests.iter().filter(wanted);
        requests
            .map(|request| request.to_json(self.origin))
            .collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().requests.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;
    use std::time::Duration;

    fn request(headers: &[(&str, &str)]) -> FakeRequest {
        let mut builder = Request::post("/v1/pages?x=1");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Bytes::from_static(br#"{"a":1}"#)).unwrap()
    }

    #[test]
    fn a_request_is_logged_without_its_credential() {
        let log = Log::new();
        log.begin(
            Service::Notion,
            &request(&[("authorization", "Bearer x"), ("range", "bytes=0-1")]),
        );
        let logged = log.requests(Service::Notion).remove(0);
        assert_eq!(logged.headers.keys().collect::<Vec<_>>(), ["range"]);
        assert_eq!(
            (logged.path.as_str(), logged.query.as_deref()),
            ("/v1/pages", Some("x=1"))
        );
        assert_eq!(logged.json(), json!({"a": 1}));
        assert!(log.requests(Service::S3).is_empty());
    }

    #[test]
    fn requests_that_only_touch_in_time_are_not_in_flight_together() {
        let log = Log::new();
        for _ in 0..3 {
            log.begin(Service::S3, &request(&[]));
        }
        let mut requests = log.requests(Service::S3);
        let start = requests[0].started;
        for (request, (from, to)) in requests.iter_mut().zip([(0, 10), (10, 30), (20, 40)]) {
            request.started = start + Duration::from_millis(from);
            request.ended = Some(start + Duration::from_millis(to));
        }
        assert_eq!(most_in_flight(&requests), 2);
        assert_eq!(most_in_flight(&requests[..2]), 1);
        assert_eq!(most_in_flight(&[]), 0);
    }
}
