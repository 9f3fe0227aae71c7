//! Cache addresses: equal keys mean interchangeable sound.
//!
//! A key is the SHA-256 of a canonical JSON document that begins with its version. Anything that
//! changes the sound is in it; titles, names and the words that readers see are not.

use esl_core::ports::{SpeechSettings, TtsCapabilities};
use esl_core::{Digest, VoiceSettings};
use serde::Serialize;

use super::{Delivery, Segment, SegmentPlan, SpokenTurn};
use crate::speech::recorder::Part;

/// The version of the encoding; raised when its meaning changes, so that old recordings are not
/// taken for new ones.
const VERSION: u8 = 2;

#[derive(Serialize)]
struct SegmentKey<'a> {
    v: u8,
    provider: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    variant: &'a str,
    #[serde(skip_serializing_if = "is_line")]
    mode: Delivery,
    language: Option<&'a str>,
    stability: Option<f64>,
    seed: Option<u32>,
    turns: Vec<TurnKey<'a>>,
}

/// Voice, words and, where there are any, settings.
#[derive(Serialize)]
#[serde(untagged)]
enum TurnKey<'a> {
    Plain(&'a str, &'a str),
    Set(&'a str, &'a str, VoiceSettings),
}

impl<'a> TurnKey<'a> {
    fn of(turn: &'a SpokenTurn) -> Self {
        let (voice, text) = (turn.voice.as_str(), turn.text.as_str());
        if turn.settings.is_default() {
            Self::Plain(voice, text)
        } else {
            Self::Set(voice, text, turn.settings)
        }
    }
}

// Serde hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_line(delivery: &Delivery) -> bool {
    *delivery == Delivery::LineByLine
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
        let model = match (self.delivery, &capabilities.dialogue) {
            (Delivery::Exchanges, Some(dialogue)) => &dialogue.model,
            _ => &capabilities.model,
        };
        digest(&SegmentKey {
            v: VERSION,
            provider: &capabilities.provider,
            model,
            variant: &capabilities.variant,
            mode: self.delivery,
            language: settings.language.as_deref(),
            stability: settings.stability,
            seed: settings.seed,
            turns: self.turns.iter().map(TurnKey::of).collect(),
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
    use crate::speech::segments::tests;

    fn capabilities() -> TtsCapabilities {
        TtsCapabilities {
            provider: "flite".into(),
            model: "2.2".into(),
            ..tests::capabilities(100, 5)
        }
    }

    fn segment(turns: &[(&str, &str)]) -> Segment {
        let turn = |(voice, text): &(&str, &str)| SpokenTurn {
            line: 0,
            voice: VoiceId::parse(voice).unwrap(),
            text: (*text).to_owned(),
            settings: VoiceSettings::default(),
        };
        Segment {
            gap_before: Duration::ZERO,
            delivery: Delivery::LineByLine,
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
    fn the_encoding_of_everything_optional_is_pinned() {
        let mut exchange = segment(&[("slt", "Hi")]);
        exchange.delivery = Delivery::Exchanges;
        exchange.turns[0].settings.speed = Some(0.9);
        let mp3 = TtsCapabilities {
            variant: "mp3_44100_128".into(),
            ..capabilities()
        };
        let json = r#"{"v":2,"provider":"flite","model":"d","variant":"mp3_44100_128","mode":"exchanges","language":null,"stability":null,"seed":null,"turns":[["slt","Hi",{"speed":0.9}]]}"#;
        let key = exchange.key(&mp3, &SpeechSettings::default());
        assert_eq!(key, Digest::of(json));
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
        let lossless = TtsCapabilities {
            variant: "pcm".into(),
            ..capabilities()
        };
        let hi = segment(&[("slt", "Hi")]);
        let mut slower = hi.clone();
        slower.turns[0].settings.speed = Some(0.9);
        let mut exchange = hi.clone();
        exchange.delivery = Delivery::Exchanges;
        let mut keys = vec![
            hi.key(&capabilities(), &plain),
            hi.key(&capabilities(), &seeded),
            hi.key(&capabilities(), &english),
            hi.key(&newer, &plain),
            hi.key(&lossless, &plain),
            slower.key(&capabilities(), &plain),
            exchange.key(&capabilities(), &plain),
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
