//! The rules and words of OpenAI's own service.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::super::service::{FakeRequest, FakeResponse, json_response};
use super::order::{Order, SPEEDS};
use super::settings::OpenAiServer;

const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
];
const FORMATS: [&str; 6] = ["mp3", "opus", "aac", "flac", "wav", "pcm"];
const FIELDS: [&str; 7] = [
    "model",
    "input",
    "voice",
    "instructions",
    "response_format",
    "speed",
    "stream_format",
];

/// An error under `error`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OpenAiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl OpenAiError {
    fn new(status: StatusCode, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            param: None,
            message: message.into(),
        }
    }

    fn invalid(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, Some(code), message)
        }
    }

    fn unsupported(param: &str, value: &Value, supported: &[&str]) -> Self {
        let supported = supported.join("', '");
        let message = format!("Invalid value: {value}. Supported values are: '{supported}'.");
        Self::invalid("invalid_value", param, message)
    }

    /// A route or method that is not there.
    pub(super) fn no_route(request: &FakeRequest) -> Self {
        let (method, path) = (request.method(), request.uri().path());
        let message = format!("Invalid URL ({method} {path})");
        Self::new(StatusCode::NOT_FOUND, None, message)
    }

    /// What the service says with `status` when it says nothing more precise.
    pub(super) fn of_status(status: StatusCode) -> Self {
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Self::too_fast();
        }
        let kind = if status.is_server_error() {
            "server_error"
        } else {
            "invalid_request_error"
        };
        let message = "The server had an error while processing your request. Sorry about that!";
        Self {
            kind,
            ..Self::new(status, None, message)
        }
    }

    /// More requests than allowed.
    pub(super) fn too_fast() -> Self {
        Self {
            kind: "requests",
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                Some("rate_limit_exceeded"),
                "Rate limit reached for requests.",
            )
        }
    }

    fn no_credit() -> Self {
        Self {
            kind: "insufficient_quota",
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                Some("insufficient_quota"),
                "You exceeded your current quota, please check your plan and billing details.",
            )
        }
    }

    pub(super) fn response(&self) -> FakeResponse {
        let error = json!({
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        });
        json_response(self.status, &json!({ "error": error }))
    }
}

/// The credential is looked at before anything else.
pub(super) fn check_key(server: &OpenAiServer, request: &FakeRequest) -> Result<(), OpenAiError> {
    let Some(expected) = &server.api_key else {
        return Ok(());
    };
    let header = request.headers().get("authorization");
    let key = header
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .filter(|key| !key.is_empty());
    match key {
        Some(key) if key == expected => Ok(()),
        Some(_) => Err(OpenAiError::new(
            StatusCode::UNAUTHORIZED,
            Some("invalid_api_key"),
            "Incorrect API key provided.",
        )),
        None => Err(OpenAiError::new(
            StatusCode::UNAUTHORIZED,
            None,
            "You didn't provide an API key.",
        )),
    }
}

/// Reads and checks a request for speech.
pub(super) fn order(server: &OpenAiServer, request: &FakeRequest) -> Result<Order, OpenAiError> {
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let fields = body.as_object().ok_or_else(|| {
        let message = "We could not parse the JSON body of your request.";
        OpenAiError::new(StatusCode::BAD_REQUEST, None, message)
    })?;
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let message = format!("Unknown parameter: '{unknown}'.");
        return Err(OpenAiError::invalid("unknown_parameter", unknown, message));
    }
    check_model(server, text(fields, "model")?)?;
    let input = text(fields, "input")?;
    check_length(server, input)?;
    let voice = voice(fields)?;
    let format = choice(fields, "response_format", &FORMATS)?.unwrap_or("mp3");
    if !server.formats.iter().any(|known| known == format) {
        let known: Vec<&str> = server.formats.iter().map(String::as_str).collect();
        return Err(OpenAiError::unsupported(
            "response_format",
            &format.into(),
            &known,
        ));
    }
    optional_text(fields, "instructions")?;
    choice(fields, "stream_format", &["audio"])?;
    if !server.has_credit {
        return Err(OpenAiError::no_credit());
    }
    Ok(Order {
        input: input.to_owned(),
        voice,
        format: format.to_owned(),
        speed: speed(fields)?,
    })
}

fn check_model(server: &OpenAiServer, model: &str) -> Result<(), OpenAiError> {
    if server.models.iter().any(|known| known == model) {
        return Ok(());
    }
    let message = format!("The model `{model}` does not exist or you do not have access to it.");
    Err(OpenAiError::new(
        StatusCode::NOT_FOUND,
        Some("model_not_found"),
        message,
    ))
}

fn check_length(server: &OpenAiServer, input: &str) -> Result<(), OpenAiError> {
    let length = input.chars().count();
    if input.trim().is_empty() {
        let message = "Invalid 'input': empty string. Expected a string with minimum length 1.";
        return Err(OpenAiError::invalid("empty_string", "input", message));
    }
    match server.max_characters {
        Some(maximum) if length > maximum => {
            let message = format!(
                "Invalid 'input': string too long. Expected a string with maximum length \
                 {maximum}, but got a string with length {length} instead."
            );
            Err(OpenAiError::invalid(
                "string_above_max_length",
                "input",
                message,
            ))
        }
        _ => Ok(()),
    }
}

/// A name, or `{"id": name}`.
fn voice(fields: &Map<String, Value>) -> Result<String, OpenAiError> {
    let value = required(fields, "voice")?;
    let name = value.as_str().or_else(|| value["id"].as_str());
    name.filter(|name| VOICES.contains(name))
        .map(str::to_owned)
        .ok_or_else(|| OpenAiError::unsupported("voice", value, &VOICES))
}

fn speed(fields: &Map<String, Value>) -> Result<f64, OpenAiError> {
    let Some(value) = present(fields, "speed") else {
        return Ok(1.0);
    };
    let speed = value
        .as_f64()
        .ok_or_else(|| wrong_type("speed", "a decimal"))?;
    let code = if speed > *SPEEDS.end() {
        "decimal_above_max_value"
    } else if speed < *SPEEDS.start() {
        "decimal_below_min_value"
    } else {
        return Ok(speed);
    };
    let message = format!("Invalid 'speed': {speed} is not between 0.25 and 4.");
    Err(OpenAiError::invalid(code, "speed", message))
}

fn present<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    fields.get(key).filter(|value| !value.is_null())
}

fn required<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a Value, OpenAiError> {
    present(fields, key).ok_or_else(|| {
        let message = format!("Missing required parameter: '{key}'.");
        OpenAiError::invalid("missing_required_parameter", key, message)
    })
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a str, OpenAiError> {
    let text = required(fields, key)?.as_str();
    text.ok_or_else(|| wrong_type(key, "a string"))
}

fn optional_text<'a>(
    fields: &'a Map<String, Value>,
    key: &str,
) -> Result<Option<&'a str>, OpenAiError> {
    match present(fields, key) {
        Some(_) => text(fields, key).map(Some),
        None => Ok(None),
    }
}

fn choice<'a>(
    fields: &'a Map<String, Value>,
    key: &str,
    allowed: &[&str],
) -> Result<Option<&'a str>, OpenAiError> {
    match optional_text(fields, key)? {
        Some(word) if !allowed.contains(&word) => {
            Err(OpenAiError::unsupported(key, &word.into(), allowed))
        }
        word => Ok(word),
    }
}

fn wrong_type(key: &str, expected: &str) -> OpenAiError {
    let message = format!("Invalid type for '{key}': expected {expected}.");
    OpenAiError::invalid("invalid_type", key, message)
}
