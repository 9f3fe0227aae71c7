//! How the phases behave is decided when a job first begins.

use std::sync::Arc;

use esl_core::job::payload::{LessonRun, UploadTarget};
use esl_core::job::{FailureCode, PhaseConfig};
use esl_core::ports::{HandlePayload as _, NotionError};
use esl_testkit::NotionCall;
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::world::{LESSON, Listener, World, context, lesson_id, silent, spoken};

#[tokio::test]
async fn a_job_keeps_the_phases_it_began_with() {
    let world = World::new();
    let mut job = world.start(&silent()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let handlers = world.handlers();
    handlers.run(silent(), &job, &context).await.unwrap();
    let noted = listener.output("phases").unwrap();
    let mut expected = json!(PhaseConfig::default());
    expected.as_object_mut().unwrap().remove("notify");
    assert_eq!(noted, expected);
    // As the store would have it when the next attempt begins.
    job.output.insert("phases".to_owned(), noted);
    world.phases.lock().unwrap().validate.max_lesson_bytes = 1;
    handlers.run(silent(), &job, &context).await.unwrap();
    assert!(world.perform(silent()).await.1.is_err());
}

#[tokio::test]
async fn a_player_stays_where_it_is_not_to_be_replaced() {
    let world = World::new();
    world.homework().await;
    let before = world.manifest().await.unwrap();
    world.phases.lock().unwrap().add_audio.replace = false;
    world.write(&LESSON.replace("It is opposite the park.", "It is behind the park."));
    let (_, done) = world.perform(spoken()).await;
    done.unwrap();
    let after = world.manifest().await.unwrap();
    let block = |manifest: &esl_core::manifest::Manifest| {
        let audio = manifest.audio.clone().unwrap();
        (audio.block_id, audio.sha256)
    };
    assert_eq!(block(&before).0, block(&after).0);
    assert_ne!(block(&before).1, block(&after).1);
    let played = after.stages[&esl_core::Stage::AddAudio].key.clone();
    assert_eq!(played, before.stages[&esl_core::Stage::AddAudio].key);
}

/// The same lesson in other colours.
fn recoloured() -> LessonRun {
    LessonRun {
        preset: Some("calm".to_owned()),
        ..silent()
    }
}

fn unavailable() -> NotionError {
    NotionError::Unavailable {
        operation: "update the block",
        source: "503".into(),
    }
}

fn updates(world: &World) -> usize {
    let calls = world.notion.calls();
    let updates = calls
        .iter()
        .filter(|call| **call == NotionCall::UpdateBlock);
    updates.count()
}

#[tokio::test(start_paused = true)]
async fn an_update_is_repeated_as_often_as_the_phase_says() {
    let world = World::new();
    world.perform(silent()).await.1.unwrap();
    for (retries, is_enough) in [(0, false), (1, true)] {
        world.phases.lock().unwrap().colorize.max_retries = retries;
        world
            .notion
            .fail_next(NotionCall::UpdateBlock, unavailable());
        let (_, done) = world.perform(recoloured()).await;
        match done {
            Ok(_) => assert!(is_enough),
            Err(error) => {
                assert!(!is_enough, "{error:?}");
                assert_eq!(error.failure.code, FailureCode::PROVIDER_UNAVAILABLE);
            }
        }
    }
    assert!(updates(&world) > 2, "headings have other colours");
}

#[tokio::test(start_paused = true)]
async fn the_phase_makes_pauses_between_updates() {
    let world = World::new();
    world.perform(silent()).await.1.unwrap();
    world.phases.lock().unwrap().colorize.throttle_ms = 60_000;
    let start = Instant::now();
    world.perform(recoloured()).await.1.unwrap();
    let minutes = u32::try_from(updates(&world)).unwrap();
    assert!(minutes > 1);
    assert!(start.elapsed() >= minutes * Duration::from_secs(60));
}

#[tokio::test]
async fn as_many_earlier_manifests_are_kept_as_the_phase_says() {
    let world = World::new();
    let run = async |number: usize, versions: u32| {
        world.phases.lock().unwrap().manifest.keep_versions = versions;
        let before = world.manifest().await;
        let title = format!("Draw {number} maps");
        world.write(&LESSON.replace("Draw a map", &title));
        world.perform(silent()).await.1.unwrap();
        (before, world.manifests.copies(&lesson_id()))
    };
    assert_eq!(run(1, 2).await.1, []);
    for number in [2, 3, 4] {
        let (before, copies) = run(number, 2).await;
        assert_eq!(copies.last(), before.as_ref());
        assert_eq!(copies.len(), 2.min(number - 1));
    }
    // A run with nothing to do leaves no trace.
    let copies = world.manifests.copies(&lesson_id());
    assert_eq!(run(4, 2).await.1, copies);
    assert_eq!(run(5, 0).await.1, []);
}

#[tokio::test]
async fn a_failed_attempt_is_no_earlier_manifest() {
    let world = World::new();
    world.perform(silent()).await.1.unwrap();
    let seen_through = world.manifest().await.unwrap();
    world.phases.lock().unwrap().colorize.max_retries = 0;
    for _ in 0..2 {
        world
            .notion
            .fail_next(NotionCall::UpdateBlock, unavailable());
        world.perform(recoloured()).await.1.unwrap_err();
    }
    world.perform(recoloured()).await.1.unwrap();
    assert_eq!(world.manifests.copies(&lesson_id()), [seen_through]);
}

#[tokio::test]
async fn a_recording_goes_where_the_phase_says() {
    let world = World::new();
    world.phases.lock().unwrap().upload.target = UploadTarget::None;
    let (_, done) = world.perform(spoken()).await;
    done.unwrap();
    assert_eq!(world.files("bucket"), [""; 0]);
    world.phases.lock().unwrap().upload.target = UploadTarget::S3;
    world.homework().await;
    assert_eq!(world.files("bucket").len(), 1);
}
