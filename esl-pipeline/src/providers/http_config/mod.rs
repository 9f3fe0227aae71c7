//! Documents that a web service holds for a whole school.
//!
//! An answer is kept in memory, asked for again with its ETag, and taken as it is while its
//! `max-age` lasts. Nothing is written to the disk: profiles hold students' names. No redirect is
//! followed, so the token goes to the configured host alone.

mod cache;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use esl_core::ports::{ConfigDocument, ConfigError, ConfigPart, ConfigSource};
use esl_core::{Classify, ErrorKind, Retry, RetryPolicy};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, IF_NONE_MATCH};
use reqwest::{StatusCode, Url};
use secrecy::SecretString;

use super::http::{self, Answer, BaseUrl, HttpError};
use cache::{Cache, Kept};

/// Bytes of the largest document that is read.
const MOST_BYTES: usize = 1024 * 1024;

/// How to reach the service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HttpConfigOptions {
    /// Where the service is.
    pub endpoint: BaseUrl,
    /// Sent as bearer token.
    pub token: Option<SecretString>,
    /// The path of each document: after the endpoint's own, or in place of it if it begins with a
    /// slash. A document without one is not asked for. Default `/presets.json`, `/students.json`,
    /// `/voices.yml`, `/voices-catalog.json`.
    pub paths: BTreeMap<ConfigDocument, String>,
    /// How long one request may take. Default 10 s.
    pub timeout: Duration,
    /// How often and when a failed request is repeated. Default 3 attempts from 200 ms on.
    pub retry: RetryPolicy,
    /// Whether an answer of before is better than none. Default false.
    pub stale_if_error: bool,
}

impl HttpConfigOptions {
    /// The service at `endpoint`, all else as it is by default.
    #[must_use]
    pub fn new(endpoint: BaseUrl) -> Self {
        let paths = [
            (ConfigDocument::Presets, "/presets.json"),
            (ConfigDocument::Students, "/students.json"),
            (ConfigDocument::VoiceMap, "/voices.yml"),
            (ConfigDocument::VoiceCatalog, "/voices-catalog.json"),
        ];
        Self {
            endpoint,
            token: None,
            paths: paths
                .map(|(document, path)| (document, path.to_owned()))
                .into(),
            timeout: Duration::from_secs(10),
            retry: RetryPolicy {
                attempts: 3,
                base: Duration::from_millis(200),
                ..RetryPolicy::default()
            },
            stale_if_error: false,
        }
    }
}

/// Documents that a web service holds.
#[derive(Debug)]
pub struct HttpConfigSource {
    options: HttpConfigOptions,
    client: reqwest::Client,
    token: Option<HeaderValue>,
    cache: Cache,
}

/// The source cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the configuration service")]
pub struct SetupError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Classify for SetupError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Configuration
    }
}

/// Why one request gave no document.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("it answers {0}")]
    Status(StatusCode, Option<Duration>),
    #[error("the answer is not UTF-8")]
    NotText,
}

impl HttpConfigSource {
    /// A source that asks the service with these options.
    ///
    /// # Errors
    /// [`SetupError`] if the token cannot be sent, or a client cannot be made.
    pub fn new(options: HttpConfigOptions) -> Result<Self, SetupError> {
        let client = http::client(&options.endpoint, options.timeout);
        let client = client.map_err(|error| SetupError(error.into()))?;
        let header = |token| http::secret_header("Bearer ", token);
        let token = match &options.token {
            Some(token) => {
                let unfit = || SetupError("the token has characters that no header can".into());
                Some(header(token).ok_or_else(unfit)?)
            }
            None => None,
        };
        Ok(Self {
            options,
            client,
            token,
            cache: Cache::default(),
        })
    }

    fn address(&self, path: &str) -> Url {
        match path.starts_with('/') {
            true => self.options.endpoint.join_root(path),
            false => self.options.endpoint.join(&format!("/{path}")),
        }
    }

