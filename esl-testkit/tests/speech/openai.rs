//! Each rule of the fake OpenAI-compatible servers, met by one request.

use esl_testkit::fakes::openai_speech::OpenAiServer;
use esl_testkit::fakes::{Fakes, FakesOptions, Fault, Service};
use reqwest::Response;
use serde_json::{Value, json};

use crate::audio;

struct World {
    fakes: Fakes,
    client: reqwest::Client,
}

impl World {
    async fn with(openai: OpenAiServer) -> Self {
        let options = FakesOptions {
            openai,
            ..FakesOptions::default()
        };
        Self {
            fakes: Fakes::start(options).await.unwrap(),
            client: reqwest::Client::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fakes.url(Service::OpenAi))
    }

    async fn speak(&self, body: &Value) -> Response {
        let request = self.client.post(self.url("/v1/audio/speech"));
        request
            .bearer_auth("fake-openai-key")
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        let request = self
            .client
            .get(self.url(path))
            .bearer_auth("fake-openai-key");
        request.send().await.unwrap()
    }
}

fn body_with(key: &str, value: Value) -> Value {
    let mut body = json!({ "model": "tts-1", "input": "Hello there.", "voice": "alloy" });
    body[key] = value;
    body
}

fn plain() -> Value {
    body_with("speed", Value::Null)
}

mod official {
    use super::*;

    async fn world() -> World {
        World::with(OpenAiServer::openai()).await
    }

    /// Status, code and parameter of an error.
    async fn told(response: Response) -> (u16, Value, Value) {
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        let error = &body["error"];
        assert!(
            error["message"].is_string() && error["type"].is_string(),
            "{body}"
        );
        (status, error["code"].clone(), error["param"].clone())
    }

    #[tokio::test]
    async fn speech_is_as_long_as_its_text_in_every_format() {
        let world = world().await;
        let mut body = body_with("input", "a".repeat(50).into());
        let seconds: f64 = 50.0 * 0.06 + 0.24;
        let heard = audio::mp3(&world.speak(&body).await.bytes().await.unwrap());
        assert_eq!(heard.sample_rate, 24_000);
        assert!((heard.seconds() - seconds).abs() < 0.06);

        body["response_format"] = "pcm".into();
        let response = world.speak(&body).await;
        assert_eq!(response.headers()["content-type"], "audio/pcm");
        let samples = response.bytes().await.unwrap().len() / 2;
        assert_eq!(samples, (seconds * 24_000.0).round() as usize);
        body["response_format"] = "wav".into();
        assert!(
            world
                .speak(&body)
                .await
                .bytes()
                .await
                .unwrap()
                .starts_with(b"RIFF")
        );
        body["response_format"] = "opus".into();
        assert!(
            world
                .speak(&body)
                .await
                .bytes()
                .await
                .unwrap()
                .starts_with(b"OggS")
        );

        body["response_format"] = "pcm".into();
        body["speed"] = 2.0.into();
        let faster = world.speak(&body).await.bytes().await.unwrap().len() / 2;
        assert_eq!(faster, ((seconds - 1.5) * 24_000.0).round() as usize);
    }

    #[tokio::test]
    async fn the_key_is_looked_at_first() {
        let world = world().await;
        let url = world.url("/v1/audio/speech");
        let response = world.client.post(&url).body("{").send().await.unwrap();
        assert_eq!(told(response).await, (401, Value::Null, Value::Null));
        let request = world.client.post(&url).bearer_auth("wrong").json(&plain());
        let response = request.send().await.unwrap();
        assert_eq!(
            told(response).await,
            (401, "invalid_api_key".into(), Value::Null)
        );
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        let world = world().await;
        let expect = async |key: &str, value: Value, http: u16, code: &str, param: Value| {
            let response = world.speak(&body_with(key, value)).await;
            assert_eq!(told(response).await, (http, code.into(), param));
        };
        for key in ["model", "input", "voice"] {
            expect(
                key,
                Value::Null,
                400,
                "missing_required_parameter",
                key.into(),
            )
            .await;
        }
        for key in ["model", "input", "response_format", "instructions", "speed"] {
            expect(key, json!([]), 400, "invalid_type", key.into()).await;
        }
        expect(
            "model",
            "eleven_v3".into(),
            404,
            "model_not_found",
            Value::Null,
        )
        .await;
        expect("input", " ".into(), 400, "empty_string", "input".into()).await;
        let long = "ü".repeat(4097);
        expect(
            "input",
            long.into(),
            400,
            "string_above_max_length",
            "input".into(),
        )
        .await;
        expect(
            "voice",
            "af_heart".into(),
            400,
            "invalid_value",
            "voice".into(),
        )
        .await;
        expect(
            "response_format",
            "ogg".into(),
            400,
            "invalid_value",
            "response_format".into(),
        )
        .await;
        expect(
            "response_format",
            "flac".into(),
            400,
            "invalid_value",
            "response_format".into(),
        )
        .await;
        expect(
            "stream_format",
            "sse".into(),
            400,
            "invalid_value",
            "stream_format".into(),
        )
        .await;
        expect(
            "speed",
            4.1.into(),
            400,
            "decimal_above_max_value",
            "speed".into(),
        )
        .await;
        expect(
            "speed",
            0.2.into(),
            400,
            "decimal_below_min_value",
            "speed".into(),
        )
        .await;
        expect(
            "stream",
            true.into(),
            400,
            "unknown_parameter",
            "stream".into(),
        )
        .await;

        assert_eq!(
            world
                .speak(&body_with("input", "ü".repeat(4096).into()))
                .await
                .status(),
            200
        );
        assert_eq!(
            world
                .speak(&body_with("voice", json!({ "id": "nova" })))
                .await
                .status(),
            200
        );
        let response = world
            .client
            .post(world.url("/v1/audio/speech"))
            .bearer_auth("fake-openai-key");
        let response = response.body("{").send().await.unwrap();
        assert_eq!(told(response).await, (400, Value::Null, Value::Null));
    }

