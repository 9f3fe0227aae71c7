//! Each rule of the fake ElevenLabs, met by one request.

use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{Fakes, FakesOptions, Service};
use reqwest::Response;
use serde_json::{Value, json};

mod access;
mod audio_of_speech;
mod limits;
mod service;

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

fn list<'a, T>(value: &'a Value, item: impl Fn(&'a Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(item).collect()
}
