//! Speech by any server with OpenAI's `/v1/audio/speech`: a local one or a hosted one.
//!
//! Models and voices are words that only the server understands. Nothing is retried here.
//!
//! Facts about the request are from OpenAI's API reference, those about servers from their own pages.

mod error;
mod options;
mod sound;
mod voices;

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use esl_core::ports::{Speech, SpeechRequest, Tts, TtsCapabilities, TtsError, Turn};
use esl_core::{CancellationToken, Digest, Voice, VoiceId};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use tokio::sync::OnceCell;

pub use options::{OpenAiSpeechOptions, SpeechFormat, UnknownSpeechFormat};

use super::http::{self, Answer, BaseUrl, HttpError};
use error::Refusal;
use sound::NoSound;

const PROVIDER: &str = "openai";
/// Largest answer that is read.
const MAX_BODY_BYTES: usize = 128 * 1024 * 1024;

/// One server.
#[derive(Debug)]
pub struct OpenAiSpeech {
    client: Client,
    base: BaseUrl,
    /// Marked as sensitive: never shown.
    authorization: Option<HeaderValue>,
    capabilities: TtsCapabilities,
    options: OpenAiSpeechOptions,
    listed: OnceCell<Vec<Voice>>,
    /// Whether the server has refused the field `stream`.
    knows_no_stream: AtomicBool,
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a str,
    voice: &'a VoiceId,
    response_format: SpeechFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<&'a str>,
    /// Some servers stream unless told not to, and then end without a word where they fail; others
    /// know no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
}

impl OpenAiSpeech {
    /// The server of `options`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`TtsError::Misconfigured`] if the key or the pace cannot be one.
    pub fn new(options: OpenAiSpeechOptions) -> Result<Self, TtsError> {
        let base = without_version(&options.base_url);
        let speeds = 0.25..=4.0;
        if let Some(speed) = options.speed.filter(|speed| !speeds.contains(speed)) {
            return Err(misconfigured(format!(
                "the pace {speed} is not from 0.25 to 4"
            )));
        }
        Ok(Self {
            client: http::client(&base, options.timeout)
                .map_err(|error| misconfigured(error.to_string()))?,
            authorization: authorization(&options)?,
            capabilities: TtsCapabilities {
                provider: PROVIDER.to_owned(),
                model: options.model.clone(),
                variant: variant(&base, &options),
                max_characters: options.max_characters.max(1),
                stabilities: Vec::new(),
                dialogue: None,
                concurrency: options.concurrency.max(1),
                is_paid: options.api_key.is_some(),
                lists_all_voices: false,
            },
            base,
            options,
            listed: OnceCell::new(),
            knows_no_stream: AtomicBool::new(false),
        })
    }

    async fn speak(&self, turn: &Turn) -> Result<Speech, TtsError> {
        let body = Body {
            model: &self.options.model,
            input: &turn.text,
            voice: &turn.voice,
            response_format: self.options.format,
            speed: turn.settings.speed.or(self.options.speed),
            instructions: self.options.instructions.as_deref(),
            stream: (!self.knows_no_stream.load(Relaxed)).then_some(false),
        };
        let mut answer = self.post(&body).await?;
        if answer.status.is_client_error() && Refusal::read(&answer.body).is_unknown_field("stream")
        {
            self.knows_no_stream.store(true, Relaxed);
            let stream = None;
            answer = self.post(&Body { stream, ..body }).await?;
        }
        if !answer.status.is_success() {
            return Err(refused(&answer, turn));
        }
        let audio = sound::read(answer.body).map_err(useless)?;
        let characters = turn.text.chars().count() as u64;
        Ok(Speech {
            audio,
            characters_billed: if self.capabilities.is_paid {
                characters
            } else {
                0
            },
            timings: Vec::new(),
            max_concurrency: None,
        })
    }

    async fn post(&self, body: &Body<'_>) -> Result<Answer, TtsError> {
        let post = self.client.post(self.base.join("/v1/audio/speech"));
        self.send(post.json(body)).await
    }

