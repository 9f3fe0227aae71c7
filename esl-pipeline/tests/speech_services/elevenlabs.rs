//! What is asked of ElevenLabs, and what its answers become.

use esl_core::ports::{SpeechRequest, SpeechSettings, Tts, TtsError};
use esl_core::{CancellationToken, Classify as _, ErrorKind};
use esl_pipeline::providers::elevenlabs::OutputFormat;
use esl_pipeline::speech::segments::SpeechMode;
use esl_testkit::Fixture;
use esl_testkit::fakes::Service;
use esl_testkit::fakes::elevenlabs::{DialogueAccess, ElevenLabsAccount, Tier};
use serde_json::json;

use crate::world::{GEORGE, TALK, World, characters, letter, line, turn};

async fn account() -> Fixture<dyn Tts> {
    let world = World::new().await;
    let tts = world.elevenlabs(|_| {});
    Fixture::guarded(tts, world)
}

esl_testkit::tts_suite!(account);

async fn refusal(world: &World, request: &SpeechRequest) -> TtsError {
    let tts = world.elevenlabs(|_| {});
    let spoken = tts.synthesize(request, &CancellationToken::new()).await;
    spoken.unwrap_err()
}

#[tokio::test]
async fn a_dialogue_is_spoken_in_exchanges_with_a_cue_for_each_line() {
    let world = World::new().await;
    let tts = world.elevenlabs(|_| {});
    let recording = world.record(&tts, TALK, SpeechMode::Auto).await.unwrap();
    let orders = world.orders(Service::ElevenLabs);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].path, "/v1/text-to-dialogue/with-timestamps");
    assert_eq!(
        orders[0].query.as_deref(),
        Some("output_format=mp3_44100_128")
    );
    assert_eq!(orders[0].json()["inputs"].as_array().unwrap().len(), 6);
    assert_eq!(recording.transcript.cues.len(), 6);
    let starts = recording.transcript.cues.iter().map(|cue| cue.start);
    assert!(starts.is_sorted());
    assert_eq!(recording.stats.characters_billed, characters(TALK));
    assert_eq!(world.spent(), characters(TALK));
}

#[tokio::test]
async fn a_monologue_is_spoken_line_by_line_by_the_other_model() {
    let world = World::new().await;
    let tts = world.elevenlabs(|_| {});
    let talk = letter(3);
    let recording = world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
    let orders = world.orders(Service::ElevenLabs);
    assert_eq!(orders.len(), 3);
    assert!(
        orders
            .iter()
            .all(|order| order.path.starts_with("/v1/text-to-speech/"))
    );
    assert!(
        orders
            .iter()
            .all(|order| order.json()["model_id"] == "eleven_multilingual_v2")
    );
    assert_eq!(recording.stats.characters_billed, world.spent());
}

#[tokio::test]
async fn what_is_spoken_already_is_not_paid_for_again() {
    let world = World::new().await;
    let tts = world.elevenlabs(|_| {});
    world
        .record(&tts, &letter(3), SpeechMode::Auto)
        .await
        .unwrap();
    let before = world.spent();
    let recording = world
        .record(&tts, &letter(4), SpeechMode::Auto)
        .await
        .unwrap();
    assert_eq!(recording.stats.cached, 3);
    assert_eq!(
        world.spent() - before,
        characters(&letter(4)) - characters(&letter(3))
    );
}

#[tokio::test]
async fn settings_reach_the_service_as_it_takes_them() {
    let world = World::new().await;
    let tts = world.elevenlabs(|options| {
        options.model = "eleven_flash_v2_5".to_owned();
        options.output_format = "mp3_22050_32".parse::<OutputFormat>().unwrap();
    });
    let mut request = line(GEORGE, "Good morning.");
    request.turns[0].settings.speed = Some(0.9);
    request.settings = SpeechSettings {
        language: Some("en".to_owned()),
        stability: Some(0.7),
        seed: Some(u32::MAX),
    };
    let speech = tts
        .synthesize(&request, &CancellationToken::new())
        .await
        .unwrap();
    let expected = json!({
        "text": "Good morning.",
        "model_id": "eleven_flash_v2_5",
        "language_code": "en",
        "voice_settings": {"stability": 0.7, "speed": 0.9},
        "seed": u32::MAX,
        "apply_text_normalization": "auto",
    });
    let orders = world.orders(Service::ElevenLabs);
    assert_eq!(orders[0].json(), expected);
    assert_eq!(
        orders[0].query.as_deref(),
        Some("output_format=mp3_22050_32")
    );
    assert_eq!(speech.characters_billed, world.spent());
    assert_eq!(speech.max_concurrency, Some(10));
}

