//! Which server is played.

use serde::{Deserialize, Serialize};

/// The OpenAI-compatible server that is faked. Every field can be changed while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenAiServer {
    /// Whose rules and words.
    pub dialect: Dialect,
    /// The only key that is taken; without one nobody is asked for a key, as on a local server.
    pub api_key: Option<String>,
    /// Whether the account has credit left.
    pub has_credit: bool,
    /// The most characters of an input; no limit if absent.
    pub max_characters: Option<usize>,
    /// What `/v1/models` lists; synthesis takes exactly these.
    pub models: Vec<String>,
    /// The response formats it has, of `mp3`, `opus`, `wav` and `pcm`.
    pub formats: Vec<String>,
    /// How long a character is spoken at normal speed, in seconds.
    pub seconds_per_character: f64,
}

/// A family of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// OpenAI's own service: strict, errors under `error`.
    OpenAi,
    /// Kokoro-FastAPI: unknown fields pass, voices can be mixed, errors under `detail`.
    Kokoro,
}

impl OpenAiServer {
    /// OpenAI's own service with the key `fake-openai-key`.
    #[must_use]
    pub fn openai() -> Self {
        Self {
            dialect: Dialect::OpenAi,
            api_key: Some("fake-openai-key".to_owned()),
            has_credit: true,
            max_characters: Some(4096),
            models: names(&["tts-1", "tts-1-hd", "gpt-4o-mini-tts"]),
            formats: names(&["mp3", "opus", "wav", "pcm"]),
            seconds_per_character: 0.06,
        }
    }

    /// A local Kokoro-FastAPI, which asks for no key.
    #[must_use]
    pub fn kokoro() -> Self {
        Self {
            dialect: Dialect::Kokoro,
            api_key: None,
            max_characters: None,
            models: names(&["kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"]),
            ..Self::openai()
        }
    }
}

impl Default for OpenAiServer {
    fn default() -> Self {
        Self::openai()
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
