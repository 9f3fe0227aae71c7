//! Who speaks with which voice.
//!
//! [`speakers`] reads from the lesson what is wanted, [`cast`] gives every speaker a voice of the
//! catalog and says why. What people ask for by name always holds, even for two speakers at once;
//! the rest is decided by points ([`Scoring`]), the same for the same input. Voices come from a
//! provider as data; no provider is named here.

mod catalog;
mod choose;
mod criteria;
mod explain;
mod names;
mod need;
mod pool;
mod preference;
#[cfg(test)]
mod samples;
mod score;
mod traits;
mod voice_map;
mod voice_settings;

use std::fmt;

use esl_core::{Classify, ErrorKind, Voice, VoiceAssignment, VoiceSource};
use serde::Serialize;

pub use catalog::{CatalogError, accent_token, read_catalog, write_catalog};
pub use choose::cast;
pub use explain::{Candidate, Explanation, SpeakerExplanation, explain};
pub use need::{Role, SpeakerNeed, speakers};
pub use preference::{Preference, resolve_preference};
pub use score::{Points, Scoring};
pub use traits::find_voice;
pub use voice_map::{VoiceMap, VoiceMapError};

/// What a run asks of the casting.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CastingOptions {
    /// Voices from the student's profile.
    pub student_voices: VoiceMap,
    /// The run's own voice, an id or name: for the speaker of a text with one speaker, otherwise
    /// the default voice in place of the voice map's.
    pub voice: Option<String>,
    /// The accent of speakers whose profile has none; `american_female` wants a gender, too.
    pub accent: Option<String>,
    /// ISO 639-1 code of the language; voices of another language come last.
    pub language: Option<String>,
    /// How voices are compared.
    pub scoring: Scoring,
    /// Whether the catalog lists all voices there are, so that naming another is an error.
    pub catalog_is_complete: bool,
}

/// Every speaker's voice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Casting {
    /// One per speaker, in order of appearance.
    pub assignments: Vec<VoiceAssignment>,
    /// What people should know about them.
    pub warnings: Vec<CastingWarning>,
}

impl Casting {
    /// The voice of `speaker`, compared ignoring case; without a speaker that of the first one.
    #[must_use]
    pub fn assignment_of(&self, speaker: Option<&str>) -> Option<&VoiceAssignment> {
        let Some(speaker) = speaker else {
            return self.assignments.first();
        };
        let mut assignments = self.assignments.iter();
        // Spellings are canonical as a rule, and comparing them exactly is cheap.
        let exact = assignments.clone().find(|given| given.speaker == speaker);
        exact.or_else(|| assignments.find(|given| traits::is_same_name(&given.speaker, speaker)))
    }
}

/// Something about a casting that may surprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "code")]
#[non_exhaustive]
pub enum CastingWarning {
    /// All voices are taken, so the speaker shares one.
    SharedVoice {
        /// The speaker.
        speaker: String,
        /// The voice's name or id.
        voice: String,
    },
    /// No free voice has the gender wanted.
    OtherGender {
        /// The speaker.
        speaker: String,
        /// The gender wanted.
        wanted: &'static str,
        /// The voice's name or id.
        voice: String,
    },
    /// The voice is not in the catalog and is used as it is named.
    UnlistedVoice {
        /// The speaker.
        speaker: String,
        /// The id or name.
        voice: String,
    },
    /// The run's voice is for a text with one speaker.
    RequestNotUsed {
        /// The id or name.
        voice: String,
    },
}

impl fmt::Display for CastingWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedVoice { speaker, voice } => write!(
                f,
                "{speaker} shares the voice {voice} with another speaker: there are no more voices"
            ),
            Self::OtherGender {
                speaker,
                wanted,
                voice,
            } => write!(
                f,
                "{speaker} speaks with {voice}: no {wanted} voice is free"
            ),
            Self::UnlistedVoice { speaker, voice } => write!(
                f,
                "the voice {voice} of {speaker} is not in the catalog and is used as it is"
            ),
            Self::RequestNotUsed { voice } => write!(
                f,
                "the voice {voice} is not used: a run's voice is for a text with one speaker, \
                 voices of several go into the voice map"
            ),
        }
    }
}

/// Speakers without a voice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CastingError {
    /// All of them; at least one.
    pub problems: Vec<CastingProblem>,
}

impl fmt::Display for CastingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl Classify for CastingError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Configuration
    }

    fn hint(&self) -> Option<String> {
        Some(
            "name a voice in the lesson's speaker_profiles or in the voice map; \
              `esl voices list` shows them"
                .to_owned(),
        )
    }
}

/// Why a speaker has no voice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CastingProblem {
    /// Nothing names a voice and the catalog is empty.
    #[error("there is no voice for {speaker}")]
    NoVoice {
        /// The speaker.
        speaker: String,
    },
    /// The voice named for the speaker does not exist.
    #[error("there is no voice `{voice}` for {speaker} ({}){}", choose::named_by(*rule), did_you_mean(.nearest.as_deref()))]
    UnknownVoice {
        /// The speaker.
        speaker: String,
        /// The id or name.
        voice: String,
        /// Where it is named.
        rule: VoiceSource,
        /// The voice with the most similar name.
        nearest: Option<String>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean {name}?"))
}

/// How people call the voice.
fn display_name(voice: &Voice) -> &str {
    if voice.name.is_empty() {
        voice.id.as_str()
    } else {
        &voice.name
    }
}