    /// The server's own list, or OpenAI's voices where it has none.
    async fn list(&self) -> Result<Vec<Voice>, TtsError> {
        let get = self.client.get(self.base.join("/v1/audio/voices"));
        let answer = self.send(get).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => {
                let provider = PROVIDER.to_owned();
                return Err(TtsError::Unauthenticated { provider });
            }
            status if status.is_server_error() => {
                return Err(TtsError::Unavailable {
                    provider: PROVIDER.to_owned(),
                    message: format!("it did not list its voices ({})", status.as_u16()),
                    source: None,
                });
            }
            status if !status.is_success() => return Ok(voices::built_in()),
            _ => {}
        }
        let listed = voices::read_list(&answer.body);
        let listed = listed.filter(|voices| !voices.is_empty());
        Ok(listed.unwrap_or_else(voices::built_in))
    }

    async fn send(&self, mut request: RequestBuilder) -> Result<Answer, TtsError> {
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let answer = http::send(request, MAX_BODY_BYTES).await;
        answer.map_err(|error| match error {
            HttpError::Timeout => TtsError::Timeout {
                provider: PROVIDER.to_owned(),
                after: self.options.timeout,
            },
            HttpError::Unreachable(_) => {
                unavailable(&format!("the server at {} is not there", self.base), error)
            }
            error => unavailable("the request came to nothing", error),
        })
    }

    /// The only turn, if the server would take it.
    fn only_turn<'r>(&self, request: &'r SpeechRequest) -> Result<&'r Turn, TtsError> {
        let provider = PROVIDER.to_owned();
        let [turn] = &*request.turns else {
            let turns = request.turns.len();
            let message = format!("{turns} turns in one request, it takes one");
            return Err(TtsError::Refused { provider, message });
        };
        let (characters, max) = (turn.text.chars().count(), self.capabilities.max_characters);
        if characters > max {
            return Err(TtsError::TooLong {
                provider,
                characters,
                max,
            });
        }
        Ok(turn)
    }
}

#[async_trait]
impl Tts for OpenAiSpeech {
    fn capabilities(&self) -> &TtsCapabilities {
        &self.capabilities
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        if !self.options.voices.is_empty() {
            return Ok(self.options.voices.clone());
        }
        self.listed.get_or_try_init(|| self.list()).await.cloned()
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        let turn = self.only_turn(request)?;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TtsError::Cancelled),
            speech = self.speak(turn) => speech,
        }
    }
}

fn refused(answer: &Answer, turn: &Turn) -> TtsError {
    let error = Refusal::read(&answer.body).into_error(answer.status, turn);
    match error {
        TtsError::QuotaExhausted { .. } => error,
        _ if answer.status == StatusCode::TOO_MANY_REQUESTS => TtsError::RateLimited {
            provider: PROVIDER.to_owned(),
            retry_after: answer.retry_after(),
        },
        error => error,
    }
}

/// Sound of another kind will be of another kind next time, too.
fn useless(sound: NoSound) -> TtsError {
    if sound.is_of_another_kind() {
        return TtsError::Refused {
            provider: PROVIDER.to_owned(),
            message: sound.to_string(),
        };
    }
    unavailable("its sound cannot be used", sound)
}

/// The address without `/v1`, with which many write it.
fn without_version(base: &BaseUrl) -> BaseUrl {
    let address = base.to_string();
    let shorter = address.strip_suffix("/v1").map(BaseUrl::parse);
    match shorter {
        Some(Ok(shorter)) => shorter,
        _ => base.clone(),
    }
}

/// Two servers with models of one name are not alike.
fn variant(base: &BaseUrl, options: &OpenAiSpeechOptions) -> String {
    let mut variant = format!("{base} {}", options.format.as_str());
    if let Some(speed) = options.speed {
        variant.push_str(&format!(" speed={speed}"));
    }
    if let Some(instructions) = &options.instructions {
        variant.push_str(&format!(" instructions={}", Digest::of(instructions)));
    }
    variant
}

fn authorization(options: &OpenAiSpeechOptions) -> Result<Option<HeaderValue>, TtsError> {
    let Some(key) = &options.api_key else {
        return Ok(None);
    };
    match http::secret_header("Bearer ", key) {
        Some(header) => Ok(Some(header)),
        None => Err(misconfigured(
            "the API key holds characters that no key has".to_owned(),
        )),
    }
}

fn misconfigured(message: String) -> TtsError {
    TtsError::Misconfigured {
        provider: PROVIDER.to_owned(),
        message,
    }
}

fn unavailable(message: &str, source: impl std::error::Error + Send + Sync + 'static) -> TtsError {
    TtsError::Unavailable {
        provider: PROVIDER.to_owned(),
        message: message.to_owned(),
        source: Some(Box::new(source)),
    }
}
