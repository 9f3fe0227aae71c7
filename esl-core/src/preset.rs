//! Heading colour presets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Color, Digest};

/// Colours of a page's headings. Absent colours leave the headings as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Preset {
    /// Level-1 headings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h1: Option<Color>,
    /// Level-2 headings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h2: Option<Color>,
    /// Level-3 headings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h3: Option<Color>,
    /// Titles of toggles that directly follow a heading.
    #[serde(skip_serializing_if = "ToggleMap::is_empty")]
    pub toggle_map: ToggleMap,
}

/// Colours of toggle titles, by the level of the heading directly before the toggle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ToggleMap {
    /// After a level-1 heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h1: Option<Color>,
    /// After a level-2 heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h2: Option<Color>,
    /// After a level-3 heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h3: Option<Color>,
}

impl ToggleMap {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Preset {
    /// The content address of the definition: changes when a colour does.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(format!("{self:?}"))
    }
}

/// Presets by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Presets(BTreeMap<String, Preset>);

/// The presets cannot be used as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// No preset has this name.
    #[error("there is no preset {name:?}; known presets: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are, joined by commas.
        known: String,
    },
    /// The file is not a map from names to presets.
    #[error("cannot read the presets")]
    Invalid(#[source] serde_json::Error),
}

impl Presets {
    /// The name of the preset that is built in.
    pub const DEFAULT: &'static str = "b1-default";

    /// Reads a presets file: JSON, name → `{h1?, h2?, h3?, toggleMap?: {h1?, h2?, h3?}}`.
    ///
    /// # Errors
    /// [`PresetError::Invalid`] names line and column.
    pub fn from_json(json: &str) -> Result<Self, PresetError> {
        serde_json::from_str(json).map_err(PresetError::Invalid)
    }

    /// The preset called `name`.
    ///
    /// # Errors
    /// [`PresetError::Unknown`] lists the names there are.
    pub fn find(&self, name: &str) -> Result<&Preset, PresetError> {
        self.0.get(name).ok_or_else(|| PresetError::Unknown {
            name: name.to_owned(),
            known: self.names().collect::<Vec<_>>().join(", "),
        })
    }

    /// These and `others`, which replace those of the same name.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Default for Presets {
    /// The built-in preset alone: yellow level 2, purple level 3, yellow toggles after level 2.
    fn default() -> Self {
        let preset = Preset {
            h1: None,
            h2: Some(Color::YellowBackground),
            h3: Some(Color::PurpleBackground),
            toggle_map: ToggleMap {
                h2: Some(Color::YellowBackground),
                ..ToggleMap::default()
            },
        };
        Self(BTreeMap::from([(Self::DEFAULT.to_owned(), preset)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_preset_is_the_one_shipped_by_the_reference() {
        let json = r#"{"b1-default": {"h2": "yellow_background", "h3": "purple_background",
                       "toggleMap": {"h2": "yellow_background"}, "note": "extra keys are fine"}}"#;
        assert_eq!(Presets::from_json(json).unwrap(), Presets::default());
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = Presets::default().find("b2").unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"there is no preset "b2"; known presets: b1-default"#
        );
    }

    #[test]
    fn an_unknown_colour_is_refused() {
        assert!(Presets::from_json(r#"{"x": {"h2": "mauve"}}"#).is_err());
    }
}
