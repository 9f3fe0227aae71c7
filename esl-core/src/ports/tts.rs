//! Text to speech.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{CancellationToken, Classify, ErrorKind, Retry, Voice, VoiceId};

/// Turns words into sound.
///
/// Contract (`esl_testkit::conformance::tts`):
/// - `voices` lists every voice that `synthesize` accepts, in a stable order, each id once.
/// - `synthesize` speaks all turns of a request in order, as one recording; a request within
///   [`TtsCapabilities`] succeeds or fails as a whole and never returns a part of it as success.
/// - An unknown voice is [`TtsError::UnknownVoice`], text over the limit [`TtsError::TooLong`]; both
///   are told before anything is paid for.
/// - It does not retry: callers do, as [`Classify::retry`] advises.
/// - When `cancel` fires it returns [`TtsError::Cancelled`] soon and leaves no process behind.
#[async_trait]
pub trait Tts: fmt::Debug + Send + Sync + 'static {
    /// What the provider can do and how it is addressed in caches. Never changes.
    fn capabilities(&self) -> &TtsCapabilities;

    /// The voices on offer.
    ///
    /// # Errors
    /// [`TtsError::NotInstalled`], [`TtsError::Unavailable`], [`TtsError::Unauthenticated`].
    async fn voices(&self) -> Result<Vec<Voice>, TtsError>;

    /// Speaks `request`.
    ///
    /// # Errors
    /// Any [`TtsError`].
    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError>;
}

/// What a provider can do.
#[derive(Debug, Clone, PartialEq)]
pub struct TtsCapabilities {
    /// The provider's name; part of the cache address of what it speaks.
    pub provider: String,
    /// The model or engine with its version; part of the cache address.
    pub model: String,
    /// Most characters of one turn.
    pub max_characters: usize,
    /// Most turns of one request; above 1 the provider speaks dialogues.
    pub max_turns: usize,
    /// Requests worth having under way at once.
    pub concurrency: usize,
    /// Whether speaking costs money.
    pub is_paid: bool,
}

/// What to say.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    /// The turns, in order; at least one.
    pub turns: Vec<Turn>,
    /// How to say it.
    pub settings: SpeechSettings,
}

/// Words of one speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The voice.
    pub voice: VoiceId,
    /// The words, without markup; not blank.
    pub text: String,
}

/// How to say it. Providers ignore what they do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpeechSettings {
    /// ISO 639-1 code of the language.
    pub language: Option<String>,
    /// 0 (varied) to 1 (steady).
    pub stability: Option<f64>,
    /// Asks for the same sound for the same words.
    pub seed: Option<u32>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// The recording.
    pub audio: Audio,
    /// Characters that the provider charges for; 0 where speaking is free.
    pub characters_billed: u64,
    /// When each turn is spoken, if the provider says; then one entry per turn.
    pub timings: Vec<TurnTiming>,
}

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub enum Audio {
    /// Uncompressed, one channel.
    Pcm {
        /// Samples per second.
        sample_rate: u32,
        /// The samples.
        samples: Vec<i16>,
    },
    /// A complete MP3 file.
    Mp3(Bytes),
}

/// When a turn is spoken, from the start of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnTiming {
    /// Onset.
    pub start: Duration,
    /// End.
    pub end: Duration,
}

/// Speech failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TtsError {
    /// The engine is not on this machine.
    #[error("no offline speech engine is installed ({looked_for})")]
    NotInstalled {
        /// The programs looked for.
        looked_for: String,
        /// The one command that installs one.
        install: String,
    },
    /// The provider has no such voice.
    #[error("{provider} has no voice {voice}")]
    UnknownVoice {
        /// The provider.
        provider: String,
        /// The voice asked for.
        voice: VoiceId,
    },
    /// The text is over the provider's limit.
    #[error("{characters} characters in one request, {provider} takes at most {max}")]
    TooLong {
        /// The provider.
        provider: String,
        /// Characters asked for.
        characters: usize,
        /// The limit.
        max: usize,
    },
    /// The provider refuses the request as it is.
    #[error("{provider} refused the request: {message}")]
    Refused {
        /// The provider.
        provider: String,
        /// Its reason, without lesson text.
        message: String,
    },
    /// The credential is missing or wrong.
    #[error("{provider} refused the credential")]
    Unauthenticated {
        /// The provider.
        provider: String,
    },
    /// The account's allowance is used up.
    #[error("the {provider} account is used up")]
    QuotaExhausted {
        /// The provider.
        provider: String,
    },
    /// Too many requests for now.
    #[error("{provider} asks for fewer requests")]
    RateLimited {
        /// The provider.
        provider: String,
        /// How long to wait, if it said.
        retry_after: Option<Duration>,
    },
    /// The provider or engine failed in a way that may pass.
    #[error("{provider} failed: {message}")]
    Unavailable {
        /// The provider.
        provider: String,
        /// What was seen.
        message: String,
        /// What caused it, if that is known.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// No answer in time.
    #[error("{provider} did not answer within {} s", after.as_secs())]
    Timeout {
        /// The provider.
        provider: String,
        /// The time allowed.
        after: Duration,
    },
    /// The caller cancelled.
    #[error("speech was cancelled")]
    Cancelled,
}

impl Classify for TtsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotInstalled { .. } => ErrorKind::Configuration,
            Self::UnknownVoice { .. } | Self::TooLong { .. } | Self::Refused { .. } => {
                ErrorKind::InvalidInput
            }
            Self::Unauthenticated { .. } => ErrorKind::Unauthenticated,
            Self::QuotaExhausted { .. } => ErrorKind::QuotaExhausted,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::RateLimited {
                retry_after: Some(delay),
                ..
            } => Retry::After(*delay),
            _ if self.kind().is_transient() => Retry::Backoff,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled { install, .. } => Some(format!(
                "install one with `{install}`, or leave the audio out with --no-tts"
            )),
            _ => None,
        }
    }
}