    #[tokio::test]
    async fn an_account_without_credit_is_told_so() {
        let world = world().await;
        world
            .fakes
            .openai()
            .update(|server| server.has_credit = false);
        let found = told(world.speak(&plain()).await).await;
        assert_eq!(found, (429, "insufficient_quota".into(), Value::Null));
    }

    #[tokio::test]
    async fn models_are_listed_and_nothing_else() {
        let world = world().await;
        let models: Value = world.get("/v1/models").await.json().await.unwrap();
        assert_eq!(models["object"], "list");
        assert_eq!(models["data"][0]["id"], "tts-1");
        assert_eq!(world.get("/v1/audio/voices").await.status(), 404);
        assert_eq!(world.get("/v1/audio/speech").await.status(), 404);
    }

    #[tokio::test]
    async fn faults_are_told_in_its_own_words() {
        let world = world().await;
        world.fakes.inject(Service::OpenAi, Fault::status(429));
        let found = told(world.speak(&plain()).await).await;
        assert_eq!(found, (429, "rate_limit_exceeded".into(), Value::Null));
        world.fakes.inject(Service::OpenAi, Fault::status(500));
        assert_eq!(told(world.speak(&plain()).await).await.0, 500);
    }
}

mod kokoro {
    use super::*;

    async fn world() -> World {
        World::with(OpenAiServer::kokoro()).await
    }

    async fn detail(response: Response) -> (u16, Value) {
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["detail"].clone())
    }

    #[tokio::test]
    async fn no_key_is_asked_for_and_fields_of_its_own_pass() {
        let world = world().await;
        let body = json!({ "input": "Hello there.", "stream": false, "lang_code": "a", "x": 1 });
        let request = world.client.post(world.url("/v1/audio/speech")).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "audio/mpeg");
    }

    #[tokio::test]
    async fn voices_of_both_kinds_and_mixes_are_taken() {
        let world = world().await;
        for voice in ["af_heart", "alloy", "af_bella(2)+am_adam"] {
            assert_eq!(
                world
                    .speak(&body_with("voice", voice.into()))
                    .await
                    .status(),
                200
            );
        }
        let voices: Value = world.get("/v1/audio/voices").await.json().await.unwrap();
        assert_eq!(voices["voices"][1], "af_heart");
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        let world = world().await;
        let expect = async |key: &str, value: Value, error: &str| {
            let (status, detail) = detail(world.speak(&body_with(key, value)).await).await;
            assert_eq!((status, &detail["error"]), (400, &error.into()));
            assert!(detail["message"].is_string() && detail["type"].is_string());
        };
        expect("model", "tts-2".into(), "invalid_model").await;
        expect("voice", "nobody".into(), "validation_error").await;
        expect("voice", "af_bella+nobody".into(), "validation_error").await;
        expect("input", "".into(), "validation_error").await;
        expect("response_format", "flac".into(), "validation_error").await;

        let unprocessable = async |body: Value, kind: &str, place: Value| {
            let (status, detail) = detail(world.speak(&body).await).await;
            let found = (status, &detail[0]["type"], &detail[0]["loc"]);
            assert_eq!(found, (422, &kind.into(), &place));
        };
        unprocessable(json!({}), "missing", json!(["body", "input"])).await;
        unprocessable(
            body_with("speed", 5.into()),
            "less_than_equal",
            json!(["body", "speed"]),
        )
        .await;
        let place = json!(["body", "response_format"]);
        unprocessable(body_with("response_format", "ogg".into()), "enum", place).await;

        let (status, found) = detail(world.get("/v1/nothing").await).await;
        assert_eq!((status, found), (404, "Not Found".into()));
    }
}