    /// The document as it is now, or nothing if it is as it was `kept`.
    async fn fetch(&self, url: &Url, kept: Option<&Kept>) -> Result<Answer, Failed> {
        let mut request = self.client.get(url.clone());
        request = request.header(ACCEPT, "application/json, application/yaml, text/*;q=0.9");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(etag) = kept.and_then(|kept| kept.etag.as_ref()) {
            request = request.header(IF_NONE_MATCH, etag.clone());
        }
        let answer = http::send(request, MOST_BYTES).await?;
        let is_usable = answer.status == StatusCode::OK
            || answer.status == StatusCode::NOT_MODIFIED && kept.is_some();
        if is_usable {
            return Ok(answer);
        }
        let after = answer.retry_after();
        Err(Failed::Status(answer.status, after))
    }

    async fn fetch_patiently(&self, url: &Url, kept: Option<&Kept>) -> Result<Answer, Failed> {
        let mut attempt = 1;
        loop {
            let failed = match self.fetch(url, kept).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            // Without dice: a request per document and run does not crowd a service.
            let delay = self
                .options
                .retry
                .delay(attempt, failed.retry(self.options.timeout), 0.5);
            let Some(delay) = delay else {
                return Err(failed);
            };
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }

    async fn text(&self, document: ConfigDocument, url: &Url) -> Result<String, Failed> {
        let kept = self.cache.get(document);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh(Instant::now())) {
            return Ok(kept.text.clone());
        }
        let answer = match (self.fetch_patiently(url, kept.as_ref()).await, kept) {
            (Err(failed), Some(kept)) if self.options.stale_if_error && failed.is_transient() => {
                tracing::warn!(%failed, "the configuration service fails, its last answer holds");
                return Ok(kept.text);
            }
            (Ok(answer), Some(kept)) if answer.status == StatusCode::NOT_MODIFIED => {
                let kept = kept.confirmed(&answer, Instant::now());
                self.cache.put(document, kept.clone());
                return Ok(kept.text);
            }
            (answer, _) => answer?,
        };
        let text = String::from_utf8(answer.body.to_vec()).map_err(|_| Failed::NotText)?;
        let kept = Kept::of(text, &answer, Instant::now());
        self.cache.put(document, kept.clone());
        Ok(kept.text)
    }
}

impl Failed {
    fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => !matches!(
                error,
                HttpError::Setup(_) | HttpError::NoTls { .. } | HttpError::TooLarge { .. }
            ),
            Self::Status(status, _) => status.is_server_error() || is_busy(*status),
            Self::NotText => false,
        }
    }

    /// A service that wants to be left alone for longer than `patience` is not asked again.
    fn retry(&self, patience: Duration) -> Retry {
        match self {
            Self::Status(_, Some(after)) if *after > patience => Retry::Never,
            Self::Status(status, Some(after)) if is_busy(*status) => Retry::After(*after),
            _ if self.is_transient() => Retry::Backoff,
            _ => Retry::Never,
        }
    }
}

fn is_busy(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::SERVICE_UNAVAILABLE
    )
}

#[async_trait]
impl ConfigSource for HttpConfigSource {
    /// A document that the service does not have (404) is none.
    async fn read(&self, document: ConfigDocument) -> Result<Vec<ConfigPart>, ConfigError> {
        let Some(path) = self.options.paths.get(&document) else {
            return Ok(Vec::new());
        };
        let url = self.address(path);
        let location = url.to_string();
        match self.text(document, &url).await {
            Ok(text) => Ok(vec![ConfigPart { text, location }]),
            Err(Failed::Status(StatusCode::NOT_FOUND, _)) => Ok(Vec::new()),
            Err(Failed::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _)) => {
                Err(ConfigError::Refused { document, location })
            }
            Err(failed) => Err(ConfigError::Unreadable {
                document,
                location,
                transient: failed.is_transient(),
                source: Box::new(failed),
            }),
        }
    }
}
