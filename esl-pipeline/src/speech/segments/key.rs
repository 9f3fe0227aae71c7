//! Cache addresses: equal keys mean interchangeable sound.
//!
//! A key is the SHA-256 of a canonical JSON document that begins with its version. Anything that
//! changes the sound is in it; titles, names and the words that readers see are not.

use esl_core::Digest;
use esl_core::ports::{SpeechSettings, TtsCapabilities};
use serde::Serialize;

use super::{Delivery, Segment, SegmentPlan};
use crate::speech::recorder::Part;

/// The version of the encoding; raised when its meaning changes, so that old recordings are not
/// taken for new ones.
const VERSION: u8 = 2;

#[derive(Serialize)]
struct SegmentKey<'a> {
    v: u8,
    provider: &'a str,
    model: &'a str,
    language: Option<&'a str>,
    stability: Option<f64>,
    seed: Option<u32>,
    turns: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct RecordingKey<'a> {
    v: u8,
    mode: Delivery,
    /// Gap before the segment in milliseconds, and the segment.
    segments: Vec<(u128, Digest)>,
    tail: u128,
    assembly: &'a Digest,
}

impl Segment {
    /// The cache address of what the provider makes of this segment.
    #[must_use]
    pub fn key(&self, capabilities: &TtsCapabilities, settings: &SpeechSettings) -> Digest {
        let turns = self.turns.iter();
        digest(&SegmentKey {
            v: VERSION,
            provider: &capabilities.provider,
            model: &capabilities.model,
            language: settings.language.as_deref(),
            stability: settings.stability,
            seed: settings.seed,
            turns: turns
                .map(|turn| (turn.voice.as_str(), turn.text.as_str()))
                .collect(),
        })
    }
}

/// The cache address of the finished recording of `plan`, whose segments are `parts`.
pub(super) fn recording(plan: &SegmentPlan, parts: &[Part], assembly: &Digest) -> Digest {
    let segment = |part: &Part| (part.gap_before.as_millis(), part.key.clone());
    digest(&RecordingKey {
        v: VERSION,
        mode: plan.delivery,
        segments: parts.iter().map(segment).collect(),
        tail: plan.tail.as_millis(),
        assembly,
    })
}

fn digest(key: &impl Serialize) -> Digest {
    let json = serde_json::to_vec(key).expect("the key types are structs of plain values");
    Digest::of(json)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use esl_core::VoiceId;

    use super::*;
    use crate::speech::segments::SpokenTurn;

    fn capabilities() -> TtsCapabilities {
        TtsCapabilities {
            provider: "flite".into(),
            model: "2.2".into(),
            max_characters: 100,
            max_turns: 1,
            concurrency: 1,
            is_paid: false,
        }
    }

    fn segment(turns: &[(&str, &str)]) -> Segment {
        let turn = |(voice, text): &(&str, &str)| SpokenTurn {
            line: 0,
            voice: VoiceId::parse(voice).unwrap(),
            text: (*text).to_owned(),
        };
        Segment {
            gap_before: Duration::ZERO,
            turns: turns.iter().map(turn).collect(),
        }
    }

    #[test]
    fn the_encoding_is_pinned() {
        let settings = SpeechSettings {
            stability: Some(0.5),
            ..SpeechSettings::default()
        };
        let json = r#"{"v":2,"provider":"flite","model":"2.2","language":null,"stability":0.5,"seed":null,"turns":[["slt","Hi"],["rms","Hello"]]}"#;
        assert_eq!(
            segment(&[("slt", "Hi"), ("rms", "Hello")]).key(&capabilities(), &settings),
            Digest::of(json)
        );
    }

    #[test]
    fn all_that_changes_the_sound_changes_the_key() {
        let plain = SpeechSettings::default();
        let seeded = SpeechSettings {
            seed: Some(1),
            ..plain.clone()
        };
        let english = SpeechSettings {
            language: Some("en".into()),
            ..plain.clone()
        };
        let newer = TtsCapabilities {
            model: "2.3".into(),
            ..capabilities()
        };
        let hi = segment(&[("slt", "Hi")]);
        let mut keys = vec![
            hi.key(&capabilities(), &plain),
            hi.key(&capabilities(), &seeded),
            hi.key(&capabilities(), &english),
            hi.key(&newer, &plain),
            segment(&[("rms", "Hi")]).key(&capabilities(), &plain),
            segment(&[("slt", "Ha")]).key(&capabilities(), &plain),
            segment(&[("slt", "Hi"), ("slt", "Hi")]).key(&capabilities(), &plain),
        ];
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
