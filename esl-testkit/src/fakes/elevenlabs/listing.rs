//! What the service tells about voices: the whole list, pages of it, one voice.

use serde_json::{Value, json};

use super::super::schema::Faults;
use super::super::service::FakeRequest;
use super::catalog::{CatalogVoice, VOICES};
use super::order;
use super::refusal::{Detail, Refusal};

const DEFAULT_PAGE: usize = 10;
const MAX_PAGE: usize = 100;

/// The answer to `GET /v1/voices`.
pub(super) fn all_voices() -> Value {
    let voices: Vec<Value> = VOICES.iter().map(CatalogVoice::to_json).collect();
    json!({ "voices": voices })
}

/// The answer to `GET /v1/voices/{id}`.
pub(super) fn voice(id: &str) -> Result<Value, Refusal> {
    let (_, voice) = CatalogVoice::find(id).ok_or_else(|| Detail::unknown_voice(id))?;
    Ok(voice.to_json())
}

/// A request to `GET /v2/voices`.
#[derive(Debug)]
pub(super) struct VoicesQuery {
    page_size: i64,
    page_token: Option<String>,
    with_total: bool,
    by_name: bool,
    filters: Vec<Filter>,
}

#[derive(Debug)]
enum Filter {
    Search(String),
    Type(String),
    Category(String),
    Ids(Vec<String>),
    Label(&'static str, Vec<String>),
}

impl VoicesQuery {
    /// Reads the query.
    pub(super) fn read(request: &FakeRequest) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let mut query = Self {
            page_size: DEFAULT_PAGE as i64,
            page_token: None,
            with_total: true,
            by_name: false,
            filters: Vec::new(),
        };
        let mut ids = Vec::new();
        let mut use_cases = Vec::new();
        for (key, value) in order::query(request) {
            match key.as_str() {
                "page_size" => match value.parse() {
                    Ok(size) => query.page_size = size,
                    Err(_) => faults.query(
                        "int_parsing",
                        &key,
                        "Input should be a valid integer",
                        &value,
                    ),
                },
                "next_page_token" => query.page_token = Some(value),
                "include_total_count" => query.with_total = value != "false",
                "search" => query.filters.push(Filter::Search(value.to_lowercase())),
                "voice_type" => query.filters.push(Filter::Type(value)),
                "category" => query.filters.push(Filter::Category(value)),
                "voice_ids" => ids.push(value),
                "use_cases" => use_cases.push(value),
                "gender" => query.filters.push(Filter::Label("gender", vec![value])),
                "language" => query.filters.push(Filter::Label("language", vec![value])),
                "accent" => query.filters.push(Filter::Label("accent", vec![value])),
                "sort" if value == "name" => query.by_name = true,
                "sort" if value != "created_at_unix" => {
                    let message = "Input should be 'created_at_unix' or 'name'";
                    faults.query("enum", &key, message, &value);
                }
                _ => {}
            }
        }
        if !ids.is_empty() {
            query.filters.push(Filter::Ids(ids));
        }
        if !use_cases.is_empty() {
            query.filters.push(Filter::Label("use_case", use_cases));
        }
        if faults.0.is_empty() {
            return Ok(query);
        }
        Err(Refusal::Schema(faults.0))
    }

    /// The page asked for.
    pub(super) fn page(&self) -> Result<Value, Refusal> {
        let size = usize::try_from(self.page_size)
            .ok()
            .filter(|size| (1..=MAX_PAGE).contains(size))
            .ok_or_else(|| {
                let message = format!("The page size must be between 1 and {MAX_PAGE}.");
                Detail::invalid("invalid_page_size", message).param("page_size")
            })?;
        let matching = |voice: &&CatalogVoice| self.filters.iter().all(|it| it.admits(voice));
        let mut voices: Vec<&CatalogVoice> = VOICES.iter().filter(matching).collect();
        if self.by_name {
            voices.sort_by_key(|voice| &voice.name);
        }
        let start = match &self.page_token {
            Some(token) => start_of(token, voices.len())?,
            None => 0,
        };
        let end = (start + size).min(voices.len());
        let has_more = end < voices.len();
        Ok(json!({
            "voices": voices[start..end].iter().map(|voice| voice.to_json()).collect::<Vec<_>>(),
            "has_more": has_more,
            "total_count": if self.with_total { voices.len() } else { 0 },
            "next_page_token": has_more.then(|| token_of(end)),
        }))
    }
}

impl Filter {
    fn admits(&self, voice: &CatalogVoice) -> bool {
        match self {
            Self::Search(words) => {
                let labels = voice.labels.to_string();
                format!("{} {labels}", voice.name)
                    .to_lowercase()
                    .contains(words)
            }
            Self::Type(wanted) => match wanted.as_str() {
                "default" => voice.category == "premade",
                "personal" => voice.category == "cloned",
                "community" => voice.is_from_library(),
                "non-default" | "saved" => voice.category != "premade",
                "workspace" => false,
                _ => true,
            },
            Self::Category(wanted) => voice.category == *wanted,
            Self::Ids(ids) => ids.contains(&voice.voice_id),
            Self::Label(name, wanted) => voice
                .label(name)
                .is_some_and(|label| wanted.iter().any(|word| word == label)),
        }
    }
}

const TOKEN: &str = "page-from-";

fn token_of(start: usize) -> String {
    format!("{TOKEN}{start}")
}

fn start_of(token: &str, voices: usize) -> Result<usize, Detail> {
    let start = token
        .strip_prefix(TOKEN)
        .and_then(|start| start.parse().ok());
    start.filter(|start| *start < voices).ok_or_else(|| {
        Detail::invalid("invalid_page_token", "The page token is not valid.")
            .param("next_page_token")
    })
}
