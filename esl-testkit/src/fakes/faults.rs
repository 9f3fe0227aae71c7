//! What goes wrong, and with which request.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::service::Service;

/// Something that goes wrong with some requests of one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method; any if absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests with such a path: `*` stands for one segment, `**` at the end for the rest.
    #[serde(default = "any_path")]
    pub path: String,
    /// The first of these requests to be hit, counted from 1 when the fault was injected.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many of them are hit.
    #[serde(default = "one")]
    pub times: u64,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultKind {
    /// Another answer than the service would give.
    Answer(Answer),
    /// Nothing happens for a time; then the request is carried out as usual.
    Delay {
        /// How long (`ms` in JSON).
        #[serde(rename = "ms", with = "super::millis")]
        by: Duration,
    },
    /// The connection is closed without an answer, and nothing has happened.
    DropBefore,
    /// The request is carried out; then the connection is closed without an answer.
    DropAfter,
    /// The request is carried out; the connection is closed in the middle of the answer's body.
    Truncate,
    /// The request is carried out; half of the answer's body arrives as if it were all.
    Shorten,
    /// The request is carried out; the answer stops in the middle of its body, the connection stays.
    Stall,
    /// The connection is closed without an answer; the request is carried out later.
    LateCommit {
        /// How long after the connection was closed (`after_ms` in JSON).
        #[serde(rename = "after_ms", with = "super::millis")]
        after: Duration,
    },
    /// The page that the request creates stays out of queries and searches for a time.
    LateVisibility {
        /// How long, by the clock of the fake Notion (`after_ms` in JSON).
        #[serde(rename = "after_ms", with = "super::millis")]
        after: Duration,
    },
}

/// An answer in place of the service's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers to set.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body: a string as it is, anything else as JSON. Without one the service's own words for
    /// the status are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Whether the request is carried out before.
    #[serde(default)]
    pub applied: bool,
}

impl Answer {
    /// An answer in the service's own words, without any effect.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: BTreeMap::new(),
            body: None,
            applied: false,
        }
    }

    /// Sets a header.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a number is passed as it is")]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers
            .insert(name.to_ascii_lowercase(), value.to_string());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Carries the request out before answering.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }
}

impl Fault {
    /// Hits the next request of the service.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self {
            method: None,
            path: any_path(),
            nth: 1,
            times: 1,
            kind,
        }
    }

    /// An error in the service's own words, without any effect.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::answer(Answer::status(status))
    }

    /// Any other answer.
    #[must_use]
    pub fn answer(answer: Answer) -> Self {
        Self::new(FaultKind::Answer(answer))
    }

    /// The page of a gateway in front of the service, without any effect.
    #[must_use]
    pub fn html_bad_gateway() -> Self {
        let page = "<html><head><title>502 Bad Gateway</title></head><body></body></html>";
        let answer = Answer::status(502).header("content-type", "text/html");
        Self::answer(answer.body(page))
    }

    /// Nothing happens for this long; then the request is carried out as usual.
    #[must_use]
    pub fn delay(by: Duration) -> Self {
        Self::new(FaultKind::Delay { by })
    }

    /// No answer, no effect.
    #[must_use]
    pub fn drop_before() -> Self {
        Self::new(FaultKind::DropBefore)
    }

    /// No answer to a request that was carried out.
    #[must_use]
    pub fn drop_after() -> Self {
        Self::new(FaultKind::DropAfter)
    }

    /// Half an answer to a request that was carried out, and the end of the connection.
    #[must_use]
    pub fn truncate() -> Self {
        Self::new(FaultKind::Truncate)
    }

    /// Half an answer to a request that was carried out, which ends as if it were whole.
    #[must_use]
    pub fn shorten() -> Self {
        Self::new(FaultKind::Shorten)
    }

    /// Half an answer to a request that was carried out, and nothing more.
    #[must_use]
    pub fn stall() -> Self {
        Self::new(FaultKind::Stall)
    }

    /// No answer; the request is carried out this long after.
    #[must_use]
    pub fn late_commit(after: Duration) -> Self {
        Self::new(FaultKind::LateCommit { after })
    }

    /// The page created stays out of queries and searches for this long.
    #[must_use]
    pub fn late_visibility(after: Duration) -> Self {
        Self::new(FaultKind::LateVisibility { after })
    }

    /// Only requests with this method and such a path.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = path.to_owned();
        self
    }

    /// From the nth of these requests on, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    /// So many of them.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// All of them.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let same_method = |wanted: &String| wanted.eq_ignore_ascii_case(method);
        self.method.as_ref().is_none_or(same_method) && path_matches(&self.path, path)
    }
}

