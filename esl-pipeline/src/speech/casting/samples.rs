//! Voices and speakers for tests.

use esl_core::{Voice, VoiceId, VoiceLabels};

use super::SpeakerNeed;

/// A voice from `id name gender accent age use_case descriptive language category`; `-` and
/// what is left out are unknown.
pub(super) fn voice(description: &str) -> Voice {
    let mut words = description.split(' ');
    let mut label = || words.next().filter(|word| *word != "-").map(str::to_owned);
    Voice {
        id: VoiceId::parse(&label().unwrap()).unwrap(),
        name: label().unwrap_or_default(),
        labels: VoiceLabels {
            gender: label(),
            accent: label(),
            age: label(),
            use_case: label(),
            descriptive: label(),
            language: label(),
        },
        category: label(),
        preview_url: None,
    }
}

pub(super) fn need(speaker: &str) -> SpeakerNeed {
    SpeakerNeed {
        speaker: speaker.to_owned(),
        ..SpeakerNeed::default()
    }
}
