//! Against small scripts that act like engines, and the real ones where they are installed.

use std::path::Path;
use std::sync::Arc;

use esl_core::ports::SpeechSettings;
use esl_core::{VoiceId, VoiceSettings};
use esl_testkit::Fixture;

use super::*;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/engines")
        .join(name)
}

async fn detect(flite: &str) -> Result<OfflineSpeech, TtsError> {
    let options = OfflineOptions {
        flite: script(flite),
        espeak_ng: script("absent.sh"),
        ..OfflineOptions::default()
    };
    OfflineSpeech::detect(&options).await
}

fn say(voice: &str, text: &str) -> SpeechRequest {
    let turn = Turn {
        voice: VoiceId::parse(voice).unwrap(),
        text: text.into(),
        settings: VoiceSettings::default(),
    };
    SpeechRequest {
        turns: vec![turn],
        is_dialogue: false,
        settings: SpeechSettings::default(),
    }
}

async fn spoken(tts: &OfflineSpeech, voice: &str) -> Result<Speech, TtsError> {
    tts.synthesize(&say(voice, "Hello."), &CancellationToken::new())
        .await
}

async fn fake_engine() -> Fixture<dyn Tts> {
    Fixture::new(Arc::new(detect("flite.sh").await.unwrap()))
}

esl_testkit::tts_suite!(fake_engine);

#[tokio::test]
async fn what_an_engine_is_decides_the_cache_address() {
    let tts = detect("flite.sh").await.unwrap();
    assert_eq!(tts.capabilities().model, "flite flite-9.9-fake");
    assert!(!tts.capabilities().is_paid);
}

#[tokio::test]
async fn without_an_engine_one_command_is_named() {
    for useless in ["absent.sh", "mute.sh"] {
        let error = detect(useless).await.unwrap_err();
        let TtsError::NotInstalled {
            looked_for,
            install,
        } = error
        else {
            panic!("{error}")
        };
        assert!(looked_for.contains(useless));
        assert_eq!(install.lines().count(), 1);
    }
}

#[tokio::test]
async fn an_engine_that_dies_tells_why() {
    let tts = detect("dies.sh").await.unwrap();
    let error = spoken(&tts, "flite:slt").await.unwrap_err();
    assert!(matches!(error, TtsError::Unavailable { .. }));
    let message = error.to_string();
    assert!(
        message.contains("exit status: 3: cannot open voice data"),
        "{message}"
    );
}

#[tokio::test]
async fn what_is_no_sound_is_not_passed_on() {
    let tts = detect("garbage.sh").await.unwrap();
    for voice in ["flite:slt", "flite:rms"] {
        let error = spoken(&tts, voice).await.unwrap_err();
        assert!(matches!(error, TtsError::Unavailable { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_engine_that_hangs_is_ended_when_time_is_up() {
    let mut tts = detect("hangs.sh").await.unwrap();
    tts.timeout = Duration::from_millis(50);
    let error = spoken(&tts, "flite:slt").await.unwrap_err();
    assert!(matches!(error, TtsError::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_cancelled_request_ends_a_hanging_engine() {
    let tts = detect("hangs.sh").await.unwrap();
    let cancel = CancellationToken::new();
    let request = say("flite:slt", "Hello.");
    let (outcome, ()) = tokio::join!(tts.synthesize(&request, &cancel), async {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert!(matches!(outcome, Err(TtsError::Cancelled)));
}

#[tokio::test]
async fn letters_without_sounds_are_refused() {
    let tts = detect("flite.sh").await.unwrap();
    for text in ["Привет!", " ", "?!"] {
        let refused = tts
            .synthesize(&say("flite:slt", text), &CancellationToken::new())
            .await;
        assert!(
            matches!(refused, Err(TtsError::Refused { .. })),
            "{refused:?}"
        );
    }
}

/// A hint on what the installed engines are worth; passes without them unless they are required.
#[tokio::test]
async fn installed_engines_speak_by_their_first_voices() {
    let required = std::env::var("ESL_TEST_REQUIRE").unwrap_or_default();
    let tts = match OfflineSpeech::detect(&OfflineOptions::default()).await {
        Ok(tts) => tts,
        Err(error) => return assert!(!required.contains("offline-speech"), "{error}"),
    };
    for engine in &tts.engines {
        let speech = spoken(&tts, engine.voices[0].id.as_str()).await.unwrap();
        let Audio::Pcm {
            sample_rate,
            samples,
        } = speech.audio
        else {
            panic!("no samples")
        };
        let longest = samples
            .iter()
            .filter(|sample| sample.unsigned_abs() > 500)
            .count();
        assert!(
            longest > sample_rate as usize / 10,
            "{} is silent",
            engine.name
        );
    }
}
