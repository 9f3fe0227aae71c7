//! Voices, routes, failures and the account itself.

use esl_testkit::fakes::Answer;
use esl_testkit::fakes::Fault;
use esl_testkit::fakes::Service;
use serde_json::Value;
use serde_json::json;

use super::{GEORGE, SARAH, World, faults, invalid, lines, list, refused, told};

#[tokio::test]
async fn voices_come_in_pages_and_all_at_once() {
    let world = World::new().await;
    let all: Value = world.get("/v1/voices").await.json().await.unwrap();
    let all = list(&all["voices"], |voice| voice["voice_id"].clone());
    assert_eq!(all.len(), 30);
    let mut paged = Vec::new();
    let mut path = "/v2/voices?page_size=12".to_owned();
    loop {
        let page: Value = world.get(&path).await.json().await.unwrap();
        assert_eq!(page["total_count"], 30);
        paged.extend(list(&page["voices"], |voice| voice["voice_id"].clone()));
        let token = page["next_page_token"].as_str();
        assert_eq!(page["has_more"], token.is_some());
        let Some(token) = token else { break };
        path = format!("/v2/voices?page_size=12&next_page_token={token}");
    }
    assert_eq!(paged, all);

    let named = async |query: &str| -> Vec<String> {
        let page: Value = world
            .get(&format!("/v2/voices?{query}"))
            .await
            .json()
            .await
            .unwrap();
        list(&page["voices"], |voice| {
            let name = voice["name"].as_str().unwrap();
            name.split(" - ").next().unwrap().to_owned()
        })
    };
    assert_eq!(named("search=river").await, ["River"]);
    assert_eq!(
        named("gender=female&accent=british").await,
        ["Alice", "Lily", "Amelia"]
    );
    assert_eq!(
        named(&format!("voice_ids={GEORGE}&voice_ids={SARAH}")).await,
        ["Sarah", "George"]
    );
    assert_eq!(named("voice_type=personal").await, ["My own voice"]);
    assert_eq!(named("sort=name&page_size=2").await, ["Adam", "Alice"]);

    for size in ["0", "101"] {
        let response = world.get(&format!("/v2/voices?page_size={size}")).await;
        assert_eq!(told(response).await, invalid("invalid_page_size"));
    }
    let response = world.get("/v2/voices?next_page_token=forged").await;
    assert_eq!(told(response).await, invalid("invalid_page_token"));
    assert_eq!(
        faults(world.get("/v2/voices?page_size=x").await).await[0].0,
        "int_parsing"
    );
    assert_eq!(
        faults(world.get("/v2/voices?sort=x").await).await[0].0,
        "enum"
    );

    let voice: Value = world
        .get(&format!("/v1/voices/{GEORGE}"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(voice["name"], "George - Warm, Captivating Storyteller");
    let response = world.get("/v1/voices/nobody").await;
    assert_eq!(
        told(response).await,
        refused(404, "not_found", "voice_not_found")
    );
}

#[tokio::test]
async fn a_route_or_method_that_is_not_there_is_told_in_the_frameworks_words() {
    let world = World::new().await;
    for (path, http, words) in [
        ("/v1/nothing", 404, "Not Found"),
        ("/v1/text-to-speech/x/else", 404, "Not Found"),
        ("/v1/text-to-dialogue", 405, "Method Not Allowed"),
    ] {
        let response = world.get(path).await;
        assert_eq!(response.status(), http);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({ "detail": words }));
    }
}

#[tokio::test]
async fn an_error_may_come_before_or_after_the_charge() {
    let world = World::new().await;
    let body = json!({ "text": "abc" });
    world.fakes.inject(Service::ElevenLabs, Fault::status(500));
    let response = world.say(&body).await;
    assert_eq!(
        told(response).await,
        refused(500, "internal_error", "internal_server_error")
    );
    assert_eq!(world.used(), 0);
    world.fakes.inject(
        Service::ElevenLabs,
        Fault::answer(Answer::status(500).applied()),
    );
    assert_eq!(world.say(&body).await.status(), 500);
    assert_eq!(world.used(), 3);
    world.fakes.inject(Service::ElevenLabs, Fault::status(429));
    let response = world.say(&body).await;
    assert_eq!(
        told(response).await,
        refused(429, "rate_limit_error", "system_busy")
    );
}

#[tokio::test]
async fn the_answer_may_be_empty_or_no_audio_or_end_too_early() {
    let world = World::new().await;
    let body = json!({ "text": "abc" });
    let audio = || {
        Answer::status(200)
            .header("content-type", "audio/mpeg")
            .applied()
    };
    world
        .fakes
        .inject(Service::ElevenLabs, Fault::answer(audio().body("")));
    assert!(world.say(&body).await.bytes().await.unwrap().is_empty());
    let error = json!({ "detail": { "status": "system_busy" } });
    world
        .fakes
        .inject(Service::ElevenLabs, Fault::answer(audio().body(error)));
    let response = world.say(&body).await;
    assert_eq!(response.headers()["content-type"], "audio/mpeg");
    assert!(response.bytes().await.unwrap().starts_with(b"{"));
    world.fakes.inject(Service::ElevenLabs, Fault::truncate());
    assert!(world.say(&body).await.bytes().await.is_err());
    let whole = world.say(&body).await.bytes().await.unwrap();
    world.fakes.inject(Service::ElevenLabs, Fault::shorten());
    let half = world.say(&body).await.bytes().await.unwrap();
    assert_eq!(half, whole[..whole.len() / 2]);
}

#[tokio::test]
async fn the_account_is_read_and_changed_over_http() {
    let world = World::new().await;
    let url = format!("{}/services/elevenlabs", world.fakes.control_url());
    let change = async |changes: Value| {
        let response = world
            .client
            .patch(&url)
            .json(&changes)
            .send()
            .await
            .unwrap();
        response.status().as_u16()
    };
    assert_eq!(
        change(json!({ "character_limit": 2, "dialogue": "no_route" })).await,
        200
    );
    assert_eq!(
        told(world.say(&json!({ "text": "abc" })).await).await.http,
        402
    );
    assert_eq!(world.talk(&lines(2, "a")).await.status(), 404);
    assert_eq!(change(json!({ "character_limit": "much" })).await, 400);
    assert_eq!(change(json!({ "credits": 2 })).await, 400);
    let account: Value = world
        .client
        .get(&url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&account["character_limit"], &account["tier"]),
        (&json!(2), &json!("creator"))
    );
    world.fakes.reset();
    assert_eq!(world.say(&json!({ "text": "abc" })).await.status(), 200);
}
