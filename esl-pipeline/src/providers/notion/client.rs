//! One request to Notion: paced, bounded, told apart from failures. Tries once.

use std::time::Duration;

use esl_core::ports::{NotionError, PermitKey};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, multipart};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::NotionConfig;
use super::error::{Failure, unanswered};
use super::pacing::{Pacer, Paused};
use crate::providers::http::{self, Answer, BaseUrl, CONNECT_TIMEOUT};

/// The version of the API that this adapter speaks. What its versions differ in is described in
/// Notion's "Versioning" and "Upgrade guides".
const VERSION: &str = "2026-03-11";

/// Bytes of an answer, at most: 100 blocks full of text are not half as large.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// How long to stay quiet if Notion wants fewer requests and does not say for how long.
const PAUSE: Duration = Duration::from_secs(1);

/// Speaks to Notion with one token.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: BaseUrl,
    authorization: HeaderValue,
    pacer: Pacer,
}

/// A request.
#[derive(Debug)]
pub(super) struct Call {
    /// What is attempted, for messages.
    pub(super) operation: &'static str,
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Body,
    about: (&'static str, String),
    timeout: Option<Duration>,
}

#[derive(Debug)]
enum Body {
    None,
    Json(Value),
    Form(multipart::Form),
}

fn pacer(config: &NotionConfig) -> Pacer {
    let pacer = Pacer::new(config.pace);
    match config.permits.clone() {
        Some(permits) => {
            let key = PermitKey::of("notion", config.token.expose_secret());
            pacer.sharing(permits, key)
        }
        None => pacer,
    }
}

impl Client {
    pub(super) fn new(config: &NotionConfig) -> Result<Self, NotionError> {
        let operation = "set up the connection to Notion";
        let authorization = http::secret_header("Bearer ", &config.token);
        let Some(authorization) = authorization else {
            return Err(NotionError::Refused {
                operation,
                message: "the token holds characters that no token has".to_owned(),
            });
        };
        let http = http::client(&config.base_url, config.timeout);
        Ok(Self {
            http: http.map_err(|error| unanswered(operation, Duration::ZERO, error))?,
            base: config.base_url.clone(),
            authorization,
            pacer: pacer(config),
        })
    }

    /// Makes the request and reads what it returns.
    pub(super) async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, NotionError> {
        let operation = call.operation;
        let answer = self.send(call).await?;
        answer.json().map_err(|error| NotionError::Unanswered {
            operation,
            after: Duration::ZERO,
            source: error.into(),
        })
    }

    /// Makes the request. What it returns does not matter.
    pub(super) async fn run(&self, call: Call) -> Result<(), NotionError> {
        self.send(call).await.map(drop)
    }

    async fn send(&self, mut call: Call) -> Result<Answer, NotionError> {
        let turn = self.pacer.turn().await;
        turn.map_err(|Paused(rest)| NotionError::RateLimited {
            retry_after: Some(rest),
        })?;
        let start = Instant::now();
        let request = self.request(&mut call);
        let answered = http::send(request, MAX_ANSWER).await;
        let duration_ms = start.elapsed().as_millis();
        // Connecting may have taken its time.
        let sent_for = start.elapsed().saturating_sub(CONNECT_TIMEOUT);
        let answer = answered.map_err(|error| {
            tracing::debug!(operation = call.operation, duration_ms, %error, "no answer from Notion");
            unanswered(call.operation, sent_for, error)
        })?;
        if answer.status.is_success() {
            tracing::debug!(operation = call.operation, duration_ms, "Notion answered");
            return Ok(answer);
        }
        let failure = Failure::of(&answer);
        tracing::debug!(operation = call.operation, duration_ms, %failure, "Notion answered");
        let error = failure.into_error(&call, sent_for, &answer);
        if let NotionError::RateLimited { retry_after } = &error {
            self.pacer.pause(retry_after.unwrap_or(PAUSE));
        }
        Err(error)
    }

    fn request(&self, call: &mut Call) -> RequestBuilder {
        let mut request = self
            .http
            .request(call.method.clone(), self.base.join(&call.path))
            .header(AUTHORIZATION, self.authorization.clone())
            .header("Notion-Version", VERSION);
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(timeout) = call.timeout {
            request = request.timeout(timeout);
        }
        match std::mem::replace(&mut call.body, Body::None) {
            Body::None => request,
            Body::Json(body) => request.json(&body),
            Body::Form(form) => request.multipart(form),
        }
    }
}

impl Call {
    fn new(operation: &'static str, method: Method, path: String, body: Body) -> Self {
        Self {
            operation,
            method,
            path,
            query: Vec::new(),
            body,
            about: ("thing", String::new()),
            timeout: None,
        }
    }

    pub(super) fn get(operation: &'static str, path: String) -> Self {
        Self::new(operation, Method::GET, path, Body::None)
    }

    pub(super) fn post(operation: &'static str, path: String, body: Value) -> Self {
        Self::new(operation, Method::POST, path, Body::Json(body))
    }

    pub(super) fn patch(operation: &'static str, path: String, body: Value) -> Self {
        Self::new(operation, Method::PATCH, path, Body::Json(body))
    }

    pub(super) fn delete(operation: &'static str, path: String) -> Self {
        Self::new(operation, Method::DELETE, path, Body::None)
    }

    pub(super) fn form(operation: &'static str, path: String, form: multipart::Form) -> Self {
        Self::new(operation, Method::POST, path, Body::Form(form))
    }

    /// Adds a parameter to the address.
    pub(super) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Lets the request take as long as this.
    pub(super) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says what is not there if Notion finds nothing.
    pub(super) fn about(mut self, what: &'static str, id: &impl ToString) -> Self {
        self.about = (what, id.to_string());
        self
    }

    /// That there is no such thing, or that it is not shared with the integration.
    pub(super) fn not_found(&self) -> NotionError {
        let (what, id) = &self.about;
        NotionError::NotFound {
            what,
            id: id.clone(),
        }
    }
}
