//! The fakes' own HTTP interface at `/control`: faults, limits, the log, what can be set of a
//! service, and back to the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::Fault;
use super::frame::Frame;
use super::limits::ServiceLimits;
use super::service::{Fake, FakeRequest, FakeResponse, Service, json_response};

const SERVICES: &str = "/services/";

/// What `/control` works on.
pub(crate) struct Control {
    pub(crate) frame: Arc<Frame>,
    /// The variables a client of the fakes is configured with.
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// The body of a request to inject a fault.
#[derive(Deserialize)]
struct Injection {
    service: Service,
    fault: Fault,
}

impl Control {
    pub(crate) fn respond(&self, request: &FakeRequest) -> FakeResponse {
        match self.answer(request) {
            Ok(body) => json_response(StatusCode::OK, &body),
            Err(refusal) => refusal,
        }
    }

    fn answer(&self, request: &FakeRequest) -> Result<Value, FakeResponse> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => Ok(json!({ "environment": self.environment() })),
            (&Method::GET, "/faults") => Ok(json!(self.frame.faults.all())),
            (&Method::POST, "/faults") => {
                let Injection { service, fault } = read(request)?;
                self.frame.faults.inject(service, fault);
                Ok(json!({}))
            }
            (&Method::DELETE, "/faults") => {
                self.frame.faults.clear();
                Ok(json!({}))
            }
            (&Method::GET, "/log") => Ok(self.frame.log.to_json(service_asked_for(request)?)),
            (&Method::DELETE, "/log") => {
                self.frame.log.clear();
                Ok(json!({}))
            }
            (&Method::GET, "/settings") => Ok(json!(self.frame.limits())),
            (&Method::PUT, "/settings") => {
                let settings: BTreeMap<Service, ServiceLimits> = read(request)?;
                for (service, limits) in settings {
                    self.frame.set_limits(service, limits);
                }
                Ok(json!(self.frame.limits()))
            }
            (&Method::POST, "/reset") => {
                self.frame.reset();
                Ok(json!({}))
            }
            (&Method::GET, path) if path.starts_with(SERVICES) => Ok(self.fake(path)?.settings()),
            (&Method::PATCH, path) if path.starts_with(SERVICES) => {
                let fake = self.fake(path)?;
                let bad = |message| refusal(StatusCode::BAD_REQUEST, message);
                fake.change(&read(request)?).map_err(bad)?;
                Ok(fake.settings())
            }
            (method, path) => Err(refusal(
                StatusCode::NOT_FOUND,
                format!("there is no {method} /control{path}"),
            )),
        }
    }

    /// The service that a path below `/services/` names.
    fn fake(&self, path: &str) -> Result<&dyn Fake, FakeResponse> {
        let name = path.strip_prefix(SERVICES).unwrap_or_default();
        let service = name.parse::<Service>();
        let fake = service.ok().and_then(|service| self.frame.fake(service));
        fake.ok_or_else(|| {
            refusal(
                StatusCode::NOT_FOUND,
                format!("there is no service {name:?}"),
            )
        })
    }

    fn environment(&self) -> BTreeMap<&str, &str> {
        let variables = self.environment.iter();
        variables
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }
}

fn read<'a, T: Deserialize<'a>>(request: &'a FakeRequest) -> Result<T, FakeResponse> {
    serde_json::from_slice(request.body())
        .map_err(|error| refusal(StatusCode::BAD_REQUEST, error.to_string()))
}

/// The `service=` of the query, if there is one.
fn service_asked_for(request: &FakeRequest) -> Result<Option<Service>, FakeResponse> {
    let Some(query) = request.uri().query() else {
        return Ok(None);
    };
    let service = query.strip_prefix("service=").and_then(Service::named);
    let unknown = || refusal(StatusCode::BAD_REQUEST, format!("unknown query {query:?}"));
    service.map(Some).ok_or_else(unknown)
}

fn refusal(status: StatusCode, message: String) -> FakeResponse {
    json_response(status, &json!({ "error": message }))
}