fn any_path() -> String {
    "/**".to_owned()
}

fn one() -> u64 {
    1
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        if wanted == "**" {
            return true;
        }
        match segments.next() {
            Some(segment) if wanted == "*" || wanted == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// The faults that were injected, in that order.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Injected>>);

/// A fault and how many requests it has met.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Injected {
    service: Service,
    fault: Fault,
    met: u64,
}

impl Faults {
    pub(crate) fn inject(&self, service: Service, fault: Fault) {
        self.lock().push(Injected {
            service,
            fault,
            met: 0,
        });
    }

    /// What goes wrong with this request: the first fault whose turn it is. Each fault that the
    /// request matches counts it.
    pub(crate) fn next(&self, service: Service, method: &str, path: &str) -> Option<FaultKind> {
        let mut chosen = None;
        for injected in self.lock().iter_mut() {
            if injected.service != service || !injected.fault.matches(method, path) {
                continue;
            }
            injected.met += 1;
            let Fault { nth, times, .. } = injected.fault;
            let due = injected.met >= nth && injected.met - nth < times;
            if due && chosen.is_none() {
                chosen = Some(injected.fault.kind.clone());
            }
        }
        chosen
    }

    pub(crate) fn all(&self) -> Vec<Injected> {
        self.lock().clone()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Injected>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultKind {
    /// The name as in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::Delay { .. } => "delay",
            Self::DropBefore => "drop_before",
            Self::DropAfter => "drop_after",
            Self::Truncate => "truncate",
            Self::Shorten => "shorten",
            Self::Stall => "stall",
            Self::LateCommit { .. } => "late_commit",
            Self::LateVisibility { .. } => "late_visibility",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_star_stands_for_one_segment_and_two_for_the_rest() {
        assert!(path_matches(
            "/v1/blocks/*/children",
            "/v1/blocks/7/children"
        ));
        assert!(!path_matches(
            "/v1/blocks/*/children",
            "/v1/blocks/7/8/children"
        ));
        assert!(!path_matches("/v1/blocks/*", "/v1/blocks"));
        assert!(!path_matches("/v1/blocks", "/v1/blocks/7"));
        assert!(path_matches("/v1/**", "/v1/blocks/7/children"));
        assert!(path_matches("/**", "/"));
    }

    #[test]
    fn a_fault_hits_from_the_nth_request_that_matches_as_often_as_told() {
        let faults = Faults::default();
        let fault = Fault::drop_after().on("post", "/v1/pages").nth(2).times(2);
        faults.inject(Service::Notion, fault);
        let hit = |service, method| faults.next(service, method, "/v1/pages").is_some();
        assert!(!hit(Service::Notion, "GET"));
        assert!(!hit(Service::S3, "POST"));
        let hits = [(); 4].map(|()| hit(Service::Notion, "POST"));
        assert_eq!(hits, [false, true, true, false]);
    }

    #[test]
    fn of_two_faults_in_turn_the_first_injected_is_chosen() {
        let faults = Faults::default();
        faults.inject(Service::S3, Fault::drop_before());
        faults.inject(Service::S3, Fault::truncate().times(2));
        assert_eq!(
            faults.next(Service::S3, "GET", "/"),
            Some(FaultKind::DropBefore)
        );
        assert_eq!(
            faults.next(Service::S3, "GET", "/"),
            Some(FaultKind::Truncate)
        );
        assert_eq!(faults.next(Service::S3, "GET", "/"), None);
    }

    #[test]
    fn a_fault_is_written_in_json_as_it_is_read() {
        let read = |json: Value| serde_json::from_value::<Fault>(json).unwrap();
        assert_eq!(read(json!({"kind": "drop_before"})), Fault::drop_before());
        let late = json!({"kind": {"late_commit": {"after_ms": 300}}, "path": "/v1/pages", "method": "POST"});
        let expected = Fault::late_commit(Duration::from_millis(300)).on("POST", "/v1/pages");
        assert_eq!(read(late), expected);
        let answer = Fault::answer(Answer::status(429).header("Retry-After", 2).applied()).nth(3);
        assert_eq!(read(serde_json::to_value(&answer).unwrap()), answer);
    }
}
