//! The recording of a finished lesson, made again.

use std::sync::Arc;

use esl_core::ports::HandlePayload as _;

use crate::world::{LESSON, Listener, World, context, rerun_of, spoken};

/// The stages that had work.
fn worked(listener: &Listener) -> Vec<String> {
    let notes = listener.notes();
    let done = notes.iter().filter(|note| note.data["status"] == "success");
    let stages = done.map(|note| note.data["stage"].as_str().unwrap().to_owned());
    stages.collect()
}

#[tokio::test]
async fn a_rerun_makes_the_recording_again_and_nothing_else() {
    let world = World::new();
    let (parent, first) = world.homework().await;
    let before = world.manifest().await.unwrap();
    // What the page says is not this job's business.
    world.write(&LESSON.replace("Draw a map", "Draw a plan"));
    let payload = rerun_of(parent);
    let job = world.start(&payload).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let done = world.handlers().run(payload, &job, &context).await.unwrap();
    assert_eq!(
        worked(&listener),
        ["validate", "tts", "upload", "add-audio", "manifest"]
    );
    let page = format!("/jobs/{}/page", job.head.id);
    assert_eq!(done.output["notionUrl"], page);
    assert_eq!(done.output["manifestPath"], first.output["manifestPath"]);
    let after = world.manifest().await.unwrap();
    assert_eq!(after.page_id, before.page_id);
    assert_eq!(after.page_blocks, before.page_blocks);
    assert_eq!(after.imported_hash, before.imported_hash);
    assert_eq!(world.notion.page_count(), 1);
    let players = world.notion.page_blocks(after.page_id.unwrap());
    let players = players.iter().filter(|block| block.type_name() == "audio");
    assert_eq!(players.count(), 1);
    // The lesson can be run as before.
    world.perform(spoken()).await.1.unwrap();
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn finished_speech_is_not_paid_for_again() {
    let world = World::new();
    let (parent, _) = world.homework().await;
    let spoken = world.tts.calls();
    for force in [true, false] {
        let mut payload = rerun_of(parent);
        payload.force_tts = force;
        world.perform(payload).await.1.unwrap();
        assert_eq!(world.tts.calls(), spoken);
    }
}

#[tokio::test]
async fn other_stages_cannot_be_asked_for() {
    let world = World::new();
    let (parent, _) = world.homework().await;
    let mut payload = rerun_of(parent);
    payload.steps = vec![esl_core::Stage::Import];
    let error = world.perform(payload).await.1.unwrap_err();
    assert_eq!(error.failure.code.as_str(), "payload_unreadable");
}
