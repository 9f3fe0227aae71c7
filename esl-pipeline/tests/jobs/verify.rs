//! Is what was made of lessons still there?

use std::sync::Arc;

use esl_core::job::payload::{MaintenanceVerify, VerifyScope};
use esl_core::job::{Actor, JobId, News, Report};
use esl_core::ports::{HandlePayload as _, JobStore};
use serde_json::{Value, json};

use crate::world::{LESSON, Listener, World, context, lesson_id, spoken};

/// A spoken lesson, seen through and reported.
async fn finish(world: &World) -> JobId {
    let job = world.start(&spoken()).await;
    let context = context(&job, &Arc::new(Listener::default()));
    let done = world
        .handlers()
        .run(spoken(), &job, &context)
        .await
        .unwrap();
    let output = done.output;
    let attempt = job.head.attempt();
    let report = Report::of_attempt(attempt, Actor::System, News::Succeeded { output });
    world
        .jobs
        .report(vec![report])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    job.head.id
}

async fn verify(world: &World, scope: VerifyScope) -> Value {
    let payload = MaintenanceVerify {
        scope,
        ..MaintenanceVerify::default()
    };
    let (_, done) = world.perform(payload).await;
    done.unwrap().output.into()
}

async fn defects(world: &World) -> Vec<String> {
    let output = verify(world, VerifyScope::All).await;
    let found = output["found"].as_array().unwrap();
    assert_eq!(output["defects"], found.len());
    let names = found.iter().map(|one| one["defect"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn what_is_whole_has_no_defects_and_each_lesson_is_looked_at_once() {
    let world = World::new();
    finish(&world).await;
    finish(&world).await;
    let whole = json!({"lessons": 1, "defects": 0, "found": []});
    for scope in [VerifyScope::All, VerifyScope::Sample] {
        assert_eq!(verify(&world, scope).await, whole);
    }
}

#[tokio::test]
async fn what_is_missing_or_changed_is_named_with_its_lesson() {
    let world = World::new();
    let job = finish(&world).await;
    world.write(&format!("{LESSON}\nOne more line.\n"));
    let expected = json!({"lessons": 1, "defects": 1,
        "found": [{"md": "a.md", "jobId": job, "defect": "lesson_changed"}]});
    assert_eq!(verify(&world, VerifyScope::All).await, expected);
    world.write(LESSON);
    std::fs::remove_dir_all(world.folder.path().join("bucket")).unwrap();
    assert_eq!(defects(&world).await, ["audio_missing"]);
    world.manifests.tamper(&lesson_id(), "{");
    assert_eq!(defects(&world).await, ["manifest_unreadable"]);
    std::fs::remove_file(world.folder.path().join("lessons/a.md")).unwrap();
    assert_eq!(defects(&world).await, ["md_not_found"]);
}