#[tokio::test]
async fn refusals_say_what_is_wrong_in_plain_words() {
    let free = ElevenLabsAccount {
        tier: Tier::Free,
        ..ElevenLabsAccount::default()
    };
    let deaf = ElevenLabsAccount {
        permissions: Some(vec!["voices_read".to_owned()]),
        ..ElevenLabsAccount::default()
    };
    let stranger = ElevenLabsAccount {
        api_key: "another".to_owned(),
        ..ElevenLabsAccount::default()
    };
    let poor = ElevenLabsAccount {
        character_limit: 5,
        ..ElevenLabsAccount::default()
    };
    let old = |account: &ElevenLabsAccount| ElevenLabsAccount {
        legacy_errors: true,
        ..account.clone()
    };
    let library = line("fakeEve0000000000000", "Good morning.");
    let george = line(GEORGE, "Good morning.");
    for (account, request, kind, words) in [
        (
            old(&poor),
            &george,
            ErrorKind::QuotaExhausted,
            "needs 13 credits, 5 are left",
        ),
        (
            poor,
            &george,
            ErrorKind::QuotaExhausted,
            "needs 13 credits, 5 are left",
        ),
        (
            old(&stranger),
            &george,
            ErrorKind::Unauthenticated,
            "refused the credential",
        ),
        (
            stranger,
            &george,
            ErrorKind::Unauthenticated,
            "refused the credential",
        ),
        (deaf, &george, ErrorKind::Forbidden, "text_to_speech"),
        (free, &library, ErrorKind::Forbidden, "library voices"),
    ] {
        let world = World::of(account).await;
        let error = refusal(&world, request).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(world.spent(), 0);
    }
}

#[tokio::test]
async fn an_account_without_dialogues_is_told_from_one_that_is_refused() {
    let request = SpeechRequest {
        turns: vec![
            turn(GEORGE, "Hello."),
            turn("EXAVITQu4vr4xnSDxMaL", "Hello!"),
        ],
        is_dialogue: true,
        settings: SpeechSettings::default(),
    };
    for dialogue in [
        DialogueAccess::FeatureNotAvailable,
        DialogueAccess::SubscriptionRequired,
        DialogueAccess::ModelAccessDenied,
        DialogueAccess::ModelNotFound,
        DialogueAccess::UnsupportedModel,
        DialogueAccess::NoRoute,
    ] {
        let account = ElevenLabsAccount {
            dialogue,
            ..ElevenLabsAccount::default()
        };
        let error = refusal(&World::of(account).await, &request).await;
        assert!(
            matches!(error, TtsError::NoDialogue { .. }),
            "{dialogue:?}: {error}"
        );
    }
}

#[tokio::test]
async fn the_account_tells_its_voices_models_and_allowance() {
    let world = World::of(ElevenLabsAccount {
        character_count: 40,
        character_limit: 100,
        ..ElevenLabsAccount::default()
    })
    .await;
    let tts = world.elevenlabs(|_| {});
    let allowance = tts.allowance().await.unwrap();
    assert_eq!(
        (allowance.used, allowance.left(), &*allowance.tier),
        (40, 60, "creator")
    );
    assert!(allowance.renewed_at.is_some());
    let models = tts.models().await.unwrap();
    let v3 = models.iter().find(|model| model.id == "eleven_v3").unwrap();
    assert_eq!(v3.max_characters, Some(5000));
    let voices = tts.voices().await.unwrap();
    assert_eq!(voices.len(), 30);
    assert!(voices.iter().all(|voice| voice.labels.gender.is_some()));
    tts.voices().await.unwrap();
    let lists = world.fakes.requests(Service::ElevenLabs);
    let lists = lists.iter().filter(|request| request.path == "/v2/voices");
    assert_eq!(lists.count(), 1);
}

#[tokio::test]
async fn a_catalog_is_used_in_place_of_the_account() {
    let world = World::new().await;
    let mut voices = world.elevenlabs(|_| {}).voices().await.unwrap();
    voices.truncate(2);
    world.fakes.clear_log();
    let tts = world.elevenlabs(|options| options.catalog = Some(voices.clone()));
    assert_eq!(tts.voices().await.unwrap(), voices);
    assert!(!tts.capabilities().lists_all_voices);
    let asked = world.fakes.requests(Service::ElevenLabs);
    assert!(asked.iter().all(|request| request.path == "/v1/models"));
}
