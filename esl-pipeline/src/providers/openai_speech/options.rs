//! What can be chosen.

use std::str::FromStr;
use std::time::Duration;

use esl_core::Voice;
use secrecy::SecretString;
use serde::Serialize;

use crate::providers::http::BaseUrl;

/// Which server speaks, and how. Plain data; begin with [`new`](Self::new) and change what differs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenAiSpeechOptions {
    /// Where the server is, with or without `/v1` at the end, such as `http://localhost:8880`.
    pub base_url: BaseUrl,
    /// The key, if the server wants one. Speech counts as paid for if there is one.
    pub api_key: Option<SecretString>,
    /// The model, in the server's word. Default `tts-1`, which compatible servers understand as a
    /// rule.
    pub model: String,
    /// The voices. Default: those that the server lists, or, where it lists none, those of OpenAI.
    pub voices: Vec<Voice>,
    /// What is delivered. Default MP3.
    pub format: SpeechFormat,
    /// The pace, 0.25 to 4. Default: the voice's own.
    pub speed: Option<f64>,
    /// How to speak, in words, for models that heed them.
    pub instructions: Option<String>,
    /// Most characters of one request; what is longer is cut at sentence ends. Default 4,096, OpenAI's
    /// own limit.
    pub max_characters: usize,
    /// Most requests under way at once. Default 2.
    pub concurrency: usize,
    /// Longest that one request may take, the sound included. Default 120 s.
    pub timeout: Duration,
}

impl OpenAiSpeechOptions {
    /// The defaults, for the server at `base_url`, without a key.
    #[must_use]
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            api_key: None,
            model: "tts-1".to_owned(),
            voices: Vec::new(),
            format: SpeechFormat::default(),
            speed: None,
            instructions: None,
            max_characters: 4096,
            concurrency: 2,
            timeout: Duration::from_secs(120),
        }
    }
}

/// The format that the server is asked for. What it delivers is seen from the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechFormat {
    /// MP3, of which recordings are made as it is.
    #[default]
    Mp3,
    /// 16-bit samples, which have to be encoded (cargo feature `mp3-encoder`).
    Wav,
}

impl SpeechFormat {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
        }
    }
}

impl FromStr for SpeechFormat {
    type Err = UnknownSpeechFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Mp3, Self::Wav]
            .into_iter()
            .find(|format| format.as_str() == name.trim())
            .ok_or_else(|| UnknownSpeechFormat(name.to_owned()))
    }
}

/// The text names no format of which a recording can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no usable speech format; use mp3 or wav")]
pub struct UnknownSpeechFormat(String);
