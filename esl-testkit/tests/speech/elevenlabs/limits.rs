//! What a plan, a model and a request may hold.

use std::time::Duration;

use esl_testkit::fakes::Service;
use esl_testkit::fakes::ServiceLimits;
use esl_testkit::fakes::elevenlabs::DialogueAccess;
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use serde_json::Value;
use serde_json::json;

use super::{GEORGE, KEY, World, faults, invalid, lines, list, refused, told};

#[tokio::test]
async fn an_account_without_dialogues_is_told_so_in_each_known_way() {
    let world = World::new().await;
    let body = lines(2, "Hello.");
    let ways = [
        (
            DialogueAccess::FeatureNotAvailable,
            403,
            "feature_not_available",
        ),
        (
            DialogueAccess::SubscriptionRequired,
            403,
            "subscription_required",
        ),
        (
            DialogueAccess::ModelAccessDenied,
            403,
            "model_access_denied",
        ),
        (DialogueAccess::ModelNotFound, 400, "model_not_found"),
        (DialogueAccess::UnsupportedModel, 400, "unsupported_model"),
    ];
    for (access, http, code) in ways {
        world
            .fakes
            .elevenlabs()
            .update(|account| account.dialogue = access);
        let found = told(world.talk(&body).await).await;
        assert_eq!((found.http, found.code), (http, code.into()));
    }
    world
        .fakes
        .elevenlabs()
        .update(|account| account.dialogue = DialogueAccess::NoRoute);
    let response = world.talk(&body).await;
    assert_eq!(response.status(), 404);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "detail": "Not Found" }));
    assert_eq!(world.used(), 0);
}

#[tokio::test]
async fn parameters_that_cannot_be_are_refused_and_cost_nothing() {
    let world = World::new().await;
    let expect = async |body: Value, code: &str| {
        assert_eq!(told(world.say(&body).await).await, invalid(code), "{body}");
    };
    let with = |key: &str, value: Value| json!({ "text": "a", key: value });
    expect(json!({ "text": " \n" }), "empty_text").await;
    expect(with("model_id", json!("eleven_v9")), "model_not_found").await;
    expect(
        with("voice_settings", json!({ "speed": 0.6 })),
        "invalid_voice_settings",
    )
    .await;
    expect(
        with("voice_settings", json!({ "speed": 1.3 })),
        "invalid_voice_settings",
    )
    .await;
    expect(with("seed", json!(4_294_967_296_u64)), "invalid_seed").await;
    expect(with("seed", json!(-1)), "invalid_seed").await;
    expect(
        with("previous_request_ids", json!(["never"])),
        "invalid_request_id",
    )
    .await;
    let flash = |key: &str, value: Value| json!({ "text": "a", "model_id": "eleven_flash_v2_5", key: value });
    expect(flash("language_code", json!("xx")), "unsupported_language").await;
    expect(
        flash("apply_text_normalization", json!("on")),
        "unsupported_model",
    )
    .await;
    let v3 = |key: &str, value: Value| json!({ "text": "a", "model_id": "eleven_v3", key: value });
    expect(v3("previous_text", json!("b")), "unsupported_model").await;
    expect(v3("next_text", json!("b")), "unsupported_model").await;
    expect(
        v3("previous_request_ids", json!(["b"])),
        "unsupported_model",
    )
    .await;
    expect(
        v3("voice_settings", json!({ "stability": 0.7 })),
        "invalid_ttd_stability",
    )
    .await;

    for format in ["mp3_22050_64", "flac", "pcm_11025"] {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format={format}");
        let response = world.post(&path, &json!({ "text": "a" })).await;
        assert_eq!(told(response).await, invalid("invalid_output_format"));
    }
    let path = format!("/v1/text-to-speech/{GEORGE}/stream?output_format=wav_16000");
    let response = world.post(&path, &json!({ "text": "a" })).await;
    assert_eq!(told(response).await, invalid("invalid_output_format"));
    let locators = json!([{ "pronunciation_dictionary_id": "x" }]);
    let response = world
        .say(&with("pronunciation_dictionary_locators", locators))
        .await;
    assert_eq!(told(response).await.http, 404);
    let response = world
        .post("/v1/text-to-speech/nobody", &json!({ "text": "a" }))
        .await;
    assert_eq!(
        told(response).await,
        refused(404, "not_found", "voice_not_found")
    );
    assert_eq!(world.used(), 0);
}

