//! The rules and words of Kokoro-FastAPI.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::super::schema::{Faults, Fields};
use super::super::service::{FakeRequest, FakeResponse, json_response};
use super::order::{Order, SPEEDS};
use super::settings::OpenAiServer;

/// The voices that `/v1/audio/voices` lists.
pub(super) const VOICES: [&str; 12] = [
    "af_bella",
    "af_heart",
    "af_nicole",
    "af_sarah",
    "af_sky",
    "am_adam",
    "am_michael",
    "bf_emma",
    "bf_isabella",
    "bm_daniel",
    "bm_george",
    "bm_lewis",
];
/// Names of OpenAI's voices, for which the server has voices of its own.
const MAPPED: [&str; 9] = [
    "alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer",
];
const FORMATS: [&str; 6] = ["mp3", "opus", "aac", "flac", "wav", "pcm"];

/// An error under `detail`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KokoroError(StatusCode, Value);

impl KokoroError {
    fn new(status: StatusCode, error: &str, kind: &str, message: &str) -> Self {
        let detail = json!({ "error": error, "message": message, "type": kind });
        Self(status, detail)
    }

    fn invalid(error: &str, message: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            error,
            "invalid_request_error",
            message,
        )
    }

    /// A route that is not there.
    pub(super) fn no_route() -> Self {
        Self(StatusCode::NOT_FOUND, "Not Found".into())
    }

    /// What the server says with `status` when it says nothing more precise.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let message = "The server could not process the request.";
        Self::new(status, "processing_error", "server_error", message)
    }

    pub(super) fn response(&self) -> FakeResponse {
        json_response(self.0, &json!({ "detail": self.1 }))
    }
}

/// Reads and checks a request for speech.
pub(super) fn order(server: &OpenAiServer, request: &FakeRequest) -> Result<Order, KokoroError> {
    let unprocessable =
        |faults: Vec<Value>| KokoroError(StatusCode::UNPROCESSABLE_ENTITY, faults.into());
    let body: Value = serde_json::from_slice(request.body()).map_err(|_| {
        unprocessable(vec![json!({
            "type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error", "input": {},
        })])
    })?;
    let mut faults = Faults::default();
    let read = faults
        .object(&body, vec!["body".into()])
        .map(|fields| read(&fields, &mut faults));
    match read {
        Some((model, order)) if faults.0.is_empty() => {
            check(server, &model, &order)?;
            Ok(order)
        }
        _ => Err(unprocessable(faults.0)),
    }
}

/// The model and the order; fields it does not know pass.
fn read(fields: &Fields<'_>, faults: &mut Faults) -> (String, Order) {
    let order = Order {
        input: fields
            .required_text(faults, "input")
            .unwrap_or_default()
            .to_owned(),
        voice: fields
            .text(faults, "voice")
            .unwrap_or("af_heart")
            .to_owned(),
        format: fields
            .choice(faults, "response_format", &FORMATS)
            .unwrap_or("mp3")
            .to_owned(),
        speed: fields.number_in(faults, "speed", SPEEDS).unwrap_or(1.0),
    };
    fields.boolean(faults, "stream");
    fields.text(faults, "lang_code");
    fields.number(faults, "volume_multiplier");
    let model = fields.text(faults, "model").unwrap_or("kokoro");
    (model.to_owned(), order)
}

fn check(server: &OpenAiServer, model: &str, order: &Order) -> Result<(), KokoroError> {
    if !server.models.iter().any(|known| known == model) {
        let message = format!("Unsupported model: {model}");
        return Err(KokoroError::invalid("invalid_model", &message));
    }
    if let Some(voice) = parts(&order.voice).find(|name| !is_voice(name)) {
        let message = format!(
            "Voice '{voice}' not found. Available voices: {}",
            VOICES.join(", ")
        );
        return Err(KokoroError::invalid("validation_error", &message));
    }
    let length = order.input.chars().count();
    if order.input.trim().is_empty() || server.max_characters.is_some_and(|max| length > max) {
        let message = "The input is empty or too long";
        return Err(KokoroError::invalid("validation_error", message));
    }
    if !server.formats.contains(&order.format) {
        let message = format!("Format {} is not supported", order.format);
        return Err(KokoroError::invalid("validation_error", &message));
    }
    Ok(())
}

/// The voices of a mix such as `af_bella(2)+am_adam`.
fn parts(voice: &str) -> impl Iterator<Item = &str> {
    voice.split(['+', '-']).map(|part| {
        let name = part.split_once('(').map_or(part, |(name, _)| name);
        name.trim()
    })
}

fn is_voice(name: &str) -> bool {
    VOICES.contains(&name) || MAPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_names_its_voices_with_weights() {
        let mix: Vec<&str> = parts("af_bella(2)+am_adam - bf_emma(0.5)").collect();
        assert_eq!(mix, ["af_bella", "am_adam", "bf_emma"]);
    }
}
