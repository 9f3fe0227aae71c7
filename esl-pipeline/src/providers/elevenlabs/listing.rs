//! The answers that list what an account has, as the API reference has them. More than once a field
//! that is documented was absent or null, so little is required.

use std::collections::HashMap;

use esl_core::{Voice, VoiceId, VoiceLabels};
use serde::Deserialize;

/// One page of the account's voices.
#[derive(Debug, Deserialize)]
pub(super) struct VoicePage {
    pub(super) voices: Vec<ListedVoice>,
    #[serde(default)]
    pub(super) has_more: bool,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
}

/// A voice as it is listed. Labels may be missing or of any kind.
#[derive(Debug, Deserialize)]
pub(super) struct ListedVoice {
    voice_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    labels: Option<HashMap<String, serde_json::Value>>,
    #[serde(default)]
    preview_url: Option<String>,
}

impl ListedVoice {
    /// The voice; none if its id is no id.
    pub(super) fn into_voice(self) -> Option<Voice> {
        let mut labels = self.labels.unwrap_or_default();
        let mut label = |names: &[&str]| {
            let found = names.iter().find_map(|name| labels.remove(*name));
            let text = found.as_ref().and_then(serde_json::Value::as_str)?;
            let text = text.trim().to_lowercase();
            (!text.is_empty()).then_some(text)
        };
        let labels = VoiceLabels {
            gender: label(&["gender"]),
            accent: label(&["accent"]),
            age: label(&["age"]),
            use_case: label(&["use_case", "usecase"]),
            descriptive: label(&["descriptive", "description"]),
            language: label(&["language"]),
        };
        let id = VoiceId::parse(&self.voice_id).ok()?;
        Some(Voice {
            name: self.name.unwrap_or_else(|| id.to_string()),
            id,
            category: self.category,
            labels,
            preview_url: self.preview_url.filter(|url| !url.is_empty()),
        })
    }
}

/// What the account has left.
#[derive(Debug, Deserialize)]
pub(super) struct Subscription {
    pub(super) tier: String,
    pub(super) character_count: u64,
    pub(super) character_limit: u64,
    #[serde(default)]
    pub(super) next_character_count_reset_unix: Option<u64>,
}

/// A model as it is listed.
#[derive(Debug, Deserialize)]
pub(super) struct ListedModel {
    pub(super) model_id: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) can_do_text_to_speech: bool,
    #[serde(default)]
    pub(super) maximum_text_length_per_request: Option<usize>,
    #[serde(default)]
    pub(super) model_rates: Option<ModelRates>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ModelRates {
    #[serde(default)]
    pub(super) character_cost_multiplier: Option<f64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_voice_without_labels_is_a_voice() {
        let listed: ListedVoice = serde_json::from_value(json!({
            "voice_id": "v1", "name": "Sarah", "category": "premade", "samples": null,
            "labels": {"accent": "American", "description": "soft", "age": "", "featured": true},
        }))
        .unwrap();
        let voice = listed.into_voice().unwrap();
        assert_eq!(voice.labels.accent.as_deref(), Some("american"));
        assert_eq!(voice.labels.descriptive.as_deref(), Some("soft"));
        assert_eq!(voice.labels.age, None);
        let bare: ListedVoice =
            serde_json::from_value(json!({"voice_id": "v2", "labels": null})).unwrap();
        assert_eq!(bare.into_voice().unwrap().name, "v2");
    }
}
