//! The voice map: which speaker has which voice, written by hand in YAML or JSON.
//!
//! ```yaml
//! default: Roger        # for whoever has no voice
//! auto: false           # no choosing by points
//! Anna: Alice           # a voice's id or name
//! John:
//!   voice_id: abc
//!   settings: {speed: 0.9, stability: 0.5}
//! ```
//!
//! The speakers may also stand under `speakers:`. A shape that has no meaning is an error with its
//! line, never passed over.

use std::collections::BTreeMap;

use esl_core::{Classify, ErrorKind, VoiceSettings};
use serde_saphyr::Spanned;

use super::voice_settings;
use crate::lesson::folded;
use crate::yaml::{Entry, Node};

/// Voices by speaker, and the voice of all others.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceMap {
    /// By folded name.
    voices: BTreeMap<String, MappedVoice>,
    /// The voice of speakers that get none otherwise: an id or name.
    pub default: Option<String>,
    /// Whether speakers without a named voice get one by points. Default true.
    pub auto: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct MappedVoice {
    /// An id or name.
    token: String,
    settings: VoiceSettings,
}

impl Default for VoiceMap {
    fn default() -> Self {
        Self {
            voices: BTreeMap::new(),
            default: None,
            auto: true,
        }
    }
}

impl VoiceMap {
    /// Reads YAML or JSON. Blank text is an empty map.
    ///
    /// # Errors
    /// [`VoiceMapError`] with the line of the first thing that is not understood.
    pub fn parse(text: &str) -> Result<Self, VoiceMapError> {
        let root: Spanned<Node> = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line());
            VoiceMapError::new(line, error.without_snippet().to_string())
        })?;
        let mut map = Self::default();
        match root.value {
            Node::Null => Ok(map),
            Node::Map(entries) => map.read(entries).map(|()| map),
            _ => Err(VoiceMapError::new(
                root.referenced.line(),
                "the voice map must be a list of `speaker: voice` lines",
            )),
        }
    }

    /// The voice of `speaker`, compared ignoring case: an id or name.
    #[must_use]
    pub fn voice_of(&self, speaker: &str) -> Option<&str> {
        let voice = self.voices.get(&folded(speaker))?;
        Some(&voice.token)
    }

    /// How the voice of `speaker` is to sound.
    pub(super) fn settings_of(&self, speaker: &str) -> VoiceSettings {
        let voice = self.voices.get(&folded(speaker));
        voice.map(|voice| voice.settings).unwrap_or_default()
    }

    /// Every voice that is named, an id or name, once or more.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let voices = self.voices.values().map(|voice| voice.token.as_str());
        voices.chain(self.default.as_deref())
    }

    fn read(&mut self, entries: Vec<Entry>) -> Result<(), VoiceMapError> {
        for (key, value) in entries {
            match key.value.as_str() {
                "default" => self.default = Some(token(&value)?),
                "auto" => self.auto = switch(&value)?,
                "speakers" | "voices" if matches!(value.value, Node::Map(_)) => {
                    let Node::Map(speakers) = value.value else {
                        continue;
                    };
                    for (speaker, value) in speakers {
                        self.add(&speaker, &value)?;
                    }
                }
                _ => self.add(&key, &value)?,
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        speaker: &Spanned<String>,
        value: &Spanned<Node>,
    ) -> Result<(), VoiceMapError> {
        let name = folded(&speaker.value);
        if self.voices.insert(name, voice(value)?).is_none() {
            return Ok(());
        }
        let message = format!("the speaker {} has two voices", speaker.value);
        Err(VoiceMapError::new(speaker.referenced.line(), message))
    }
}

impl<S: AsRef<str>> FromIterator<(S, S)> for VoiceMap {
    /// The voices of speakers, each an id or name.
    fn from_iter<I: IntoIterator<Item = (S, S)>>(voices: I) -> Self {
        let entry = |(name, voice): (S, S)| {
            let token = voice.as_ref().trim().to_owned();
            let settings = VoiceSettings::default();
            (folded(name.as_ref()), MappedVoice { token, settings })
        };
        Self {
            voices: voices.into_iter().map(entry).collect(),
            ..Self::default()
        }
    }
}

/// A voice map that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the voice map: {message}")]
pub struct VoiceMapError {
    /// The line, from 1.
    pub line: u64,
    message: String,
}

impl VoiceMapError {
    pub(super) fn new(line: u64, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl Classify for VoiceMapError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Configuration
    }

    fn hint(&self) -> Option<String> {
        Some("write `Speaker: voice id or name`, one per line".to_owned())
    }
}

fn token(value: &Spanned<Node>) -> Result<String, VoiceMapError> {
    match &value.value {
        Node::Text(voice) if !voice.trim().is_empty() => Ok(voice.trim().to_owned()),
        _ => Err(VoiceMapError::new(
            value.referenced.line(),
            "a voice must be an id or name; quote a number",
        )),
    }
}

/// A voice in the short form or the long one.
fn voice(value: &Spanned<Node>) -> Result<MappedVoice, VoiceMapError> {
    let Node::Map(fields) = &value.value else {
        let (token, settings) = (token(value)?, VoiceSettings::default());
        return Ok(MappedVoice { token, settings });
    };
    let mut voice = MappedVoice::default();
    for (key, field) in fields {
        match key.value.as_str() {
            "voice_id" | "voice" => voice.token = token(field)?,
            "settings" => voice.settings = voice_settings::read(field)?,
            other => {
                let message =
                    format!("`{other}` is not understood here, only `voice_id` and `settings` are");
                return Err(VoiceMapError::new(key.referenced.line(), message));
            }
        }
    }
    if voice.token.is_empty() {
        return Err(VoiceMapError::new(
            value.referenced.line(),
            "expected a `voice_id` with an id or name",
        ));
    }
    Ok(voice)
}

fn switch(value: &Spanned<Node>) -> Result<bool, VoiceMapError> {
    match &value.value {
        Node::Bool(switch) => Ok(*switch),
        Node::Text(text) if text == "true" => Ok(true),
        Node::Text(text) if text == "false" => Ok(false),
        _ => Err(VoiceMapError::new(
            value.referenced.line(),
            "`auto` must be true or false",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_flat_and_the_nested_form() {
        for text in [
            "default: Roger\nauto: false\nAnna: Alice\nMr. Lee: { voice_id: v7 }\n",
            "auto: 'false'\ndefault: Roger\nspeakers:\n  Anna: Alice\n  Mr. Lee:\n    voice_id: v7\n",
            r#"{"default": "Roger", "auto": false, "speakers": {"Anna": "Alice", "Mr. Lee": "v7"}}"#,
        ] {
            let map = VoiceMap::parse(text).unwrap();
            assert_eq!(map.default.as_deref(), Some("Roger"), "{text}");
            assert!(!map.auto, "{text}");
            assert_eq!(map.voice_of("anna"), Some("Alice"), "{text}");
            assert_eq!(map.voice_of("MR.  LEE"), Some("v7"), "{text}");
            assert_eq!(map.voice_of("Bob"), None, "{text}");
        }
    }

    #[test]
    fn a_blank_file_leaves_everything_to_points() {
        for text in ["", "# nothing yet\n", "auto: true"] {
            assert_eq!(VoiceMap::parse(text), Ok(VoiceMap::default()), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, line, words) in [
            ("Anna: Alice\nBob: 7\n", 2, "quote a number"),
            ("Anna: Alice\nBob: [x]\n", 2, "an id or name"),
            ("Anna: Alice\nanna: Bella\n", 2, "two voices"),
            ("auto: maybe\n", 1, "true or false"),
            ("- Anna\n", 1, "list of"),
            (
                "speakers:\n  Anna:\n    voice_id: x\n    pitch: 2\n",
                4,
                "`pitch`",
            ),
            ("Anna: {settings: {speed: 1}}\n", 1, "expected a `voice_id`"),
            ("Anna:\n", 1, "an id or name"),
            ("Anna: {}\n", 1, "expected a `voice_id`"),
            ("\nAnna: [\n", 2, ""),
        ] {
            let error = VoiceMap::parse(text).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert!(
                error.line.abs_diff(line) <= u64::from(words.is_empty()),
                "{text}: {error}"
            );
        }
    }
}
