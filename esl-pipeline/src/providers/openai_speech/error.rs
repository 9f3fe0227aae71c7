//! What a server's refusals mean. Each has errors of its own form; OpenAI's, FastAPI's and plain text
//! are read.

use esl_core::ports::{TtsError, Turn};
use reqwest::StatusCode;
use serde::Deserialize;

use super::PROVIDER;
use crate::providers::invalid_field::InvalidField;

/// Most characters of the server's words that are told.
const MAX_MESSAGE: usize = 300;

/// A refusal as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The names of the reason.
    codes: Vec<String>,
    /// The field at fault.
    param: Option<String>,
    message: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Error { error: Reason },
    Detail { detail: Reason },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reason {
    Named {
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        error: Option<String>,
        #[serde(default, rename = "type")]
        kind: Option<String>,
        #[serde(default)]
        param: Option<String>,
    },
    Fields(Vec<InvalidField>),
    Text(String),
}

impl Refusal {
    pub(super) fn read(body: &[u8]) -> Self {
        let plain = |message: &str| Self {
            message: message.chars().take(MAX_MESSAGE).collect(),
            ..Self::default()
        };
        let reason = match serde_json::from_slice(body) {
            Ok(Body::Error { error }) => error,
            Ok(Body::Detail { detail }) => detail,
            Err(_) => match std::str::from_utf8(body).map(str::trim) {
                Ok(text) if !text.is_empty() && !text.starts_with(['<', '{']) => {
                    return plain(text);
                }
                _ => return plain("it gave no reason"),
            },
        };
        match reason {
            Reason::Named {
                message,
                code,
                error,
                kind,
                param,
            } => Self {
                codes: code.into_iter().chain(error).chain(kind).collect(),
                param,
                ..plain(&message.unwrap_or_default())
            },
            Reason::Fields(fields) => Self {
                param: fields
                    .iter()
                    .find_map(|field| field.name().map(str::to_owned)),
                ..plain(&InvalidField::list(&fields))
            },
            Reason::Text(message) => plain(&message),
        }
    }

    fn names(&self, what: &str) -> bool {
        self.param.as_deref() == Some(what) || self.codes.iter().any(|code| code.contains(what))
    }

    /// Whether it is about the voice: some servers say so only in words.
    fn is_about_voice(&self, turn: &Turn) -> bool {
        let names_it =
            || self.message.contains(turn.voice.as_str()) || self.message.contains("not found");
        self.names("voice") || self.message.to_lowercase().contains("voice") && names_it()
    }

    /// Whether the server does not know the field of this name.
    pub(super) fn is_unknown_field(&self, name: &str) -> bool {
        self.param.as_deref() == Some(name)
    }

    /// The failure that it is for `turn`.
    pub(super) fn into_error(self, status: StatusCode, turn: &Turn) -> TtsError {
        let provider = PROVIDER.to_owned();
        if status.is_client_error() && self.is_about_voice(turn) {
            return TtsError::UnknownVoice {
                provider,
                voice: turn.voice.clone(),
            };
        }
        let code = self.codes.first().map_or(status.as_str(), String::as_str);
        let message = format!("{} ({code})", self.message.trim_end_matches('.'));
        match status.as_u16() {
            _ if self.names("insufficient_quota") || status == StatusCode::PAYMENT_REQUIRED => {
                TtsError::QuotaExhausted {
                    provider,
                    needed: None,
                    left: None,
                }
            }
            401 => TtsError::Unauthenticated { provider },
            403 => TtsError::Forbidden { provider, message },
            408 | 409 | 425 | 500.. => TtsError::Unavailable {
                provider,
                message,
                source: None,
            },
            _ => TtsError::Refused { provider, message },
        }
    }
}

#[cfg(test)]
mod tests {
    use esl_core::{Classify as _, VoiceId, VoiceSettings};

    use super::*;

    #[test]
    fn reasons_become_kinds_and_plain_words() {
        let turn = Turn {
            voice: VoiceId::parse("af_sky").unwrap(),
            text: "Hello.".to_owned(),
            settings: VoiceSettings::default(),
        };
        for (status, body, expected) in [
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#,
                "unauthenticated | openai refused the credential",
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                "quota_exhausted | the openai account is used up",
            ),
            (
                400,
                r#"{"detail":{"error":"invalid_model","message":"Unsupported model: x","type":"invalid_request_error"}}"#,
                "invalid_input | openai refused the request: Unsupported model: x (invalid_model)",
            ),
            (
                400,
                r#"{"detail":{"error":"validation_error","message":"Voice 'af_sky' not found"}}"#,
                "invalid_input | openai has no voice af_sky",
            ),
            (
                400,
                r#"{"error":{"message":"bad","param":"voice","code":null}}"#,
                "invalid_input | openai has no voice af_sky",
            ),
            (
                422,
                r#"{"detail":[{"loc":["body","input"],"msg":"Field required","input":"secret"}]}"#,
                "invalid_input | openai refused the request: body.input: Field required (422)",
            ),
            (
                404,
                r#"{"detail":"Not Found"}"#,
                "invalid_input | openai refused the request: Not Found (404)",
            ),
            (
                503,
                "model is loading",
                "unavailable | openai failed: model is loading (503)",
            ),
            (
                502,
                "<html>",
                "unavailable | openai failed: it gave no reason (502)",
            ),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = Refusal::read(body.as_bytes()).into_error(status, &turn);
            assert_eq!(format!("{} | {error}", error.kind()), expected);
        }
    }
}
