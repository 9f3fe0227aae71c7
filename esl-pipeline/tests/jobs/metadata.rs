//! What was edited with a job, in the manifest of its lesson.

use esl_core::job::payload::{LessonRun, TtsMode};
use esl_core::job::{FailureCode, JobId};
use serde_json::json;

use crate::world::{World, lesson_id, spoken, sync_of};

#[tokio::test]
async fn only_what_was_edited_changes() {
    let world = World::new();
    let (job, _) = world.homework().await;
    let before = serde_json::to_value(world.manifest().await.unwrap()).unwrap();
    let fields = json!({"preset": "b1-default", "mode": "monologue", "voiceId": "tone-tom",
        "voiceAccent": "british", "notionDatabase": "homework"});
    let (_, done) = world.perform(sync_of(job, fields)).await;
    assert_eq!(done.unwrap().output["manifestPath"], "memory:a.md");
    let after = serde_json::to_value(world.manifest().await.unwrap()).unwrap();
    let mut expected = before;
    for (name, value) in [
        ("preset", "b1-default"),
        ("ttsMode", "monologue"),
        ("voiceId", "tone-tom"),
        ("accentPreference", "british"),
        ("notionDatabase", "homework"),
    ] {
        expected[name] = json!(value);
    }
    expected["timestamp"] = after["timestamp"].clone();
    assert_eq!(after, expected);
}

#[tokio::test]
async fn what_is_as_it_should_be_is_not_written() {
    let world = World::new();
    let (job, _) = world.homework().await;
    let fields = json!({"mode": "monologue"});
    for _ in 0..2 {
        let (_, done) = world.perform(sync_of(job, fields.clone())).await;
        done.unwrap();
    }
    let writes = world.manifests.writes(&lesson_id());
    world.perform(sync_of(job, fields)).await.1.unwrap();
    assert_eq!(world.manifests.writes(&lesson_id()), writes);
}

#[tokio::test]
async fn an_edit_that_comes_late_brings_no_older_value_back() {
    let world = World::new();
    let edited_since = LessonRun {
        mode: Some(TtsMode::Monologue),
        ..spoken()
    };
    let (job, done) = world.perform(edited_since).await;
    done.unwrap();
    let (_, done) = world
        .perform(sync_of(job, json!({"mode": "dialogue"})))
        .await;
    done.unwrap();
    let manifest = world.manifest().await.unwrap();
    assert_eq!(manifest.tts_mode.as_deref(), Some("monologue"));
}

#[tokio::test]
async fn a_damaged_manifest_is_told_and_not_overwritten() {
    let world = World::new();
    let (job, _) = world.homework().await;
    world.manifests.tamper(&lesson_id(), "{");
    let writes = world.manifests.writes(&lesson_id());
    let (_, done) = world.perform(sync_of(job, json!({"preset": "x"}))).await;
    let error = done.unwrap_err();
    assert_eq!(error.failure.code, FailureCode::MANIFEST_UNREADABLE);
    assert_eq!(error.retry, esl_core::Retry::Never);
    assert_eq!(world.manifests.writes(&lesson_id()), writes);
}

#[tokio::test]
async fn without_a_job_or_a_manifest_there_is_nothing_to_edit() {
    let world = World::new();
    let fields = json!({"preset": "x"});
    let (_, done) = world.perform(sync_of(JobId::new(), fields.clone())).await;
    assert_eq!(
        done.unwrap_err().failure.code,
        FailureCode::MANIFEST_MISSING
    );
    let unstarted = world.start(&crate::world::silent()).await;
    let (_, done) = world.perform(sync_of(unstarted.head.id, fields)).await;
    assert_eq!(
        done.unwrap_err().failure.code,
        FailureCode::MANIFEST_MISSING
    );
}
