//! Requests to the service and what comes back.

use std::time::Duration;

use esl_core::ports::TtsError;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use super::error::{Asked, Refusal};
use super::{ElevenLabsOptions, PROVIDER};
use crate::providers::http::{self, Answer, BaseUrl, HttpError};

const API_KEY: HeaderName = HeaderName::from_static("xi-api-key");
/// Largest sound or list that is read.
const MAX_BODY_BYTES: usize = 128 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Api {
    client: Client,
    base: BaseUrl,
    key: HeaderValue,
    timeout: Duration,
}

impl Api {
    pub(super) fn new(options: &ElevenLabsOptions) -> Result<Self, TtsError> {
        let client = http::client(&options.base_url, options.timeout);
        Ok(Self {
            client: client.map_err(|error| misconfigured(&error.to_string()))?,
            base: options.base_url.clone(),
            key: key(&options.api_key)?,
            timeout: options.timeout,
        })
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.base.join(path));
        request.header(API_KEY, self.key.clone())
    }

    /// Sends once, and reads the whole answer.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        asked: Asked<'_>,
    ) -> Result<Answer, TtsError> {
        let answer = http::send(request, MAX_BODY_BYTES).await;
        let answer = answer.map_err(|error| self.unanswered(error))?;
        match answer.status {
            status if status.is_success() => Ok(answer),
            StatusCode::TOO_MANY_REQUESTS => Err(TtsError::RateLimited {
                provider: PROVIDER.to_owned(),
                retry_after: answer.retry_after(),
            }),
            status => Err(Refusal::read(&answer.body).into_error(status, asked)),
        }
    }

    fn unanswered(&self, error: HttpError) -> TtsError {
        match error {
            HttpError::Timeout => TtsError::Timeout {
                provider: PROVIDER.to_owned(),
                after: self.timeout,
            },
            HttpError::Unreachable(_) => {
                unavailable(&format!("{} cannot be reached", self.base), error)
            }
            error => unavailable("the request came to nothing", error),
        }
    }
}

fn key(key: &SecretString) -> Result<HeaderValue, TtsError> {
    if key.expose_secret().trim().is_empty() {
        return Err(misconfigured("the API key is empty"));
    }
    http::secret_header("", key)
        .ok_or_else(|| misconfigured("the API key holds characters that no key has"))
}

fn misconfigured(message: &str) -> TtsError {
    TtsError::Misconfigured {
        provider: PROVIDER.to_owned(),
        message: message.to_owned(),
    }
}

/// A failure that may pass.
pub(super) fn unavailable(
    message: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> TtsError {
    TtsError::Unavailable {
        provider: PROVIDER.to_owned(),
        message: message.to_owned(),
        source: Some(Box::new(source)),
    }
}
