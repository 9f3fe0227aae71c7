//! What a faked service is to the frame around it.

use std::any::Any;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::{Request, Response, StatusCode, Uri};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of the services that are faked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Service {
    /// Notion's API, at `/notion`.
    Notion,
    /// The ElevenLabs API, at `/elevenlabs`.
    ElevenLabs,
    /// An OpenAI-compatible speech server, at `/openai`.
    OpenAi,
    /// S3 in path style, at `/s3`.
    S3,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Notion, Self::ElevenLabs, Self::OpenAi, Self::S3];

    /// The name, which is the first segment of its paths.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notion => "notion",
            Self::ElevenLabs => "elevenlabs",
            Self::OpenAi => "openai",
            Self::S3 => "s3",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }
}

impl FromStr for Service {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::named(name).ok_or_else(|| format!("{name:?} is none of {names}"))
    }
}

/// A request read to its end. Its path is the service's own; [`FullUri`] has the one received.
pub(crate) type FakeRequest = Request<Bytes>;
/// A whole answer.
pub(crate) type FakeResponse = Response<Bytes>;
/// Held while the request is in flight; what a fake puts in is dropped with it.
pub(crate) type Admission = Box<dyn Any + Send>;

/// The address as the client wrote it (an extension of each request).
#[derive(Debug, Clone)]
pub(crate) struct FullUri(pub(crate) Uri);

/// How busy the service was when the request arrived (an extension of each request).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Requests in flight, this one included.
    #[cfg_attr(not(test), expect(dead_code, reason = "speech services tell it"))]
    pub(crate) in_flight: usize,
    /// The most there may be.
    #[cfg_attr(not(test), expect(dead_code, reason = "speech services tell it"))]
    pub(crate) maximum: Option<usize>,
}

/// How long after its creation a page stays out of listings (an extension set by a fault).
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShowLate(pub(crate) Duration);

/// What the frame itself answers with, in the words of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A status without further reason.
    Status(StatusCode),
    /// More requests than the rate allows.
    OverRate {
        /// When to come again.
        retry_after: Duration,
    },
    /// More requests at once than allowed.
    OverConcurrency {
        /// The most there may be.
        maximum: usize,
    },
}

/// A faked service: requests in, answers out, state kept between.
#[async_trait]
pub(crate) trait Fake: Send + Sync {
    /// Looks at a request when it arrives, before the latency has passed.
    fn admit(&self, _request: &FakeRequest) -> Result<Admission, FakeResponse> {
        Ok(Box::new(()))
    }

    /// Carries the request out.
    async fn respond(&self, request: FakeRequest) -> FakeResponse;

    /// The answer to a request that is not carried out.
    fn failure(&self, failure: Failure) -> FakeResponse;

    /// Back to the state of the start.
    fn reset(&self);

    /// What can be set while the service runs; null if nothing can.
    fn settings(&self) -> Value {
        Value::Null
    }

    /// Sets the fields that `changes` names, or says what is wrong with it and sets nothing.
    fn change(&self, _changes: &Value) -> Result<(), String> {
        Err("nothing can be set while this service runs".to_owned())
    }
}

/// `settings` with the fields that `changes` names set anew.
pub(crate) fn changed<T: Serialize + DeserializeOwned>(
    settings: &T,
    changes: &Value,
) -> Result<T, String> {
    let mut fields = serde_json::to_value(settings).unwrap_or_default();
    let changes = changes.as_object().ok_or("expected an object")?;
    for (name, value) in changes {
        fields[name] = value.clone();
    }
    serde_json::from_value(fields).map_err(|error| error.to_string())
}

/// An answer with a JSON body.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> FakeResponse {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json; charset=utf-8");
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, json);
    response
}

/// Sets `Retry-After` in whole seconds, as the services do.
pub(crate) fn with_retry_after(mut response: FakeResponse, wait: Duration) -> FakeResponse {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    let value = u64::try_from(seconds).unwrap_or(u64::MAX).into();
    response
        .headers_mut()
        .insert(hyper::header::RETRY_AFTER, value);
    response
}
