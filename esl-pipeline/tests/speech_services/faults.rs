//! Failures that pass, and those that come back.

use std::time::Duration;

use esl_core::{Classify as _, ErrorKind, Retry};
use esl_pipeline::speech::segments::SpeechMode;
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{Answer, Fault, Service};

use crate::world::{TALK, World, characters, letter};

fn of_speech(fault: Fault) -> Fault {
    fault.on("POST", "/v1/**")
}

/// An answer with status 200 and the type of sound.
fn pretended(body: &str) -> Fault {
    let answer = Answer::status(200).header("content-type", "audio/mpeg");
    Fault::answer(answer.body(body))
}

#[tokio::test]
async fn what_passes_is_tried_again_and_paid_for_once() {
    for fault in [
        Fault::status(500),
        Fault::status(502),
        Fault::status(503),
        Fault::status(529),
        Fault::status(408),
        Fault::status(425),
        Fault::status(429),
        Fault::html_bad_gateway(),
        Fault::drop_before(),
        pretended(""),
        pretended(r#"{"detail":"busy"}"#),
        pretended("<html>busy</html>"),
    ] {
        let world = World::new().await;
        let tts = world.elevenlabs(|_| {});
        let name = format!("{:?}", fault.kind);
        world
            .fakes
            .inject(Service::ElevenLabs, of_speech(fault.nth(2).times(2)));
        let talk = letter(4);
        let recording = world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
        assert_eq!(recording.stats.retries, 2, "{name}");
        assert_eq!(world.spent(), characters(&talk), "{name}");
        assert_eq!(world.segments.keys().len(), 4, "{name}");
    }
}

#[tokio::test]
async fn a_lost_answer_costs_its_segment_again_and_no_other() {
    for fault in [
        Fault::drop_after(),
        Fault::truncate(),
        Fault::shorten(),
        Fault::stall(),
        Fault::answer(Answer::status(500).applied()),
    ] {
        for (talk, mode) in [
            (letter(3), SpeechMode::Auto),
            (TALK.to_owned(), SpeechMode::Auto),
        ] {
            let world = World::new().await;
            let tts = world.elevenlabs(|options| options.timeout = Duration::from_secs(2));
            let name = format!("{:?}", fault.kind);
            world
                .fakes
                .inject(Service::ElevenLabs, of_speech(fault.clone()));
            let recording = world.record(&tts, &talk, mode).await.unwrap();
            assert_eq!(recording.stats.retries, 1, "{name}");
            let lost = world.orders(Service::ElevenLabs);
            let lost = lost
                .iter()
                .find(|order| order.fault.is_some())
                .unwrap()
                .json();
            let lost = match lost["inputs"].as_array() {
                Some(inputs) => inputs.iter().map(|input| &input["text"]).collect(),
                None => vec![&lost["text"]],
            };
            let lost: usize = lost.iter().map(|text| text.as_str().unwrap().len()).sum();
            assert_eq!(world.spent(), characters(&talk) + lost as u64, "{name}");
        }
    }
}

#[tokio::test]
async fn what_never_passes_is_given_up_after_five_attempts() {
    let world = World::new().await;
    let tts = world.elevenlabs(|_| {});
    world
        .fakes
        .inject(Service::ElevenLabs, of_speech(Fault::status(503).always()));
    let error = world
        .record(&tts, &letter(1), SpeechMode::Auto)
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::Exhausted, "{error}");
    assert_eq!(world.orders(Service::ElevenLabs).len(), 5);
    assert!(world.segments.keys().is_empty());
}

#[tokio::test]
async fn when_credits_run_out_only_the_rest_is_bought_after_a_top_up() {
    for legacy_errors in [false, true] {
        let talk = letter(12);
        let total = characters(&talk);
        let world = World::of(ElevenLabsAccount {
            character_limit: total / 2,
            legacy_errors,
            ..ElevenLabsAccount::default()
        })
        .await;
        let tts = world.elevenlabs(|_| {});
        let error = world
            .record(&tts, &talk, SpeechMode::Auto)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExhausted, "{error}");
        let kept = world.segments.keys().len();
        let told = format!(
            "{kept} segments are kept, {} characters are left",
            total - world.spent()
        );
        assert!(error.to_string().contains(&told), "{error}");
        assert!(error.hint().unwrap().contains("not paid for again"));
        let refused = world.orders(Service::ElevenLabs).len() - kept;
        assert!(
            (1..=3).contains(&refused),
            "{refused} requests were refused"
        );
        world
            .fakes
            .elevenlabs()
            .update(|account| account.character_limit = total);
        let recording = world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
        assert_eq!(recording.stats.cached, kept);
        assert_eq!(world.spent(), total);
    }
}

#[tokio::test]
async fn stopped_before_any_request_and_resumed_nothing_is_bought_twice() {
    let talk = letter(5);
    for stopped_before in 1..=5 {
        let world = World::new().await;
        let tts = world.elevenlabs(|_| {});
        let revoked = of_speech(Fault::status(401).nth(stopped_before));
        world.fakes.inject(Service::ElevenLabs, revoked);
        let error = world
            .record(&tts, &talk, SpeechMode::Auto)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        let resumed = world.elevenlabs(|_| {});
        world
            .record(&resumed, &talk, SpeechMode::Auto)
            .await
            .unwrap();
        assert_eq!(
            world.spent(),
            characters(&talk),
            "stopped before {stopped_before}"
        );
    }
}
