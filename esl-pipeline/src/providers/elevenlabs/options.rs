//! What can be chosen.

use std::time::Duration;

use esl_core::Voice;
use secrecy::SecretString;
use serde::Serialize;

use super::OutputFormat;
use crate::providers::http::BaseUrl;

/// How ElevenLabs is used. Plain data; begin with [`new`](Self::new) and change what differs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ElevenLabsOptions {
    /// The account's API key.
    pub api_key: SecretString,
    /// Where the service is. Default [`BASE_URL`](Self::BASE_URL); accounts with data residency have
    /// addresses of their own.
    pub base_url: BaseUrl,
    /// The model for single lines. Default `eleven_multilingual_v2`.
    pub model: String,
    /// The model for dialogues. Default `eleven_v3`.
    pub dialogue_model: String,
    /// What is delivered. Default `mp3_44100_128`.
    pub output_format: OutputFormat,
    /// Whether numbers and abbreviations are written out before they are spoken. Default auto.
    pub text_normalization: TextNormalization,
    /// Most characters of one line; what is longer is cut at sentence ends. Default: the model's own
    /// limit.
    pub max_characters: Option<usize>,
    /// Most characters of one dialogue request. Default 2,000, the most that the API reference
    /// recommends.
    pub max_dialogue_characters: usize,
    /// Most requests under way at once. Default 3; what the account allows bounds it, too.
    pub concurrency: usize,
    /// Longest that one request may take, the sound included. Default 120 s.
    pub timeout: Duration,
    /// The voices to choose from. Default: all of the account.
    pub catalog: Option<Vec<Voice>>,
}

impl ElevenLabsOptions {
    /// The public address of the service.
    pub const BASE_URL: &str = "https://api.elevenlabs.io";

    /// The defaults, for the account with this key.
    #[must_use]
    pub fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            base_url: BaseUrl::parse(Self::BASE_URL).expect("it is an https address"),
            model: "eleven_multilingual_v2".to_owned(),
            dialogue_model: "eleven_v3".to_owned(),
            output_format: OutputFormat::default(),
            text_normalization: TextNormalization::default(),
            max_characters: None,
            max_dialogue_characters: 2000,
            concurrency: 3,
            timeout: Duration::from_secs(120),
            catalog: None,
        }
    }
}

/// Whether numbers and abbreviations are written out before they are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextNormalization {
    /// The model decides.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

impl TextNormalization {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
    }
}
