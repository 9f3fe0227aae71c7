//! What the service's refusals mean.
//!
//! There are three shapes of bodies and two generations of names in them (API reference, errors):
//! `code` is the newer name, `status` the older. The answer's own words are told, the words of a
//! lesson that a validation error may repeat are not.

use esl_core::ports::{TtsError, Turn};
use reqwest::StatusCode;
use serde::Deserialize;

use super::PROVIDER;
use crate::providers::invalid_field::InvalidField;

/// Most characters of the service's words that are told.
const MAX_MESSAGE: usize = 300;

/// What was asked for, as far as it decides what a refusal means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    /// Something about the account.
    Account,
    /// One line.
    Line(&'a Turn),
    /// A dialogue.
    Dialogue(&'a [Turn]),
}

impl<'a> Asked<'a> {
    fn turns(self) -> &'a [Turn] {
        match self {
            Self::Account => &[],
            Self::Line(turn) => std::slice::from_ref(turn),
            Self::Dialogue(turns) => turns,
        }
    }
}

/// A refusal as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The names of the reason, old and new.
    codes: Vec<String>,
    message: String,
    request_id: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Detail {
    Named {
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        status: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        request_id: Option<String>,
    },
    Invalid(Vec<InvalidField>),
    Text(String),
}

impl Refusal {
    /// Reads any of the three shapes; of anything else only that it was no JSON.
    pub(super) fn read(body: &[u8]) -> Self {
        let Ok(Body { detail }) = serde_json::from_slice(body) else {
            return Self {
                message: "it gave no reason".to_owned(),
                ..Self::default()
            };
        };
        match detail {
            Detail::Named {
                code,
                status,
                message,
                request_id,
            } => Self {
                codes: code.into_iter().chain(status).collect(),
                message: message.unwrap_or_default(),
                request_id,
            },
            Detail::Invalid(fields) => Self {
                message: InvalidField::list(&fields),
                ..Self::default()
            },
            Detail::Text(message) => Self {
                message,
                ..Self::default()
            },
        }
    }

    fn is(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&&**code))
    }

    /// The service's words, the reason's name and the number of the request.
    fn words(&self, status: StatusCode) -> String {
        let message: String = self.message.chars().take(MAX_MESSAGE).collect();
        let code = self.codes.first();
        let code = code.map_or_else(|| status.as_u16().to_string(), Clone::clone);
        let id = self.request_id.iter().map(|id| format!(", request {id}"));
        let id: String = id.collect();
        format!("{} ({code}{id})", message.trim_end_matches('.'))
    }

    /// The failure that it is.
    pub(super) fn into_error(self, status: StatusCode, asked: Asked<'_>) -> TtsError {
        let provider = PROVIDER.to_owned();
        let message = self.words(status);
        if self.is(&["insufficient_credits", "quota_exceeded"]) {
            return self.used_up();
        }
        if self.is(&["voice_not_found"])
            && let Some(turn) = self.turn_meant(asked.turns())
        {
            return TtsError::UnknownVoice {
                provider,
                voice: turn.voice.clone(),
            };
        }
        if matches!(asked, Asked::Dialogue(_)) && self.says_no_dialogue(status) {
            return TtsError::NoDialogue { provider, message };
        }
        if self.is(&["text_too_long"])
            && let [characters, max, ..] = *numbers(&self.message)
        {
            return TtsError::TooLong {
                provider,
                characters: usize::try_from(characters).unwrap_or(usize::MAX),
                max: usize::try_from(max).unwrap_or(usize::MAX),
            };
        }
        match status.as_u16() {
            401 if !self.is(&["missing_permissions"]) => TtsError::Unauthenticated { provider },
            401..=403 => TtsError::Forbidden { provider, message },
            408 | 425 | 500.. => TtsError::Unavailable {
                provider,
                message,
                source: None,
            },
            _ => TtsError::Refused { provider, message },
        }
    }

    /// Whether single lines may be spoken though the dialogue may not.
    fn says_no_dialogue(&self, status: StatusCode) -> bool {
        const PLAN: [&str; 3] = [
            "model_access_denied",
            "feature_not_available",
            "subscription_required",
        ];
        const MODEL: [&str; 2] = ["model_not_found", "unsupported_model"];
        match status {
            StatusCode::FORBIDDEN => self.is(&PLAN),
            StatusCode::BAD_REQUEST => self.is(&MODEL),
            StatusCode::NOT_FOUND => self.codes.is_empty() || self.is(&MODEL),
            _ => false,
        }
    }

    fn used_up(&self) -> TtsError {
        let message = self.message.to_lowercase();
        let before = |words: &str| {
            let (text, _) = message.split_once(words)?;
            numbers(text).last().copied()
        };
        TtsError::QuotaExhausted {
            provider: PROVIDER.to_owned(),
            needed: before("credits are required").or_else(|| before("credits required")),
            left: before("credits remaining"),
        }
    }

    /// The turn whose voice the message names, else the first.
    fn turn_meant<'t>(&self, turns: &'t [Turn]) -> Option<&'t Turn> {
        let named = |turn: &&Turn| self.message.contains(turn.voice.as_str());
        turns.iter().find(named).or_else(|| turns.first())
    }
}

