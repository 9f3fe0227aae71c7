//! Who may ask, and in what form.

use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::elevenlabs::Tier;
use serde_json::Value;
use serde_json::json;

use super::{EVE, GEORGE, KEY, World, faults, invalid, refused, told};

#[tokio::test]
async fn a_body_that_is_not_of_the_form_is_refused_before_the_key_is_looked_at() {
    let world = World::new().await;
    let path = world.url(&format!("/v1/text-to-speech/{GEORGE}"));
    let post = |body: Value| world.client.post(&path).json(&body).send();
    let expect = async |body: Value, kind: &str, place: Value| {
        let found = faults(post(body).await.unwrap()).await;
        assert_eq!(found, [(kind.to_owned(), place)]);
    };
    expect(json!({}), "missing", json!(["body", "text"])).await;
    expect(json!({ "text": 1 }), "string_type", json!(["body", "text"])).await;
    expect(json!([]), "model_attributes_type", json!(["body"])).await;
    let settings = |settings: Value| json!({ "text": "a", "voice_settings": settings });
    let place = json!(["body", "voice_settings", "stability"]);
    expect(
        settings(json!({ "stability": 1.1 })),
        "less_than_equal",
        place.clone(),
    )
    .await;
    expect(
        settings(json!({ "stability": -1 })),
        "greater_than_equal",
        place.clone(),
    )
    .await;
    expect(settings(json!({ "stability": "a" })), "float_type", place).await;
    let place = json!(["body", "voice_settings", "use_speaker_boost"]);
    expect(
        settings(json!({ "use_speaker_boost": 1 })),
        "bool_type",
        place,
    )
    .await;
    let with = |key: &str, value: Value| json!({ "text": "a", key: value });
    for key in ["previous_request_ids", "next_request_ids"] {
        let body = with(key, json!(["a", "b", "c", "d"]));
        expect(body, "too_long", json!(["body", key])).await;
    }
    let key = "pronunciation_dictionary_locators";
    let locator = json!({ "pronunciation_dictionary_id": "x" });
    let body = with(key, json!([locator, locator, locator, locator]));
    expect(body, "too_long", json!(["body", key])).await;
    let body = with("apply_text_normalization", json!("always"));
    expect(body, "enum", json!(["body", "apply_text_normalization"])).await;
    expect(
        with("seed", json!(1.5)),
        "int_type",
        json!(["body", "seed"]),
    )
    .await;

    let response = world.client.post(&path).body("text").send().await.unwrap();
    assert_eq!(faults(response).await[0].0, "model_attributes_type");
    let url = format!("{path}?optimize_streaming_latency=5");
    let response = world
        .client
        .post(url)
        .json(&json!({ "text": "a" }))
        .send()
        .await
        .unwrap();
    let place = json!(["query", "optimize_streaming_latency"]);
    assert_eq!(
        faults(response).await,
        [("less_than_equal".to_owned(), place)]
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let world = World::new().await;
    let path = world.url(&format!("/v1/text-to-speech/{GEORGE}"));
    let send = |body: Vec<u8>| {
        let request = world
            .client
            .post(&path)
            .header("content-type", "application/json");
        request.body(body).send()
    };
    let response = send(b"{".to_vec()).await.unwrap();
    assert_eq!(told(response).await, invalid("malformed_json"));
    let response = send(vec![b' '; (1 << 20) + 1]).await.unwrap();
    assert_eq!(
        told(response).await,
        refused(413, "invalid_request", "request_too_large")
    );
}

#[tokio::test]
async fn without_the_right_key_nothing_is_told() {
    let world = World::new().await;
    let body = json!({ "text": "a" });
    let url = world.url(&format!("/v1/text-to-speech/{GEORGE}"));
    let response = world.client.post(&url).json(&body).send().await.unwrap();
    assert_eq!(
        told(response).await,
        refused(401, "authentication_error", "needs_authorization")
    );
    let request = world
        .client
        .post(&url)
        .header("xi-api-key", "wrong")
        .json(&body);
    let found = told(request.send().await.unwrap()).await;
    assert_eq!(
        (found.http, found.code, found.status),
        (401, "unauthorized".into(), "invalid_api_key".into())
    );
    let request = world.client.post(&url).bearer_auth(KEY).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);

    let response = world
        .client
        .get(world.url("/v1/models"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        told(response).await,
        refused(404, "not_found", "workspace_not_found")
    );
    let response = world
        .client
        .get(world.url("/v1/voices"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn a_key_may_do_only_what_it_is_permitted() {
    let permissions = Some(vec!["voices_read".to_owned()]);
    let world = World::with(ElevenLabsAccount {
        permissions,
        ..Default::default()
    })
    .await;
    assert_eq!(world.get("/v1/voices").await.status(), 200);
    let missing = || refused(401, "authorization_error", "missing_permissions");
    assert_eq!(
        told(world.say(&json!({ "text": "a" })).await).await,
        missing()
    );
    assert_eq!(
        told(world.get("/v1/user/subscription").await).await,
        missing()
    );
    assert_eq!(told(world.get("/v1/models").await).await, missing());
}

#[tokio::test]
async fn credits_run_out_and_are_topped_up() {
    let world = World::with(ElevenLabsAccount {
        character_limit: 10,
        ..Default::default()
    })
    .await;
    assert_eq!(
        world.say(&json!({ "text": "1234567890" })).await.status(),
        200
    );
    let response = world.say(&json!({ "text": "1" })).await;
    let found = told(response).await;
    assert_eq!(
        (found.http, found.code, found.status),
        (402, "insufficient_credits".into(), "quota_exceeded".into())
    );
    assert_eq!(world.used(), 10);

    world
        .fakes
        .elevenlabs()
        .update(|account| account.legacy_errors = true);
    let response = world.say(&json!({ "text": "1" })).await;
    assert_eq!(response.status(), 401);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["detail"]["status"], "quota_exceeded");
    assert!(body["detail"].get("code").is_none());

    world
        .fakes
        .elevenlabs()
        .update(|account| account.character_limit += 1);
    assert_eq!(world.say(&json!({ "text": "1" })).await.status(), 200);
    let subscription: Value = world
        .get("/v1/user/subscription")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(subscription["character_count"], 11);
    assert_eq!(subscription["character_limit"], 11);
}

#[tokio::test]
async fn what_the_plan_lacks_is_refused() {
    let world = World::with(ElevenLabsAccount {
        tier: Tier::Free,
        ..Default::default()
    })
    .await;
    let body = json!({ "text": "a" });
    let response = world
        .post(&format!("/v1/text-to-speech/{EVE}"), &body)
        .await;
    assert_eq!(
        told(response).await,
        refused(402, "payment_required", "paid_plan_required")
    );
    for format in ["mp3_44100_192", "pcm_44100", "wav_44100"] {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format={format}");
        let response = world.post(&path, &body).await;
        assert_eq!(
            told(response).await,
            refused(403, "authorization_error", "subscription_required")
        );
    }
    let path = format!("/v1/text-to-speech/{GEORGE}?enable_logging=false");
    let response = world.post(&path, &body).await;
    assert_eq!(
        told(response).await,
        refused(403, "authorization_error", "feature_not_available")
    );
    world
        .fakes
        .elevenlabs()
        .update(|it| it.denied_models.push("eleven_v4".to_owned()));
    let response = world
        .say(&json!({ "text": "a", "model_id": "eleven_v4" }))
        .await;
    assert_eq!(
        told(response).await,
        refused(403, "authorization_error", "model_access_denied")
    );
}
