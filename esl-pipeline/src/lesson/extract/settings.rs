//! The front matter as plain values.

use esl_core::{Gender, VoiceId};
use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::lesson::{Field, FrontMatter, PropertyData, SpeakerProfile};

/// The settings of a lesson without their places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// `title`
    pub title: Option<String>,
    /// `student`
    pub student: Option<String>,
    /// `level`
    pub level: Option<String>,
    /// `topic`; the items of a list joined by `, `.
    pub topic: Option<String>,
    /// `input_type`
    pub input_type: Option<String>,
    /// `speaker_labels`
    pub speaker_labels: Vec<String>,
    /// `speaker_profiles`
    pub speaker_profiles: Vec<Profile>,
    /// `icon`
    pub icon: Option<String>,
    /// `cover`
    pub cover: Option<String>,
    /// `properties`
    pub properties: Map<String, Value>,
}

/// What is known of a speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Profile {
    /// The label it describes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Another name of the speaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `narrator`, `teacher`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The gender of the voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// `child`, `teen`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// `british`, `american`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// How to speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// The voice itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceId>,
}

impl Settings {
    pub(super) fn of(front_matter: &FrontMatter<'_>) -> Self {
        let text = |field: &Option<Field<String>>| field.as_ref().map(|it| it.value.clone());
        let labels = front_matter.speaker_labels.iter();
        let profiles = front_matter.speaker_profiles.iter();
        let properties = front_matter.properties.iter();
        Self {
            title: text(&front_matter.title),
            student: text(&front_matter.student),
            level: text(&front_matter.level),
            topic: text(&front_matter.topic),
            input_type: text(&front_matter.input_type),
            speaker_labels: labels.map(|label| label.value.clone()).collect(),
            speaker_profiles: profiles.map(|it| Profile::of(&it.value)).collect(),
            icon: text(&front_matter.icon),
            cover: text(&front_matter.cover),
            properties: properties
                .map(|it| (it.name.value.clone(), json(&it.value.value)))
                .collect(),
        }
    }
}

impl Profile {
    fn of(profile: &SpeakerProfile) -> Self {
        Self {
            id: profile.id.clone(),
            display_name: profile.display_name.clone(),
            role: profile.role.clone(),
            gender: profile.gender,
            age: profile.age.clone(),
            accent: profile.accent.clone(),
            style: profile.style.clone(),
            voice: profile.voice.clone(),
        }
    }
}

fn json(value: &PropertyData) -> Value {
    match value {
        PropertyData::Null => Value::Null,
        PropertyData::Bool(value) => Value::Bool(*value),
        PropertyData::Number(value) => number(*value),
        PropertyData::Text(text) => text.as_str().into(),
        PropertyData::List(texts) => texts.as_slice().into(),
        PropertyData::Map(pairs) => pairs
            .iter()
            .map(|(key, text)| (key.clone(), Value::from(text.as_str())))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// A whole number stays one: 3, not 3.0.
fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