/// The whole numbers in a message; thousands may be parted by commas.
fn numbers(message: &str) -> Vec<u64> {
    message
        .replace(',', "")
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use esl_core::{Classify as _, VoiceId, VoiceSettings};

    use super::*;

    fn turn(voice: &str) -> Turn {
        Turn {
            voice: VoiceId::parse(voice).unwrap(),
            text: "Hello.".to_owned(),
            settings: VoiceSettings::default(),
        }
    }

    fn named(code: &str, message: &str) -> String {
        format!(r#"{{"detail":{{"code":"{code}","message":"{message}","request_id":"r1"}}}}"#)
    }

    fn told(status: u16, body: &str, asked: Asked<'_>) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let error = Refusal::read(body.as_bytes()).into_error(status, asked);
        format!("{} | {error}", error.kind())
    }

    #[test]
    fn reasons_become_kinds_and_plain_words() {
        let line = turn("v1");
        for (status, body, expected) in [
            (
                401,
                r#"{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}"#.to_owned(),
                "unauthenticated | elevenlabs refused the credential",
            ),
            (
                401,
                named("missing_permissions", "The API key lacks text_to_speech."),
                "forbidden | the elevenlabs account may not do this: The API key lacks \
                 text_to_speech (missing_permissions, request r1)",
            ),
            (
                402,
                named("paid_plan_required", "Free users cannot use library voices via the API."),
                "forbidden | the elevenlabs account may not do this: Free users cannot use library \
                 voices via the API (paid_plan_required, request r1)",
            ),
            (
                401,
                r#"{"detail":{"status":"quota_exceeded","message":"This request exceeds your quota of 10000. You have 0 credits remaining, while 43 credits are required for this request."}}"#.to_owned(),
                "quota_exhausted | the elevenlabs account is used up: the request needs 43 credits, 0 are left",
            ),
            (
                402,
                named("insufficient_credits", "Top up."),
                "quota_exhausted | the elevenlabs account is used up",
            ),
            (
                404,
                named("voice_not_found", "A voice with voice_id 'v1' was not found."),
                "invalid_input | elevenlabs has no voice v1",
            ),
            (
                400,
                named("text_too_long", "Request text length (11418) exceeds the maximum text length of 10000 characters."),
                "invalid_input | 11418 characters in one request, elevenlabs takes at most 10000",
            ),
            (
                422,
                r#"{"detail":[{"type":"missing","loc":["body","text"],"msg":"Field required","input":{"text":"secret"}}]}"#.to_owned(),
                "invalid_input | elevenlabs refused the request: body.text: Field required (422)",
            ),
            (
                500,
                "<html>".to_owned(),
                "unavailable | elevenlabs failed: it gave no reason (500)",
            ),
        ] {
            assert_eq!(told(status, &body, Asked::Line(&line)), expected);
        }
    }

    #[test]
    fn where_only_the_dialogue_is_refused_lines_may_be_tried() {
        let turns = [turn("v1"), turn("v2")];
        for (status, body) in [
            (403, named("feature_not_available", "no")),
            (400, named("model_not_found", "no")),
            (404, r#"{"detail":"Not Found"}"#.to_owned()),
        ] {
            let dialogue = told(status, &body, Asked::Dialogue(&turns));
            assert!(
                dialogue.starts_with("forbidden | elevenlabs speaks no dialogues"),
                "{dialogue}"
            );
            let line = told(status, &body, Asked::Line(&turns[0]));
            assert!(!line.contains("dialogue"), "{line}");
        }
    }

    #[test]
    fn the_voice_that_is_missing_in_a_dialogue_is_named() {
        let turns = [turn("v1"), turn("v2")];
        let body = named(
            "voice_not_found",
            "A voice with voice_id 'v2' was not found.",
        );
        let told = told(404, &body, Asked::Dialogue(&turns));
        assert_eq!(told, "invalid_input | elevenlabs has no voice v2");
    }
}
