//! How phases behave, read and changed through settings that several processes share.

use std::collections::BTreeMap;
use std::sync::Arc;

use esl_core::job::{Actor, PhaseConfig};
use esl_core::ports::{Clock, SettingsStore};
use esl_core::{Classify, ErrorKind, PhaseSettings};
use esl_jobs::memory::MemoryJobs;
use esl_testkit::ManualClock;
use serde_json::{Map, Value, json};

struct World {
    store: Arc<MemoryJobs>,
    one: PhaseSettings,
    other: PhaseSettings,
}

fn world() -> World {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let store = Arc::new(MemoryJobs::new(clock));
    World {
        one: PhaseSettings::new(store.clone()),
        other: PhaseSettings::new(store.clone()),
        store,
    }
}

fn fields(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

async fn patch(settings: &PhaseSettings, phase: &str, value: Value) -> Map<String, Value> {
    let patched = settings.patch(phase, fields(value), Actor::System).await;
    patched.unwrap()
}

#[tokio::test]
async fn a_change_is_seen_by_everybody_and_a_reset_takes_it_back() {
    let World { one, other, .. } = world();
    assert_eq!(other.all().await.unwrap(), PhaseConfig::default());
    let patched = patch(
        &one,
        "tts",
        json!({"maxCharacters": 9, "defaultMode": "dialogue"}),
    )
    .await;
    assert_eq!(patched["maxCharacters"], 9);
    patch(&one, "validate", json!({"strict": true})).await;
    for settings in [&one, &other] {
        assert_eq!(settings.all().await.unwrap().tts.max_characters, 9);
        assert_eq!(settings.phase("tts").await.unwrap(), patched);
    }
    one.reset(Some("tts"), Actor::System).await.unwrap();
    let config = other.all().await.unwrap();
    assert_eq!(
        (config.tts.max_characters, config.validate.strict),
        (40_000, true)
    );
    one.reset(None, Actor::System).await.unwrap();
    assert_eq!(other.all().await.unwrap(), PhaseConfig::default());
}

#[tokio::test]
async fn null_stands_for_the_default() {
    let World { one, store, .. } = world();
    patch(&one, "manifest", json!({"keepVersions": 9})).await;
    patch(&one, "manifest", json!({"keepVersions": null})).await;
    assert_eq!(one.all().await.unwrap(), PhaseConfig::default());
    assert!(store.read("phase.").await.unwrap().is_empty());
}

#[tokio::test]
async fn one_bad_setting_keeps_all_of_a_change_out_and_is_named() {
    let World { one, store, .. } = world();
    for (bad, key) in [
        (
            json!({"maxCharacters": 9, "silenceTailSeconds": -1}),
            "phase.tts.silenceTailSeconds",
        ),
        (json!({"maxCharacters": 9, "speed": 2}), "phase.tts.speed"),
        (
            json!({"maxCharacters": 9, "speed": null}),
            "phase.tts.speed",
        ),
        (json!({"maxCharacters": "many"}), "phase.tts.maxCharacters"),
    ] {
        let refused = one
            .patch("tts", fields(bad), Actor::System)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.to_string().contains(key), "{refused}");
    }
    assert!(store.read("").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_phase_nobody_knows_is_not_found() {
    let World { one, .. } = world();
    let patched = one.patch("workflow", Map::new(), Actor::System).await;
    let errors = [
        one.phase("workflow").await.unwrap_err(),
        patched.unwrap_err(),
        one.reset(Some("workflow"), Actor::System)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn what_later_programs_store_survives_and_does_no_harm() {
    let World { one, store, .. } = world();
    let later = [
        ("phase.tts.ofTomorrow", json!(1)),
        ("phase.tomorrow.x", json!(2)),
        ("options.voices", json!([])),
    ];
    let values = later
        .clone()
        .map(|(key, value)| (key.to_owned(), Some(value)));
    store
        .write(BTreeMap::from(values), Actor::System)
        .await
        .unwrap();
    patch(&one, "tts", json!({"maxCharacters": 9})).await;
    one.reset(None, Actor::System).await.unwrap();
    assert_eq!(one.all().await.unwrap(), PhaseConfig::default());
    assert_eq!(store.read("").await.unwrap().len(), later.len());
}

#[tokio::test]
async fn secrets_of_endpoints_are_kept_and_not_listed() {
    let World { one, other, .. } = world();
    let endpoint = |secret: Value| json!({"webhook": [{"id": "a", "url": "https://a.example", "secret": secret}]});
    patch(&one, "notify", endpoint(json!("hush"))).await;
    // As somebody does who lists, changes something else, and sends all of it back.
    let mut listed = other.phase("notify").await.unwrap();
    assert!(!Value::from(listed.clone()).to_string().contains("hush"));
    listed.insert("onSuccess".into(), json!(false));
    let patched = patch(&other, "notify", Value::from(listed)).await;
    assert!(!Value::from(patched).to_string().contains("hush"));
    let notify = one.all().await.unwrap().notify;
    assert_eq!(notify.webhook[0].secret.as_ref().unwrap().expose(), "hush");
    assert!(!notify.on_success);
}

#[tokio::test]
async fn settings_of_several_phases_are_changed_together_or_not_at_all() {
    let World { one, other, .. } = world();
    let set = |pairs: [(&str, Value); 2]| {
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value));
        one.set(BTreeMap::from(pairs), Actor::System)
    };
    let limit = ("phase.tts.maxCharacters", json!(5));
    for unknown in ["phase.odd.x", "phase.validate.odd", "phase.validate", "x"] {
        let refused = set([limit.clone(), (unknown, json!(1))]).await;
        let problem = refused.unwrap_err().to_string();
        assert!(problem.contains(unknown), "{problem}");
    }
    assert_eq!(other.all().await.unwrap(), PhaseConfig::default());
    let strict = ("phase.validate.strict", json!(true));
    let config = set([limit, strict]).await.unwrap();
    assert_eq!(
        (config.tts.max_characters, config.validate.strict),
        (5, true)
    );
    assert_eq!(other.all().await.unwrap(), config);
}
