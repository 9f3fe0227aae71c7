//! How many requests are under way, and what becomes of storms.

use std::collections::BTreeMap;
use std::time::Duration;

use esl_pipeline::speech::segments::SpeechMode;
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{
    Answer, FakesOptions, Fault, LoggedRequest, Service, ServiceLimits, most_in_flight,
};

use crate::world::{World, characters, letter};

async fn slow_world(max_concurrent: usize) -> World {
    let limits = ServiceLimits {
        latency: Duration::from_millis(30),
        ..ServiceLimits::default()
    };
    World::with(FakesOptions {
        limits: BTreeMap::from([(Service::ElevenLabs, limits)]),
        elevenlabs: ElevenLabsAccount {
            max_concurrent: Some(max_concurrent),
            ..ElevenLabsAccount::default()
        },
        ..FakesOptions::default()
    })
    .await
}

fn with_status(orders: &[LoggedRequest], status: u16) -> usize {
    let answered = orders.iter().filter(|order| order.status == Some(status));
    answered.count()
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_asked_for() {
    let world = slow_world(10).await;
    let tts = world.elevenlabs(|options| options.concurrency = 3);
    world
        .record(&tts, &letter(12), SpeechMode::Auto)
        .await
        .unwrap();
    let orders = world.orders(Service::ElevenLabs);
    assert_eq!(orders.len(), 12);
    assert!(most_in_flight(&orders) <= 3);
}

#[tokio::test]
async fn the_accounts_own_limit_is_found_and_kept() {
    let world = slow_world(2).await;
    let tts = world.elevenlabs(|options| options.concurrency = 8);
    let talk = letter(24);
    world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
    let orders = world.orders(Service::ElevenLabs);
    let refused = with_status(&orders, 429);
    assert!(refused < 12, "{refused} requests were refused");
    let later = &orders[orders.len() - 12..];
    assert!(most_in_flight(later) <= 2);
    assert_eq!(world.spent(), characters(&talk));
}

#[tokio::test]
async fn a_storm_of_refusals_passes_without_a_segment_bought_twice() {
    let with_time = Answer::status(429).header("Retry-After", "0.05");
    for answer in [Answer::status(429), with_time] {
        let world = World::new().await;
        let tts = world.elevenlabs(|_| {});
        let storm = Fault::answer(answer).on("POST", "/v1/**").nth(3).times(8);
        world.fakes.inject(Service::ElevenLabs, storm);
        let talk = letter(12);
        let recording = world.record(&tts, &talk, SpeechMode::Auto).await.unwrap();
        assert_eq!(recording.stats.retries, 8);
        assert_eq!(world.spent(), characters(&talk));
    }
}
