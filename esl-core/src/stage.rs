//! The seven stages of a run. Their names are a contract: manifests, events and flags use them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A step from lesson to homework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Reads and checks the lesson. Never skipped.
    Validate,
    /// Creates the page, or brings it up to date.
    Import,
    /// Colours the headings.
    Colorize,
    /// Speaks the study text.
    Tts,
    /// Stores the audio where the page can reach it.
    Upload,
    /// Places the audio above the study text.
    AddAudio,
    /// Records what was done. Never skipped.
    Manifest,
}

impl Stage {
    /// All stages in the order of their effects.
    pub const ALL: [Self; 7] = [
        Self::Validate,
        Self::Import,
        Self::Colorize,
        Self::Tts,
        Self::Upload,
        Self::AddAudio,
        Self::Manifest,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Import => "import",
            Self::Colorize => "colorize",
            Self::Tts => "tts",
            Self::Upload => "upload",
            Self::AddAudio => "add-audio",
            Self::Manifest => "manifest",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no stage; the stages are validate, import, colorize, tts, upload, add-audio, manifest"
)]
pub struct UnknownStage(String);

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(text: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or_else(|| UnknownStage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_one_name_everywhere() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
    }
}