#[tokio::test]
async fn each_model_has_its_own_limit_of_characters() {
    let world = World::new().await;
    let limits = [
        ("eleven_v3", 5000),
        ("eleven_v4", 10_000),
        ("eleven_multilingual_v2", 10_000),
        ("eleven_flash_v2", 30_000),
        ("eleven_flash_v2_5", 40_000),
    ];
    world
        .fakes
        .elevenlabs()
        .update(|account| account.seconds_per_character = 0.0);
    for (model, limit) in limits {
        let body = |count: usize| json!({ "text": "ü".repeat(count), "model_id": model });
        let response = world.say(&body(limit + 1)).await;
        assert_eq!(told(response).await, invalid("text_too_long"), "{model}");
        assert_eq!(world.say(&body(limit)).await.status(), 200, "{model}");
    }
}

#[tokio::test]
async fn a_dialogue_has_limits_of_its_own() {
    let world = World::new().await;
    let expect = async |body: Value, code: &str| {
        assert_eq!(told(world.talk(&body).await).await, invalid(code), "{body}");
    };
    expect(lines(2, &"a".repeat(1001)), "text_too_long").await;
    expect(lines(2, ""), "empty_text").await;
    let mut body = lines(2, "a");
    body["model_id"] = "eleven_multilingual_v2".into();
    expect(body, "unsupported_model").await;
    let mut body = lines(2, "a");
    body["previous_text"] = "b".into();
    expect(body.clone(), "unsupported_model").await;
    body["model_id"] = "eleven_v4".into();
    assert_eq!(world.talk(&body).await.status(), 200);
    body["previous_text"] = "b".repeat(101).into();
    expect(body, "text_too_long").await;

    let voices: Value = world.get("/v1/voices").await.json().await.unwrap();
    let ids = list(&voices["voices"], |voice| voice["voice_id"].clone());
    let inputs = |count: usize| {
        let inputs = ids.iter().take(count);
        let inputs = inputs.map(|id| json!({ "text": "a", "voice_id": id }));
        json!({ "inputs": inputs.collect::<Vec<_>>() })
    };
    assert_eq!(world.talk(&inputs(10)).await.status(), 200);
    expect(inputs(11), "validation_error").await;

    world
        .fakes
        .elevenlabs()
        .update(|account| account.dialogue_characters = 3);
    expect(lines(2, "ab"), "text_too_long").await;

    assert_eq!(faults(world.talk(&json!({})).await).await[0].0, "missing");
    assert_eq!(
        faults(world.talk(&json!({ "inputs": [] })).await).await[0].0,
        "too_short"
    );
    let found = faults(world.talk(&json!({ "inputs": [{ "text": "a" }] })).await).await;
    assert_eq!(
        found,
        [(
            "missing".to_owned(),
            json!(["body", "inputs", 0, "voice_id"])
        )]
    );
}

#[tokio::test]
async fn requests_that_were_spoken_may_be_named_as_neighbours() {
    let world = World::new().await;
    let first = world.say(&json!({ "text": "a" })).await;
    let id = first.headers()["request-id"].to_str().unwrap().to_owned();
    let next = json!({ "text": "b", "previous_request_ids": [id] });
    assert_eq!(world.say(&next).await.status(), 200);
}

#[tokio::test]
async fn one_request_too_many_at_once_is_refused_at_once_and_without_advice() {
    let account = ElevenLabsAccount {
        max_concurrent: Some(2),
        ..Default::default()
    };
    let world = World::with(account).await;
    world.fakes.set_limits(
        Service::ElevenLabs,
        ServiceLimits {
            latency: Duration::from_secs(60),
            ..Default::default()
        },
    );
    let mut under_way = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let url = world.url(&format!("/v1/text-to-speech/{GEORGE}"));
        let request = world.client.post(url).header("xi-api-key", KEY);
        under_way.spawn(request.json(&json!({ "text": "a" })).send());
    }
    // The other two take a minute.
    let response = under_way.join_next().await.unwrap().unwrap().unwrap();
    assert!(response.headers().get("retry-after").is_none());
    let found = told(response).await;
    assert_eq!(
        (found.http, found.code, found.status),
        (
            429,
            "concurrent_limit_exceeded".into(),
            "too_many_concurrent_requests".into()
        )
    );
}
