//! The contract of [`Tts`].

use std::collections::HashSet;

use esl_core::ports::{Audio, SpeechRequest, SpeechSettings, Tts, TtsError, Turn};
use esl_core::{CancellationToken, VoiceId, VoiceSettings};

use crate::Fixture;

/// Makes one test of each clause of the [`Tts`] contract.
///
/// `$fixture` names an `async fn() -> Fixture<dyn Tts>` of the calling module.
#[macro_export]
macro_rules! tts_suite {
    ($fixture:ident) => {
        $crate::__clauses!(
            tts,
            $fixture,
            [
                voices_are_listed_once_and_in_a_stable_order,
                every_voice_speaks,
                more_words_take_longer,
                an_unknown_voice_is_refused,
                text_over_the_limit_is_refused,
                a_cancelled_request_ends,
            ]
        );
    };
}

async fn first_voice(tts: &dyn Tts) -> VoiceId {
    let voices = tts.voices().await.expect("voices");
    voices.first().expect("at least one voice").id.clone()
}

fn say(voice: VoiceId, text: &str) -> SpeechRequest {
    let turn = Turn {
        voice,
        text: text.to_owned(),
        settings: VoiceSettings::default(),
    };
    SpeechRequest {
        turns: vec![turn],
        is_dialogue: false,
        settings: SpeechSettings::default(),
    }
}

fn is_audible(audio: &Audio) -> bool {
    match audio {
        Audio::Pcm { samples, .. } => samples.iter().any(|sample| sample.unsigned_abs() > 100),
        Audio::Mp3(bytes) => bytes.len() > 100,
    }
}

fn size(audio: &Audio) -> usize {
    match audio {
        Audio::Pcm { samples, .. } => samples.len(),
        Audio::Mp3(bytes) => bytes.len(),
    }
}

/// Two listings are equal, and no id stands in one twice.
pub async fn voices_are_listed_once_and_in_a_stable_order(fixture: &Fixture<dyn Tts>) {
    let voices = fixture.port.voices().await.expect("voices");
    assert_eq!(voices, fixture.port.voices().await.expect("voices"));
    let ids: HashSet<_> = voices.iter().map(|voice| &voice.id).collect();
    assert!(!ids.is_empty() && ids.len() == voices.len());
}

/// Every voice that is listed speaks audibly.
pub async fn every_voice_speaks(fixture: &Fixture<dyn Tts>) {
    for voice in fixture.port.voices().await.expect("voices") {
        let request = say(voice.id.clone(), "Good morning.");
        let spoken = fixture
            .port
            .synthesize(&request, &CancellationToken::new())
            .await;
        let speech = spoken.unwrap_or_else(|error| panic!("{}: {error}", voice.id));
        assert!(is_audible(&speech.audio), "{} is silent", voice.id);
        assert!(
            matches!(speech.timings.len(), 0 | 1),
            "timings of other turns"
        );
    }
}

/// The whole text is spoken, not only its beginning.
pub async fn more_words_take_longer(fixture: &Fixture<dyn Tts>) {
    let (tts, cancel) = (&fixture.port, CancellationToken::new());
    let voice = first_voice(tts.as_ref()).await;
    let short = tts
        .synthesize(&say(voice.clone(), "Go on."), &cancel)
        .await
        .expect("speech");
    let words = "Go straight on and turn left at the old stone bridge over the river. ";
    let long = tts
        .synthesize(&say(voice, &words.repeat(2)), &cancel)
        .await
        .expect("speech");
    assert!(size(&long.audio) > 3 * size(&short.audio));
}

/// A voice that is not listed is `UnknownVoice`.
pub async fn an_unknown_voice_is_refused(fixture: &Fixture<dyn Tts>) {
    let nobody = VoiceId::parse("no-such-voice").expect("a valid id");
    let result = fixture
        .port
        .synthesize(&say(nobody, "Hello."), &CancellationToken::new())
        .await;
    assert!(
        matches!(result, Err(TtsError::UnknownVoice { .. })),
        "{result:?}"
    );
}

/// Text over the limit is `TooLong`.
pub async fn text_over_the_limit_is_refused(fixture: &Fixture<dyn Tts>) {
    let text = "a".repeat(fixture.port.capabilities().max_characters + 1);
    let request = say(first_voice(fixture.port.as_ref()).await, &text);
    let result = fixture
        .port
        .synthesize(&request, &CancellationToken::new())
        .await;
    assert!(
        matches!(result, Err(TtsError::TooLong { .. })),
        "{result:?}"
    );
}

/// A request whose token has fired is `Cancelled`.
pub async fn a_cancelled_request_ends(fixture: &Fixture<dyn Tts>) {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let request = say(first_voice(fixture.port.as_ref()).await, "Hello.");
    let result = fixture.port.synthesize(&request, &cancel).await;
    assert!(matches!(result, Err(TtsError::Cancelled)), "{result:?}");
}
