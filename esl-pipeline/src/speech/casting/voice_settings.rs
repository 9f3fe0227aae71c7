//! The settings of a single voice as the voice map has them.

use std::ops::RangeInclusive;

use esl_core::VoiceSettings;
use serde_saphyr::Spanned;

use super::VoiceMapError;
use crate::yaml::Node;

const SHARE: RangeInclusive<f64> = 0.0..=1.0;
/// What voices can be slowed down and hurried to (ElevenLabs API reference, voice settings).
const SPEED: RangeInclusive<f64> = 0.7..=1.2;

/// Reads `{stability, similarity, style, speaker_boost, speed}`; ElevenLabs' own names
/// `similarity_boost` and `use_speaker_boost` are understood, too.
pub(super) fn read(value: &Spanned<Node>) -> Result<VoiceSettings, VoiceMapError> {
    let Node::Map(fields) = &value.value else {
        return Err(VoiceMapError::new(
            value.referenced.line(),
            "`settings` must be a list of `name: number`",
        ));
    };
    let mut settings = VoiceSettings::default();
    for (key, field) in fields {
        match key.value.as_str() {
            "stability" => settings.stability = Some(number(&key.value, field, SHARE)?),
            "similarity" | "similarity_boost" => {
                settings.similarity = Some(number(&key.value, field, SHARE)?);
            }
            "style" => settings.style = Some(number(&key.value, field, SHARE)?),
            "speed" => settings.speed = Some(number(&key.value, field, SPEED)?),
            "speaker_boost" | "use_speaker_boost" => {
                settings.speaker_boost = Some(switch(&key.value, field)?);
            }
            other => {
                let message = format!(
                    "the setting `{other}` is not understood; there are stability, similarity, \
                     style, speaker_boost and speed"
                );
                return Err(VoiceMapError::new(key.referenced.line(), message));
            }
        }
    }
    Ok(settings)
}

fn number(
    name: &str,
    value: &Spanned<Node>,
    range: RangeInclusive<f64>,
) -> Result<f64, VoiceMapError> {
    match value.value {
        Node::Number(number) if range.contains(&number) => Ok(number),
        _ => {
            let (low, high) = (range.start(), range.end());
            let message = format!("`{name}` must be a number from {low} to {high}");
            Err(VoiceMapError::new(value.referenced.line(), message))
        }
    }
}

fn switch(name: &str, value: &Spanned<Node>) -> Result<bool, VoiceMapError> {
    match value.value {
        Node::Bool(switch) => Ok(switch),
        _ => {
            let message = format!("`{name}` must be true or false");
            Err(VoiceMapError::new(value.referenced.line(), message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::casting::VoiceMap;

    fn read_one(settings: &str) -> Result<VoiceSettings, VoiceMapError> {
        let text = format!("Anna:\n  voice_id: x\n  settings:\n    {settings}\n");
        VoiceMap::parse(&text).map(|map| map.settings_of("anna"))
    }

    #[test]
    fn settings_are_read_under_both_names() {
        let expected = VoiceSettings {
            stability: Some(0.5),
            similarity: Some(1.0),
            style: Some(0.0),
            speaker_boost: Some(false),
            speed: Some(0.9),
        };
        for text in [
            "{stability: 0.5, similarity: 1, style: 0, speaker_boost: false, speed: 0.9}",
            "{stability: 0.5, similarity_boost: 1, style: 0, use_speaker_boost: false, speed: 0.9}",
        ] {
            assert_eq!(read_one(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn impossible_settings_are_told_with_their_line() {
        for (settings, words) in [
            ("speed: 2", "from 0.7 to 1.2"),
            ("stability: -0.1", "from 0 to 1"),
            ("style: high", "from 0 to 1"),
            ("speaker_boost: 1", "true or false"),
            ("pitch: 1", "`pitch`"),
        ] {
            let error = read_one(settings).unwrap_err();
            assert!(error.to_string().contains(words), "{settings}: {error}");
            assert_eq!(error.line, 4, "{settings}");
        }
    }
}
