//! Text to speech.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{CancellationToken, Classify, ErrorKind, Retry, Voice, VoiceId, VoiceSettings};

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
    /// What the provider can do and how it is addressed in caches. Once voices were listed, it never
    /// changes; before, a provider that has to ask may know no more than what is documented.
    fn capabilities(&self) -> &TtsCapabilities;

    /// The voices on offer.
    ///
    /// # Errors
    /// [`TtsError::NotInstalled`], [`TtsError::Unavailable`], [`TtsError::Unauthenticated`],
    /// [`TtsError::Forbidden`].
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
    /// What else the provider was set up with that changes the sound, such as the format it
    /// delivers; part of the cache address. Empty for nothing.
    pub variant: String,
    /// Most characters (Unicode scalar values) of one turn.
    pub max_characters: usize,
    /// The values of [`SpeechSettings::stability`] that the model takes; empty for any from 0 to 1.
    pub stabilities: Vec<f64>,
    /// How it speaks several turns in one request, if it does.
    pub dialogue: Option<DialogueCapabilities>,
    /// Requests worth having under way at once.
    pub concurrency: usize,
    /// Whether speaking costs money.
    pub is_paid: bool,
    /// Whether [`Tts::voices`] lists every voice, so that any other is a mistake.
    pub lists_all_voices: bool,
}

/// What a provider can do in a request with several turns.
#[derive(Debug, Clone, PartialEq)]
pub struct DialogueCapabilities {
    /// The model or engine with its version; part of the cache address.
    pub model: String,
    /// Most characters (Unicode scalar values) of all turns together.
    pub max_characters: usize,
    /// Most turns.
    pub max_turns: usize,
    /// Most distinct voices.
    pub max_voices: usize,
    /// The values of [`SpeechSettings::stability`] that the model takes; empty for any from 0 to 1.
    pub stabilities: Vec<f64>,
}

/// What to say.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    /// The turns, in order; at least one.
    pub turns: Vec<Turn>,
    /// Whether to speak them as a dialogue, in which voices react to each other. Several turns are
    /// one always; a single turn may be a part of one. Only with [`TtsCapabilities::dialogue`].
    pub is_dialogue: bool,
    /// How to say it.
    pub settings: SpeechSettings,
}

/// Words of one speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The voice.
    pub voice: VoiceId,
    /// The words, without markup; not blank.
    pub text: String,
    /// How this voice is to sound; goes before [`SpeechRequest::settings`]. Not used in dialogues.
    pub settings: VoiceSettings,
}

/// How to say it. Providers ignore what they do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpeechSettings {
    /// ISO 639-1 code of the language.
    pub language: Option<String>,
    /// 0 (varied) to 1 (steady); one of the values that the model takes.
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
    /// Most requests that the account may have under way at once, if the provider says.
    pub max_concurrency: Option<usize>,
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
    /// The provider was set up with something that makes no sense.
    #[error("the settings of {provider} are wrong: {message}")]
    Misconfigured {
        /// The provider.
        provider: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The credential is missing or wrong.
    #[error("{provider} refused the credential")]
    Unauthenticated {
        /// The provider.
        provider: String,
    },
    /// The credential is good, but its account may not do this.
    #[error("the {provider} account may not do this: {message}")]
    Forbidden {
        /// The provider.
        provider: String,
        /// What it may not do.
        message: String,
    },
    /// The account or the model cannot speak dialogues; line by line it may.
    #[error("{provider} speaks no dialogues for this account: {message}")]
    NoDialogue {
        /// The provider.
        provider: String,
        /// Its reason.
        message: String,
    },
    /// The account's allowance is used up.
    #[error("the {provider} account is used up{}", credits(*.needed, *.left))]
    QuotaExhausted {
        /// The provider.
        provider: String,
        /// Credits that the request costs, if the provider says.
        needed: Option<u64>,
        /// Credits that are left, if the provider says.
        left: Option<u64>,
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

fn credits(needed: Option<u64>, left: Option<u64>) -> String {
    match (needed, left) {
        (Some(needed), Some(left)) => {
            format!(": the request needs {needed} credits, {left} are left")
        }
        (Some(needed), None) => format!(": the request needs {needed} credits"),
        _ => String::new(),
    }
}

impl Classify for TtsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotInstalled { .. } | Self::Misconfigured { .. } => ErrorKind::Configuration,
            Self::UnknownVoice { .. } | Self::TooLong { .. } | Self::Refused { .. } => {
                ErrorKind::InvalidInput
            }
            Self::Unauthenticated { .. } => ErrorKind::Unauthenticated,
            Self::Forbidden { .. } | Self::NoDialogue { .. } => ErrorKind::Forbidden,
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
            Self::Unauthenticated { .. } => {
                Some("check the key: is it whole, still valid, and of this account?".into())
            }
            Self::Unavailable { .. } | Self::Timeout { .. } | Self::RateLimited { .. } => {
                Some("run again in a while: what was spoken so far is kept".into())
            }
            Self::NoDialogue { .. } => Some("let it speak line by line: mode monologue".into()),
            Self::QuotaExhausted { .. } => Some(
                "top the account up, or wait until its allowance is renewed, and run again: what \
                 was spoken so far is kept and not paid for again"
                    .into(),
            ),
            _ => None,
        }
    }
}
