//! Servers with OpenAI's interface: a strict one and a local one.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{Tts, TtsError};
use esl_core::{CancellationToken, Classify as _, ErrorKind};
use esl_pipeline::providers::openai_speech::{OpenAiSpeech, OpenAiSpeechOptions, SpeechFormat};
use esl_pipeline::speech::segments::SpeechMode;
use esl_testkit::Fixture;
use esl_testkit::fakes::openai_speech::OpenAiServer;
use esl_testkit::fakes::{Answer, FakesOptions, Fault, Service};

use crate::world::{TALK, World, characters, letter, line};

async fn world(server: OpenAiServer) -> World {
    World::with(FakesOptions {
        openai: server,
        ..FakesOptions::default()
    })
    .await
}

fn speech(world: &World, change: impl FnOnce(&mut OpenAiSpeechOptions)) -> Arc<OpenAiSpeech> {
    let url = format!("{}/v1", world.fakes.url(Service::OpenAi));
    let mut options = OpenAiSpeechOptions::new(url.parse().unwrap());
    options.api_key = Some("fake-openai-key".into());
    change(&mut options);
    Arc::new(OpenAiSpeech::new(options).unwrap())
}

async fn strict() -> Fixture<dyn Tts> {
    let world = world(OpenAiServer::openai()).await;
    Fixture::guarded(speech(&world, |_| {}), world)
}

async fn local() -> Fixture<dyn Tts> {
    let world = world(OpenAiServer::kokoro()).await;
    let tts = speech(&world, |options| {
        options.api_key = None;
        options.model = "kokoro".to_owned();
    });
    Fixture::guarded(tts, world)
}

mod strict_server {
    use super::strict;
    esl_testkit::tts_suite!(strict);
}

mod local_server {
    use super::local;
    esl_testkit::tts_suite!(local);
}

#[tokio::test]
async fn a_local_server_tells_its_voices_and_speaks_for_free() {
    let fixture = local().await;
    let voices = fixture.port.voices().await.unwrap();
    let emma = voices
        .iter()
        .find(|voice| voice.id.as_str() == "bf_emma")
        .unwrap();
    assert_eq!(emma.labels.accent.as_deref(), Some("british"));
    assert!(!fixture.port.capabilities().is_paid);
    let mix = line("af_bella(2)+am_adam", "Good morning.");
    let speech = fixture
        .port
        .synthesize(&mix, &CancellationToken::new())
        .await;
    assert_eq!(speech.unwrap().characters_billed, 0);
}

#[tokio::test]
async fn a_dialogue_becomes_a_recording_line_by_line() {
    let world = world(OpenAiServer::openai()).await;
    let tts = speech(&world, |_| {});
    let recording = world
        .record(&tts, TALK, SpeechMode::Dialogue)
        .await
        .unwrap();
    assert_eq!(recording.transcript.cues.len(), 6);
    let refused = world.orders(Service::OpenAi);
    let refused = refused
        .iter()
        .filter(|order| order.status != Some(200))
        .count();
    assert!(
        refused <= 2,
        "the field that is not known is sent {refused} times"
    );
}

/// What arrives uncompressed is encoded here, once.
#[cfg(feature = "mp3-encoder")]
#[tokio::test]
async fn wav_over_http_becomes_a_recording() {
    for server in [OpenAiServer::openai(), OpenAiServer::kokoro()] {
        let world = world(server).await;
        let tts = speech(&world, |options| options.format = SpeechFormat::Wav);
        let talk = letter(3);
        let recording = world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
        let asked = world.orders(Service::OpenAi);
        assert_eq!(asked[0].json()["response_format"], "wav");
        assert_eq!(recording.transcript.cues.len(), 3);
        let seconds = recording.duration.as_secs_f64();
        let spoken = characters(&talk) as f64 * 0.06;
        assert!(
            (spoken..spoken + 6.0).contains(&seconds),
            "{seconds} for {spoken}"
        );
        let sound = std::fs::read(&recording.path).unwrap();
        assert!(sound.starts_with(b"ID3"), "it is an MP3 file");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for fault in [
        Fault::status(500),
        Fault::status(503),
        Fault::status(429),
        Fault::answer(Answer::status(429).header("Retry-After", "0.05")),
        Fault::drop_after(),
        Fault::truncate(),
        Fault::shorten(),
        Fault::stall(),
        Fault::html_bad_gateway(),
        Fault::answer(Answer::status(200).body("")),
        Fault::answer(Answer::status(200).body(r#"{"error":{"message":"busy"}}"#)),
    ] {
        let world = world(OpenAiServer::kokoro()).await;
        let tts = speech(&world, |options| options.timeout = Duration::from_secs(2));
        let name = format!("{:?}", fault.kind);
        let fault = fault.on("POST", "/v1/audio/speech").nth(2);
        world.fakes.inject(Service::OpenAi, fault);
        let recording = world
            .record(&tts, &letter(3), SpeechMode::Auto)
            .await
            .unwrap();
        assert_eq!(recording.stats.retries, 1, "{name}");
        assert_eq!(world.orders(Service::OpenAi).len(), 4, "{name}");
    }
}

#[tokio::test]
async fn refusals_say_what_is_wrong() {
    let request = line("alloy", "Good morning.");
    let refusal = async |server: OpenAiServer, change: fn(&mut OpenAiSpeechOptions)| {
        let world = world(server).await;
        let tts = speech(&world, change);
        let spoken = tts.synthesize(&request, &CancellationToken::new()).await;
        spoken.unwrap_err()
    };
    let no_key = |options: &mut OpenAiSpeechOptions| options.api_key = None;
    let error = refusal(OpenAiServer::openai(), no_key).await;
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    let no_model = |options: &mut OpenAiSpeechOptions| options.model = "tts-9".to_owned();
    let error = refusal(OpenAiServer::openai(), no_model).await;
    assert!(error.to_string().contains("tts-9"), "{error}");
    let poor = OpenAiServer {
        has_credit: false,
        ..OpenAiServer::openai()
    };
    let error = refusal(poor, |_| {}).await;
    assert_eq!(error.kind(), ErrorKind::QuotaExhausted, "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let options = OpenAiSpeechOptions::new("http://127.0.0.1:9".parse().unwrap());
    let tts = OpenAiSpeech::new(options).unwrap();
    let error = tts.voices().await.unwrap_err();
    assert!(matches!(error, TtsError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");
}
