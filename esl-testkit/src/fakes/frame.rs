//! One request from its arrival to its answer: limits, faults, the service itself, and the log of it all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::faults::{Answer, FaultKind, Faults};
use super::limits::{Gate, ServiceLimits};
use super::log::Log;
use super::reply::Reply;
use super::service::{Failure, Fake, FakeRequest, FakeResponse, Service, ShowLate};

/// The services and all that stands around them.
pub(crate) struct Frame {
    lanes: BTreeMap<Service, Lane>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
}

struct Lane {
    fake: Arc<dyn Fake>,
    gate: Arc<Gate>,
}

impl Frame {
    pub(crate) fn new(
        fakes: impl IntoIterator<Item = (Service, ServiceLimits, Arc<dyn Fake>)>,
    ) -> Self {
        let lane = |(service, limits, fake)| {
            let gate = Arc::new(Gate::new(limits));
            (service, Lane { fake, gate })
        };
        Self {
            lanes: fakes.into_iter().map(lane).collect(),
            faults: Faults::default(),
            log: Log::new(),
        }
    }

    /// What the services take at present.
    pub(crate) fn limits(&self) -> BTreeMap<Service, ServiceLimits> {
        let limits = |(service, lane): (&Service, &Lane)| (*service, lane.gate.limits());
        self.lanes.iter().map(limits).collect()
    }

    pub(crate) fn set_limits(&self, service: Service, limits: ServiceLimits) {
        if let Some(lane) = self.lanes.get(&service) {
            lane.gate.set(limits);
        }
    }

    pub(crate) fn fake(&self, service: Service) -> Option<&dyn Fake> {
        Some(self.lanes.get(&service)?.fake.as_ref())
    }

    /// Forgets faults, log and the state of the services. Limits stay.
    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.log.clear();
        for lane in self.lanes.values() {
            lane.fake.reset();
        }
    }

    /// The service's own words for a request that never gets to it.
    pub(crate) fn failure(&self, service: Service, status: StatusCode) -> Option<FakeResponse> {
        let lane = self.lanes.get(&service)?;
        Some(lane.fake.failure(Failure::Status(status)))
    }

    /// Answers and logs a request; `None` if the service is not there.
    pub(crate) async fn exchange(&self, service: Service, request: FakeRequest) -> Option<Reply> {
        let lane = self.lanes.get(&service)?;
        let id = self.log.begin(service, &request);
        let reply = self.answer(service, lane, request, id).await;
        self.log.update(id, |entry| {
            if let Some(response) = reply.response() {
                entry.status = Some(response.status().as_u16());
                entry.reply = response.body().clone();
            }
            entry.ended = Some(Instant::now());
        });
        Some(reply)
    }

    async fn answer(
        &self,
        service: Service,
        lane: &Lane,
        mut request: FakeRequest,
        id: u64,
    ) -> Reply {
        let pass = match lane.gate.enter() {
            Ok(pass) => pass,
            Err(failure) => return Reply::Whole(lane.fake.failure(failure)),
        };
        request.extensions_mut().insert(pass.load);
        let fault = self.fault(service, &request, id);
        if let Some(FaultKind::Delay { by }) = fault {
            tokio::time::sleep(by).await;
        }
        let admission = match lane.fake.admit(&request) {
            Ok(admission) => admission,
            Err(response) => return Reply::Whole(*response),
        };
        // Even no time at all would take a tick of the timer.
        if !pass.latency.is_zero() {
            tokio::time::sleep(pass.latency).await;
        }
        let reply = carry_out(&lane.fake, request, fault).await;
        drop(admission);
        reply
    }

    fn fault(&self, service: Service, request: &FakeRequest, id: u64) -> Option<FaultKind> {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let fault = self.faults.next(service, method, path)?;
        let name = fault.name();
        self.log.update(id, |entry| entry.fault = Some(name));
        Some(fault)
    }
}

async fn carry_out(
    fake: &Arc<dyn Fake>,
    mut request: FakeRequest,
    fault: Option<FaultKind>,
) -> Reply {
    match fault {
        None | Some(FaultKind::Delay { .. }) => Reply::Whole(fake.respond(request).await),
        Some(FaultKind::Answer(answer)) => {
            if answer.applied {
                fake.respond(request).await;
            }
            Reply::Whole(replacement(fake.as_ref(), &answer))
        }
        Some(FaultKind::DropBefore) => Reply::Dropped,
        Some(FaultKind::DropAfter) => {
            fake.respond(request).await;
            Reply::Dropped
        }
        Some(FaultKind::Truncate) => Reply::Truncated(fake.respond(request).await),
        Some(FaultKind::Shorten) => {
            let half = |body: Bytes| body.slice(..body.len() / 2);
            Reply::Whole(fake.respond(request).await.map(half))
        }
        Some(FaultKind::Stall) => Reply::Stalled(fake.respond(request).await),
        Some(FaultKind::LateCommit { after }) => {
            let fake = Arc::clone(fake);
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                fake.respond(request).await;
            });
            Reply::Dropped
        }
        Some(FaultKind::LateVisibility { after }) => {
            request.extensions_mut().insert(ShowLate(after));
            Reply::Whole(fake.respond(request).await)
        }
    }
}

/// The answer of a fault. Headers that HTTP does not take are left out.
fn replacement(fake: &dyn Fake, answer: &Answer) -> FakeResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match &answer.body {
        None => fake.failure(Failure::Status(status)),
        Some(Value::String(text)) => Response::new(Bytes::from(text.clone())),
        Some(json) => {
            let mut response = Response::new(Bytes::from(json.to_string()));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
    };
    *response.status_mut() = status;
    for (name, value) in &answer.headers {
        let name = HeaderName::try_from(name.as_str());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value.as_str())) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
