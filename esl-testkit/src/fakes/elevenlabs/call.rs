//! The routes.

use hyper::{Method, StatusCode};

use super::refusal::Refusal;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call<'a> {
    Speech { voice: &'a str, form: Form },
    Dialogue { form: Form },
    Models,
    AllVoices,
    VoicePages,
    Voice(&'a str),
    Subscription,
    User,
}

/// The form in which speech is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) is_stream: bool,
    pub(super) has_times: bool,
}

impl<'a> Call<'a> {
    /// The call, or the framework's words for a route or method that is not there.
    pub(super) fn of(method: &Method, path: &'a str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let call = match segments.as_slice() {
            ["v1", "text-to-speech", voice, form @ ..] => {
                Form::of(form).map(|form| Self::Speech { voice, form })
            }
            ["v1", "text-to-dialogue", form @ ..] => {
                Form::of(form).map(|form| Self::Dialogue { form })
            }
            ["v1", "models"] => Some(Self::Models),
            ["v1", "voices"] => Some(Self::AllVoices),
            ["v2", "voices"] => Some(Self::VoicePages),
            ["v1", "voices", id] => Some(Self::Voice(id)),
            ["v1", "user", "subscription"] => Some(Self::Subscription),
            ["v1", "user"] => Some(Self::User),
            _ => None,
        };
        let call = call.ok_or(NO_ROUTE)?;
        if *method == call.method() {
            return Ok(call);
        }
        Err(Refusal::Plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "Method Not Allowed",
        ))
    }

    fn method(self) -> Method {
        match self {
            Self::Speech { .. } | Self::Dialogue { .. } => Method::POST,
            _ => Method::GET,
        }
    }

    /// What a key must be allowed for it.
    pub(super) fn permission(self) -> &'static str {
        match self {
            Self::Speech { .. } | Self::Dialogue { .. } => "text_to_speech",
            Self::Models => "models_read",
            Self::AllVoices | Self::VoicePages | Self::Voice(_) => "voices_read",
            Self::Subscription | Self::User => "user_read",
        }
    }
}

/// A route that is not there.
pub(super) const NO_ROUTE: Refusal = Refusal::Plain(StatusCode::NOT_FOUND, "Not Found");

impl Form {
    fn of(segments: &[&str]) -> Option<Self> {
        let (is_stream, has_times) = match segments {
            [] => (false, false),
            ["stream"] => (true, false),
            ["with-timestamps"] => (false, true),
            ["stream", "with-timestamps"] => (true, true),
            _ => return None,
        };
        Some(Self {
            is_stream,
            has_times,
        })
    }
}
