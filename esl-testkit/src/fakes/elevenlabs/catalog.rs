//! The voices and models on offer, read from the data files beside this one.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

/// A voice, in the service's words.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CatalogVoice {
    pub(super) voice_id: String,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) labels: Value,
}

/// What the rules need to know of a model.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Model {
    pub(super) model_id: String,
    pub(super) maximum_text_length_per_request: usize,
    model_rates: Rates,
    concurrency_group: String,
    languages: Vec<Language>,
}

#[derive(Debug, Clone, Deserialize)]
struct Rates {
    character_cost_multiplier: f64,
}

#[derive(Debug, Clone, Deserialize)]
struct Language {
    language_id: String,
}

/// The answer to `GET /v1/models`.
pub(super) static MODELS_JSON: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("models.json")).expect("the data file is JSON")
});

static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("models.json")).expect("the data file has every field")
});

/// All voices, in the order in which they are listed.
pub(super) static VOICES: LazyLock<Vec<CatalogVoice>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("voices.json")).expect("the data file has every field")
});

impl CatalogVoice {
    /// The voice with this id and its place in the list.
    pub(super) fn find(id: &str) -> Option<(usize, &'static Self)> {
        let mut voices = VOICES.iter().enumerate();
        voices.find(|(_, voice)| voice.voice_id == id)
    }

    /// Whether it comes from the library of other people's voices.
    pub(super) fn is_from_library(&self) -> bool {
        self.category == "professional"
    }

    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels[name].as_str()
    }

    /// The answer to `GET /v1/voices/{id}`.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "voice_id": self.voice_id,
            "name": self.name,
            "samples": null,
            "category": self.category,
            "fine_tuning": { "is_allowed_to_fine_tune": false, "state": {} },
            "labels": self.labels,
            "description": null,
            "preview_url": null,
            "available_for_tiers": [],
            "settings": null,
            "sharing": null,
            "high_quality_base_model_ids": ["eleven_multilingual_v2", "eleven_flash_v2_5"],
            "verified_languages": [],
            "collection_ids": [],
            "safety_control": null,
            "voice_verification": null,
            "permission_on_resource": null,
            "is_owner": self.category == "cloned",
            "is_legacy": false,
            "is_mixed": false,
            "favorited_at_unix": null,
            "created_at_unix": null,
        })
    }
}

impl Model {
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.model_id == id)
    }

    /// Whether it belongs to the quick family, which has its own allowance of requests at once.
    pub(super) fn is_quick(&self) -> bool {
        self.concurrency_group == "turbo"
    }

    /// Whether it speaks dialogues.
    pub(super) fn speaks_dialogues(&self) -> bool {
        self.is_v3() || self.model_id.starts_with("eleven_v4")
    }

    /// Whether it is directed by audio tags and takes no context.
    pub(super) fn is_v3(&self) -> bool {
        self.model_id == "eleven_v3"
    }

    /// Whether a language may be forced on it; others pass the code over.
    pub(super) fn heeds_language(&self) -> bool {
        self.model_id != "eleven_multilingual_v2"
    }

    /// Whether it speaks the language with this ISO 639-1 code.
    pub(super) fn speaks(&self, language: &str) -> bool {
        let mut languages = self.languages.iter();
        languages.any(|known| known.language_id == language)
    }

    /// The credits that `characters` cost.
    pub(super) fn cost(&self, characters: usize) -> u64 {
        (characters as f64 * self.model_rates.character_cost_multiplier).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_voice_has_an_id_of_its_own() {
        let mut ids: Vec<_> = VOICES.iter().map(|voice| &voice.voice_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), VOICES.len());
        assert!(ids.iter().all(|id| id.len() == 20));
    }

    #[test]
    fn quick_models_cost_half() {
        let cost = |id| Model::find(id).map(|model| model.cost(5));
        assert_eq!(cost("eleven_flash_v2_5"), Some(3));
        assert_eq!(cost("eleven_multilingual_v2"), Some(5));
    }
}
