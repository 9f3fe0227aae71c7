//! Voices and who was given which.

use serde::{Deserialize, Serialize};

use crate::VoiceId;

/// The gender of a voice or wanted of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// A man's voice.
    Male,
    /// A woman's voice.
    Female,
    /// Neither in particular.
    Neutral,
    /// A child's voice.
    Child,
}

impl Gender {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Neutral => "neutral",
            Self::Child => "child",
        }
    }
}

/// A voice that a speech provider offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// The provider's id.
    pub id: VoiceId,
    /// The name people know it by.
    pub name: String,
    /// `premade`, `cloned`, … in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What it sounds like.
    #[serde(default)]
    pub labels: VoiceLabels,
    /// Where it can be heard, if the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
}

/// What a voice sounds like, in the provider's lower-case words; absent where it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VoiceLabels {
    /// `male`, `female`, `neutral`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `american`, `british`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// `young`, `middle_aged`, `old`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// `narration`, `conversational`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_case: Option<String>,
    /// `calm`, `confident`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub descriptive: Option<String>,
    /// ISO 639-1 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// How a voice is to sound. What is absent is left to the provider, and so is what it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VoiceSettings {
    /// 0 (varied) to 1 (steady).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<f64>,
    /// How close to the voice's original, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// How much its manner is exaggerated, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<f64>,
    /// Whether likeness is raised further at the cost of time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker_boost: Option<bool>,
    /// The pace; 1 is the voice's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
}

impl VoiceSettings {
    /// Whether all is left to the provider.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which rule gave a speaker its voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum VoiceSource {
    /// The lesson's speaker profile names it.
    Profile,
    /// The voice map names it.
    VoiceMap,
    /// The student's profile names it.
    Student,
    /// The run's own option names it.
    Request,
    /// It fits the speaker best of all voices.
    Auto,
    /// It is the default voice.
    Default,
    /// It was the first free voice.
    Fallback,
    /// Every voice was taken; this one is shared.
    Reuse,
}

/// The voice of one speaker, as the manifest keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceAssignment {
    /// The speaker's name as the lesson spells it; `Narrator` for an unlabelled text.
    pub speaker: String,
    /// The voice.
    pub voice_id: VoiceId,
    /// The rule that chose it.
    pub source: VoiceSource,
    /// Points of the heuristic; only with [`VoiceSource::Auto`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// The voice's name, where the catalog knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_name: Option<String>,
    /// The voice's gender label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// The voice's accent label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// The voice's use-case label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_case: Option<String>,
    /// How it is to sound, where the voice map says.
    #[serde(default, skip_serializing_if = "VoiceSettings::is_default")]
    pub settings: VoiceSettings,
    /// Why this voice, in words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
