//! The bodies of requests to speak and of their answers, as the API reference has them.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use esl_core::ports::{SpeechRequest, SpeechSettings, Turn, TurnTiming};
use esl_core::{VoiceId, VoiceSettings};
use serde::{Deserialize, Serialize};

use super::TextNormalization;
use super::models::Model;

/// The body of text to speech.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    text: &'a str,
    model_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_settings: Option<LineSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    apply_text_normalization: TextNormalization,
}

#[derive(Debug, PartialEq, Serialize)]
struct LineSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    stability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity_boost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_speaker_boost: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        turn: &'a Turn,
        settings: &'a SpeechSettings,
        (model_id, model): (&'a str, Model),
        normalization: TextNormalization,
    ) -> Self {
        let voice = VoiceSettings {
            stability: turn.settings.stability.or(settings.stability),
            ..turn.settings
        };
        let manner = model.has_manner.then_some(voice);
        let voice_settings = LineSettings {
            stability: voice.stability,
            similarity_boost: voice.similarity,
            style: manner.and_then(|voice| voice.style),
            use_speaker_boost: manner.and_then(|voice| voice.speaker_boost),
            speed: manner.and_then(|voice| voice.speed),
        };
        Self {
            text: &turn.text,
            model_id,
            language_code: language(settings, model),
            voice_settings: (!voice.is_default()).then_some(voice_settings),
            seed: settings.seed,
            apply_text_normalization: normalization,
        }
    }
}

/// The body of text to dialogue.
#[derive(Debug, Serialize)]
pub(super) struct Dialogue<'a> {
    inputs: Vec<Input<'a>>,
    model_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<DialogueSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    apply_text_normalization: TextNormalization,
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    text: &'a str,
    voice_id: &'a VoiceId,
}

#[derive(Debug, Serialize)]
struct DialogueSettings {
    stability: f64,
}

impl<'a> Dialogue<'a> {
    pub(super) fn new(
        request: &'a SpeechRequest,
        (model_id, model): (&'a str, Model),
        normalization: TextNormalization,
    ) -> Self {
        let input = |turn: &'a Turn| Input {
            text: &turn.text,
            voice_id: &turn.voice,
        };
        let settings = &request.settings;
        Self {
            inputs: request.turns.iter().map(input).collect(),
            model_id,
            language_code: language(settings, model),
            settings: settings
                .stability
                .map(|stability| DialogueSettings { stability }),
            seed: settings.seed,
            apply_text_normalization: normalization,
        }
    }
}

fn language(settings: &SpeechSettings, model: Model) -> Option<&str> {
    settings
        .language
        .as_deref()
        .filter(|_| model.takes_language)
}

/// The answer of text to dialogue with timestamps.
#[derive(Debug, Deserialize)]
pub(super) struct TimedAudio {
    audio_base64: String,
    #[serde(default)]
    voice_segments: Vec<VoiceSegment>,
}

#[derive(Debug, Deserialize)]
struct VoiceSegment {
    start_time_seconds: f64,
    end_time_seconds: f64,
    dialogue_input_index: usize,
}

impl TimedAudio {
    pub(super) fn audio(&self) -> Result<Bytes, base64::DecodeError> {
        BASE64_STANDARD.decode(&self.audio_base64).map(Bytes::from)
    }

    /// When each of `turns` inputs is spoken; empty unless that is told of all.
    pub(super) fn timings(&self, turns: usize) -> Vec<TurnTiming> {
        let mut timings: Vec<Option<TurnTiming>> = vec![None; turns];
        for segment in &self.voice_segments {
            let Some(timing) = timings.get_mut(segment.dialogue_input_index) else {
                return Vec::new();
            };
            let (Ok(start), Ok(end)) = (
                Duration::try_from_secs_f64(segment.start_time_seconds),
                Duration::try_from_secs_f64(segment.end_time_seconds),
            ) else {
                return Vec::new();
            };
            let whole = timing.get_or_insert(TurnTiming { start, end });
            whole.start = whole.start.min(start);
            whole.end = whole.end.max(end);
        }
        timings
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::models::model;
    use super::*;

    fn turn(text: &str) -> Turn {
        Turn {
            voice: VoiceId::parse("v1").unwrap(),
            text: text.to_owned(),
            settings: VoiceSettings::default(),
        }
    }

    fn line(turn: &Turn, settings: &SpeechSettings, id: &str) -> serde_json::Value {
        let body = Line::new(turn, settings, (id, model(id)), TextNormalization::Auto);
        serde_json::to_value(body).unwrap()
    }

    #[test]
    fn a_line_says_no_more_than_was_asked_for() {
        let body = line(
            &turn("Hi"),
            &SpeechSettings::default(),
            "eleven_multilingual_v2",
        );
        let expected = json!({
            "text": "Hi", "model_id": "eleven_multilingual_v2", "apply_text_normalization": "auto",
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn the_voices_own_settings_go_first_and_models_get_what_they_heed() {
        let settings = SpeechSettings {
            language: Some("en".into()),
            stability: Some(1.0),
            seed: Some(7),
        };
        let mut slow = turn("Hi");
        slow.settings.stability = Some(0.5);
        slow.settings.speed = Some(0.8);
        let body = line(&slow, &settings, "eleven_flash_v2_5");
        assert_eq!(
            body["voice_settings"],
            json!({"stability": 0.5, "speed": 0.8})
        );
        assert_eq!(
            (&body["language_code"], &body["seed"]),
            (&json!("en"), &json!(7))
        );
        let body = line(&slow, &settings, "eleven_v3");
        assert_eq!(body["voice_settings"], json!({"stability": 0.5}));
        let body = line(&turn("Hi"), &settings, "eleven_multilingual_v2");
        assert_eq!(body["voice_settings"], json!({"stability": 1.0}));
        assert_eq!(body.get("language_code"), None);
    }

    #[test]
    fn times_are_taken_only_if_every_input_has_one() {
        let segment = |start: f64, end: f64, input: usize| VoiceSegment {
            start_time_seconds: start,
            end_time_seconds: end,
            dialogue_input_index: input,
        };
        let timed = |voice_segments| TimedAudio {
            audio_base64: String::new(),
            voice_segments,
        };
        let whole = timed(vec![
            segment(0.0, 1.0, 0),
            segment(1.0, 1.5, 1),
            segment(1.5, 2.0, 1),
        ]);
        let seconds = Duration::from_secs_f64;
        let expected = [
            TurnTiming {
                start: seconds(0.0),
                end: seconds(1.0),
            },
            TurnTiming {
                start: seconds(1.0),
                end: seconds(2.0),
            },
        ];
        assert_eq!(whole.timings(2), expected);
        for useless in [
            vec![segment(0.0, 1.0, 0)],
            vec![segment(0.0, 1.0, 0), segment(1.0, 2.0, 5)],
            vec![segment(0.0, 1.0, 0), segment(-1.0, f64::NAN, 1)],
        ] {
            assert!(timed(useless).timings(2).is_empty());
        }
    }
}
