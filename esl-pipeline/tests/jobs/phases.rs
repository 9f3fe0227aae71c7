//! How the phases behave is decided when a job first begins.

use std::sync::Arc;

use esl_core::job::PhaseConfig;
use esl_core::ports::HandlePayload as _;
use serde_json::json;

use crate::world::{LESSON, Listener, World, context, silent, spoken};

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
