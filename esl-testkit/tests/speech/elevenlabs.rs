//! Each rule of the fake ElevenLabs, met by one request.

use std::time::Duration;

use esl_testkit::fakes::elevenlabs::{DialogueAccess, ElevenLabsAccount, Tier};
use esl_testkit::fakes::{Answer, Fakes, FakesOptions, Fault, Service, ServiceLimits};
use reqwest::Response;
use serde_json::{Value, json};

use crate::audio;

const KEY: &str = "fake-elevenlabs-key";
const GEORGE: &str = "JBFqnCBsd6RMkjVDRZzb";
const SARAH: &str = "EXAVITQu4vr4xnSDxMaL";
/// From the library.
const EVE: &str = "fakeEve0000000000000";

struct World {
    fakes: Fakes,
    client: reqwest::Client,
}

/// Status, discriminators and field of an error.
#[derive(Debug, PartialEq)]
struct Told {
    http: u16,
    kind: Value,
    code: Value,
    status: Value,
}

impl World {
    async fn new() -> Self {
        Self::with(ElevenLabsAccount::default()).await
    }

    async fn with(account: ElevenLabsAccount) -> Self {
        let options = FakesOptions {
            elevenlabs: account,
            ..FakesOptions::default()
        };
        Self {
            fakes: Fakes::start(options).await.unwrap(),
            client: reqwest::Client::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fakes.url(Service::ElevenLabs))
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.client.post(self.url(path)).header("xi-api-key", KEY);
        request.json(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.client.get(self.url(path)).header("xi-api-key", KEY);
        request.send().await.unwrap()
    }

    async fn say(&self, body: &Value) -> Response {
        self.post(&format!("/v1/text-to-speech/{GEORGE}"), body)
            .await
    }

    async fn talk(&self, body: &Value) -> Response {
        self.post("/v1/text-to-dialogue", body).await
    }

    fn used(&self) -> u64 {
        self.fakes.elevenlabs().account().character_count
    }
}

async fn told(response: Response) -> Told {
    let http = response.status().as_u16();
    let trace = response.headers()["x-trace-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = response.json().await.unwrap();
    let detail = &body["detail"];
    assert_eq!(detail["request_id"], trace.as_str(), "{body}");
    assert!(detail["message"].is_string(), "{body}");
    Told {
        http,
        kind: detail["type"].clone(),
        code: detail["code"].clone(),
        status: detail["status"].clone(),
    }
}

fn invalid(code: &str) -> Told {
    refused(400, "validation_error", code)
}

fn refused(http: u16, kind: &str, code: &str) -> Told {
    Told {
        http,
        kind: kind.into(),
        code: code.into(),
        status: code.into(),
    }
}

/// Kind and place of each fault of a body that is not of the documented form.
async fn faults(response: Response) -> Vec<(String, Value)> {
    assert_eq!(response.status(), 422);
    let body: Value = response.json().await.unwrap();
    let faults = body["detail"].as_array().unwrap().iter();
    faults
        .map(|fault| {
            (
                fault["type"].as_str().unwrap().to_owned(),
                fault["loc"].clone(),
            )
        })
        .collect()
}

/// Two voices take turns.
fn turn_of(index: usize) -> &'static str {
    [GEORGE, SARAH][index % 2]
}

fn lines(count: usize, text: &str) -> Value {
    let inputs: Vec<Value> = (0..count)
        .map(|index| json!({ "text": text, "voice_id": turn_of(index) }))
        .collect();
    json!({ "inputs": inputs })
}

#[tokio::test]
async fn speech_is_mp3_as_long_as_its_text_and_is_charged() {
    let world = World::new().await;
    let short = world.say(&json!({ "text": "a".repeat(20) })).await;
    assert_eq!(short.status(), 200);
    assert_eq!(short.headers()["content-type"], "audio/mpeg");
    assert_eq!(short.headers()["character-cost"], "20");
    assert_eq!(short.headers()["current-concurrent-requests"], "1");
    assert_eq!(short.headers()["maximum-concurrent-requests"], "5");
    assert_eq!(short.headers()["request-id"], short.headers()["x-trace-id"]);
    let short = audio::mp3(&short.bytes().await.unwrap());
    let long = world.say(&json!({ "text": "a".repeat(60) })).await;
    let long = audio::mp3(&long.bytes().await.unwrap());

    assert_eq!((short.sample_rate, short.channels), (44_100, 1));
    assert!((long.seconds() - short.seconds() - 40.0 * 0.06).abs() < 0.06);
    assert!(short.peak(0.0, 0.08) < 0.01 && short.peak(0.2, 1.2) > 0.1);
    assert_eq!(world.used(), 80);
}

#[tokio::test]
async fn every_mp3_format_is_valid_and_has_its_length_and_bit_rate() {
    let world = World::new().await;
    let text = "a".repeat(50);
    let formats = [
        (22_050, 32),
        (24_000, 48),
        (44_100, 32),
        (44_100, 64),
        (44_100, 96),
        (44_100, 128),
        (44_100, 192),
    ];
    for (rate, kbits) in formats {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format=mp3_{rate}_{kbits}");
        let file = world
            .post(&path, &json!({ "text": text }))
            .await
            .bytes()
            .await
            .unwrap();
        let heard = audio::mp3(&file);
        assert_eq!((heard.sample_rate, heard.channels), (rate, 1));
        let expected = 50.0 * 0.06 + 0.24;
        assert!(
            (heard.seconds() - expected).abs() < 0.06,
            "{rate} {}",
            heard.seconds()
        );
        let bits_per_second = file.len() as f64 * 8.0 / heard.seconds();
        let ratio = bits_per_second / f64::from(kbits * 1000);
        assert!((0.97..1.05).contains(&ratio), "{rate} {kbits}: {ratio}");
        assert!(heard.peak(0.2, 3.0) > 0.1);
    }
}

#[tokio::test]
async fn uncompressed_formats_have_the_samples_of_their_length() {
    let world = World::with(ElevenLabsAccount {
        tier: Tier::Pro,
        ..Default::default()
    })
    .await;
    let file = async |format: &str| {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format={format}");
        let response = world.post(&path, &json!({ "text": "a".repeat(50) })).await;
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (content_type, response.bytes().await.unwrap())
    };
    let seconds: f64 = 50.0 * 0.06 + 0.24;
    let (content_type, pcm) = file("pcm_16000").await;
    assert_eq!(
        (content_type.as_str(), pcm.len()),
        ("audio/pcm", (seconds * 32_000.0).round() as usize)
    );
    let (content_type, wav) = file("wav_44100").await;
    assert_eq!(content_type, "audio/wav");
    assert_eq!(&wav[..4], b"RIFF");
    assert_eq!(
        u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize,
        wav.len() - 8
    );
    assert_eq!(u32::from_le_bytes(wav[24..28].try_into().unwrap()), 44_100);
    assert_eq!(
        u32::from_le_bytes(wav[40..44].try_into().unwrap()) as usize,
        wav.len() - 44
    );
    assert_eq!(wav.len() - 44, (seconds * 88_200.0).round() as usize);
    assert_eq!(
        file("ulaw_8000").await.1.len(),
        (seconds * 8000.0).round() as usize
    );
    assert_eq!(
        file("alaw_8000").await.1.len(),
        (seconds * 8000.0).round() as usize
    );
    assert_eq!(&file("opus_48000_32").await.1[..4], b"OggS");
}

#[tokio::test]
async fn the_speed_shortens_speech_and_the_quick_models_cost_half() {
    let world = World::new().await;
    let body = json!({
        "text": "a".repeat(60), "model_id": "eleven_flash_v2_5", "voice_settings": { "speed": 1.2 },
    });
    let response = world.say(&body).await;
    assert_eq!(response.headers()["character-cost"], "30");
    assert_eq!(response.headers()["maximum-concurrent-requests"], "10");
    let heard = audio::mp3(&response.bytes().await.unwrap());
    assert!((heard.seconds() - 0.24 - 3.0).abs() < 0.06);
}

#[tokio::test]
async fn times_cover_every_character_in_order() {
    let world = World::new().await;
    let text = "Grüß dich 👋 world";
    let path = format!("/v1/text-to-speech/{GEORGE}/with-timestamps");
    let body: Value = world
        .post(&path, &json!({ "text": text }))
        .await
        .json()
        .await
        .unwrap();
    let alignment = &body["alignment"];
    let words: Vec<&str> = list(&alignment["characters"], |it| it.as_str().unwrap());
    assert_eq!(words.concat(), text);
    let starts = list(&alignment["character_start_times_seconds"], |it| {
        it.as_f64().unwrap()
    });
    let ends = list(&alignment["character_end_times_seconds"], |it| {
        it.as_f64().unwrap()
    });
    assert_eq!((starts.len(), ends.len()), (words.len(), words.len()));
    assert!(starts.is_sorted() && ends.is_sorted());
    assert!(starts.iter().zip(&ends).all(|(start, end)| start < end));
    assert!(body.get("voice_segments").is_none());
}

fn list<'a, T>(value: &'a Value, item: impl Fn(&'a Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(item).collect()
}

#[tokio::test]
async fn a_dialogue_has_a_segment_for_each_input_where_its_voice_sounds() {
    let world = World::new().await;
    let inputs = lines(3, "How are you today?");
    let response = world
        .post("/v1/text-to-dialogue/with-timestamps", &inputs)
        .await;
    assert_eq!(response.headers()["character-cost"], "54");
    let body: Value = response.json().await.unwrap();
    let segments = body["voice_segments"].as_array().unwrap();
    assert_eq!(segments.len(), 3);
    let file = base64_decode(body["audio_base64"].as_str().unwrap());
    let heard = audio::mp3(&file);
    for (index, segment) in segments.iter().enumerate() {
        assert_eq!(segment["dialogue_input_index"], index);
        assert_eq!(segment["voice_id"], turn_of(index));
        assert_eq!(segment["character_start_index"], index * 18);
        assert_eq!(segment["character_end_index"], (index + 1) * 18);
        let start = segment["start_time_seconds"].as_f64().unwrap();
        let end = segment["end_time_seconds"].as_f64().unwrap();
        assert!(heard.peak(start + 0.1, end - 0.1) > 0.1);
        assert!(heard.peak(end + 0.08, end + 0.14) < 0.02);
    }
}

fn base64_decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[tokio::test]
async fn the_pieces_of_a_stream_with_times_are_the_whole() {
    let world = World::new().await;
    let inputs = lines(4, "This is a line that takes more than two seconds to say.");
    let whole = world
        .post("/v1/text-to-dialogue/with-timestamps", &inputs)
        .await;
    let whole: Value = whole.json().await.unwrap();
    let stream = world
        .post("/v1/text-to-dialogue/stream/with-timestamps", &inputs)
        .await;
    let stream = stream.text().await.unwrap();
    let pieces: Vec<Value> = stream
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert!(pieces.len() > 3);
    let audio: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| base64_decode(piece["audio_base64"].as_str().unwrap()))
        .collect();
    assert_eq!(
        audio,
        base64_decode(whole["audio_base64"].as_str().unwrap())
    );
    let joined = |key: &str| -> Vec<Value> {
        let parts = pieces.iter();
        parts
            .flat_map(|piece| piece["alignment"][key].as_array().unwrap().clone())
            .collect()
    };
    for key in [
        "characters",
        "character_start_times_seconds",
        "character_end_times_seconds",
    ] {
        assert_eq!(Value::from(joined(key)), whole["alignment"][key]);
    }
    let segments = pieces
        .iter()
        .flat_map(|it| it["voice_segments"].as_array().unwrap().clone());
    assert_eq!(
        Value::from(segments.collect::<Vec<_>>()),
        whole["voice_segments"]
    );
}

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
            voice["name"].as_str().unwrap().to_owned()
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
    assert_eq!(voice["name"], "George");
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
