//! A strict server with OpenAI's speech interface, in the dialects of two families of servers.

mod kokoro;
mod openai;
mod order;
mod settings;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

pub use settings::{Dialect, OpenAiServer};

use super::service::{
    Failure, Fake, FakeRequest, FakeResponse, changed, json_response, with_retry_after,
};
use kokoro::KokoroError;
use openai::OpenAiError;
use order::Order;

/// The fake server.
#[derive(Debug)]
pub struct FakeOpenAi {
    start: OpenAiServer,
    server: Mutex<OpenAiServer>,
}

impl FakeOpenAi {
    pub(crate) fn new(server: OpenAiServer) -> Self {
        Self {
            server: Mutex::new(server.clone()),
            start: server,
        }
    }

    /// The server as it is now.
    #[must_use]
    pub fn server(&self) -> OpenAiServer {
        self.lock().clone()
    }

    /// Changes the server.
    pub fn update(&self, change: impl FnOnce(&mut OpenAiServer)) {
        change(&mut self.lock());
    }

    /// The variables that point `esl` here.
    pub(crate) fn environment(&self, base: &str) -> Vec<(&'static str, String)> {
        let key = self.start.api_key.clone();
        let mut variables = vec![("OPENAI_BASE_URL", format!("{base}/openai/v1"))];
        variables.extend(key.map(|key| ("OPENAI_API_KEY", key)));
        variables
    }

    fn lock(&self) -> MutexGuard<'_, OpenAiServer> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Fake for FakeOpenAi {
    async fn respond(&self, request: FakeRequest) -> FakeResponse {
        let server = self.server();
        let answer = match server.dialect {
            Dialect::OpenAi => answer_openai(&server, &request).map_err(|error| error.response()),
            Dialect::Kokoro => answer_kokoro(&server, &request).map_err(|error| error.response()),
        };
        match answer {
            Ok(Answer::Speech(order)) => order.speak(server.seconds_per_character),
            Ok(Answer::Json(body)) => json_response(StatusCode::OK, &body),
            Err(refusal) => refusal,
        }
    }

    fn failure(&self, failure: Failure) -> FakeResponse {
        let dialect = self.server().dialect;
        let response = |status| match dialect {
            Dialect::OpenAi => OpenAiError::of_status(status).response(),
            Dialect::Kokoro => KokoroError::of_status(status).response(),
        };
        match failure {
            Failure::Status(status) => response(status),
            Failure::OverRate { retry_after } => {
                with_retry_after(response(StatusCode::TOO_MANY_REQUESTS), retry_after)
            }
            Failure::OverConcurrency { .. } => response(StatusCode::TOO_MANY_REQUESTS),
        }
    }

    fn reset(&self) {
        *self.lock() = self.start.clone();
    }

    fn settings(&self) -> Value {
        json!(self.server())
    }

    fn change(&self, changes: &Value) -> Result<(), String> {
        let changed = changed(&self.server(), changes)?;
        self.update(|current| *current = changed);
        Ok(())
    }
}

enum Answer {
    Speech(Order),
    Json(Value),
}

fn answer_openai(server: &OpenAiServer, request: &FakeRequest) -> Result<Answer, OpenAiError> {
    openai::check_key(server, request)?;
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/audio/speech") => openai::order(server, request).map(Answer::Speech),
        (&Method::GET, "/v1/models") => Ok(Answer::Json(models(server, "openai"))),
        _ => Err(OpenAiError::no_route(request)),
    }
}

fn answer_kokoro(server: &OpenAiServer, request: &FakeRequest) -> Result<Answer, KokoroError> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/audio/speech") => kokoro::order(server, request).map(Answer::Speech),
        (&Method::GET, "/v1/models") => Ok(Answer::Json(models(server, "kokoro"))),
        (&Method::GET, "/v1/audio/voices") => Ok(Answer::Json(json!({ "voices": kokoro::VOICES }))),
        _ => Err(KokoroError::no_route()),
    }
}

fn models(server: &OpenAiServer, owner: &str) -> Value {
    let model =
        |id: &String| json!({ "id": id, "object": "model", "created": 0, "owned_by": owner });
    let models: Vec<Value> = server.models.iter().map(model).collect();
    json!({ "object": "list", "data": models })
}
