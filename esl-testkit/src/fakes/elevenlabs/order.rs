//! What a request asks to be spoken, once its form has been checked.

use serde_json::Value;

use super::super::schema::{Faults, Fields};
use super::super::service::FakeRequest;
use super::format::OutputFormat;
use super::refusal::{Detail, Refusal};

/// The most bytes of a body.
const MAX_BODY: usize = 1 << 20;
const MAX_LOCATORS: usize = 3;
const MAX_REQUEST_IDS: usize = 3;
const NORMALIZATION: [&str; 3] = ["auto", "on", "off"];

/// A request for speech; one line, or those of a dialogue.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    pub(super) lines: Vec<Line>,
    pub(super) is_dialogue: bool,
    pub(super) model_id: String,
    pub(super) output_format: String,
    pub(super) language_code: Option<String>,
    pub(super) seed: Option<i64>,
    pub(super) stability: Option<f64>,
    pub(super) speed: f64,
    pub(super) normalization: Option<String>,
    /// The text before and after, as far as given: field and words.
    pub(super) context: Vec<(&'static str, String)>,
    /// Earlier and later requests, as far as given: field and id.
    pub(super) neighbours: Vec<(&'static str, String)>,
    pub(super) dictionaries: Vec<String>,
    pub(super) is_logged: bool,
}

/// Words and who speaks them.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) voice_id: String,
    pub(super) text: String,
}

impl Order {
    /// Reads a request to `/v1/text-to-speech/{voice_id}`.
    pub(super) fn speech(voice_id: &str, request: &FakeRequest) -> Result<Self, Refusal> {
        read(request, |fields, faults| {
            let text = fields.required_text(faults, "text");
            let mut order = Self::common(fields, faults, "eleven_multilingual_v2", "next_text");
            order.lines = vec![Line {
                voice_id: voice_id.to_owned(),
                text: text.unwrap_or_default().to_owned(),
            }];
            if let Some(settings) = fields.object(faults, "voice_settings") {
                order.stability = settings.number_in(faults, "stability", 0.0..=1.0);
                settings.number_in(faults, "similarity_boost", 0.0..=1.0);
                settings.number_in(faults, "style", 0.0..=1.0);
                settings.number_in(faults, "clone_strength", 0.0..=1.0);
                settings.boolean(faults, "use_speaker_boost");
                order.speed = settings.number(faults, "speed").unwrap_or(order.speed);
            }
            fields.boolean(faults, "apply_language_text_normalization");
            order
        })
    }

    /// Reads a request to `/v1/text-to-dialogue`.
    pub(super) fn dialogue(request: &FakeRequest) -> Result<Self, Refusal> {
        read(request, |fields, faults| {
            let inputs = fields.required_objects(faults, "inputs");
            let lines = inputs.iter().map(|input| Line {
                text: input
                    .required_text(faults, "text")
                    .unwrap_or_default()
                    .to_owned(),
                voice_id: input
                    .required_text(faults, "voice_id")
                    .unwrap_or_default()
                    .to_owned(),
            });
            let lines = lines.collect();
            let mut order = Self::common(fields, faults, "eleven_v3", "future_text");
            order.lines = lines;
            order.is_dialogue = true;
            if let Some(settings) = fields.object(faults, "settings") {
                order.stability = settings.number_in(faults, "stability", 0.0..=1.0);
                settings.number_in(faults, "similarity", 0.0..=1.0);
                settings.number_in(faults, "clone_strength", 0.0..=1.0);
            }
            order
        })
    }

    /// The fields that both have.
    fn common(
        fields: &Fields<'_>,
        faults: &mut Faults,
        default_model: &str,
        text_after: &'static str,
    ) -> Self {
        let context = ["previous_text", text_after]
            .into_iter()
            .filter_map(|key| Some((key, fields.text(faults, key)?.to_owned())))
            .collect();
        let neighbours = ["previous_request_ids", "next_request_ids"]
            .into_iter()
            .flat_map(|key| {
                let ids = fields.texts(faults, key, MAX_REQUEST_IDS);
                ids.into_iter().map(move |id| (key, id.to_owned()))
            })
            .collect();
        fields.boolean(faults, "use_pvc_as_ivc");
        fields.object(faults, "audio_effects");
        Self {
            lines: Vec::new(),
            is_dialogue: false,
            model_id: fields
                .text(faults, "model_id")
                .unwrap_or(default_model)
                .to_owned(),
            output_format: OutputFormat::DEFAULT.to_owned(),
            language_code: fields.text(faults, "language_code").map(str::to_owned),
            seed: fields.integer(faults, "seed"),
            stability: None,
            speed: 1.0,
            normalization: fields
                .choice(faults, "apply_text_normalization", &NORMALIZATION)
                .map(str::to_owned),
            context,
            neighbours,
            dictionaries: dictionaries(fields, faults),
            is_logged: true,
        }
    }

    /// Characters that are spoken, counted as code points.
    pub(super) fn characters(&self) -> usize {
        self.lines
            .iter()
            .map(|line| line.text.chars().count())
            .sum()
    }

    fn read_query(&mut self, request: &FakeRequest, faults: &mut Faults) {
        for (key, value) in query(request) {
            match key.as_str() {
                "output_format" => self.output_format = value,
                "enable_logging" => match value.as_str() {
                    "true" | "1" => self.is_logged = true,
                    "false" | "0" => self.is_logged = false,
                    _ => faults.query(
                        "bool_parsing",
                        &key,
                        "Input should be a valid boolean",
                        &value,
                    ),
                },
                "optimize_streaming_latency" if !matches!(value.parse(), Ok(0..=4)) => {
                    let message = "Input should be less than or equal to 4";
                    faults.query("less_than_equal", &key, message, &value);
                }
                _ => {}
            }
        }
    }
}

/// The parameters of the query, in order.
pub(super) fn query(request: &FakeRequest) -> Vec<(String, String)> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn read(
    request: &FakeRequest,
    read_fields: impl FnOnce(&Fields<'_>, &mut Faults) -> Order,
) -> Result<Order, Refusal> {
    let body = json_body(request)?;
    let mut faults = Faults::default();
    let order = faults
        .object(&body, vec!["body".into()])
        .map(|fields| read_fields(&fields, &mut faults));
    match order {
        Some(mut order) => {
            order.read_query(request, &mut faults);
            if faults.0.is_empty() {
                return Ok(order);
            }
            Err(Refusal::Schema(faults.0))
        }
        None => Err(Refusal::Schema(faults.0)),
    }
}

fn json_body(request: &FakeRequest) -> Result<Value, Refusal> {
    let body = request.body();
    if body.len() > MAX_BODY {
        return Err(Detail::too_large().into());
    }
    let content_type = request.headers().get("content-type");
    let is_json = content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        // The framework hands bodies of other types on as text, which is no object.
        return Ok(String::from_utf8_lossy(body).into_owned().into());
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("The request body is not valid JSON: {error}");
        Detail::invalid("malformed_json", message).into()
    })
}

fn dictionaries(fields: &Fields<'_>, faults: &mut Faults) -> Vec<String> {
    const KEY: &str = "pronunciation_dictionary_locators";
    let locators = fields.list(faults, KEY, MAX_LOCATORS).iter().enumerate();
    locators
        .filter_map(|(index, locator)| {
            let place = vec!["body".into(), KEY.into(), index.into()];
            let locator = faults.object(locator, place)?;
            locator.text(faults, "version_id");
            let id = locator.required_text(faults, "pronunciation_dictionary_id")?;
            Some(id.to_owned())
        })
        .collect()
}
