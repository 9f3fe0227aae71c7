//! Parts of a lesson done again.

use std::sync::Arc;

use esl_core::{Classify, ErrorKind, Stage};
use esl_pipeline::pipeline::{
    ErrorClass, NextAction, PipelineBuilder, PipelineError, RunOptions, RunReport,
};
use esl_testkit::{NotionCall, ToneTts};

use crate::world::{LESSON, LINE, World, context, request, run, run_with};

async fn rerun(
    pipeline: PipelineBuilder,
    steps: &[Stage],
    text: &str,
) -> Result<RunReport, PipelineError> {
    let pipeline = pipeline.build().unwrap();
    let request = request(text, RunOptions::default());
    pipeline.rerun(steps, request, context()).await
}

fn edited() -> String {
    LESSON.replace(LINE, "It is behind the park.")
}

#[tokio::test]
async fn a_lesson_that_never_ran_cannot_be_rerun() {
    let world = World::new();
    let error = rerun(world.speaking(), &[], LESSON).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::ManifestError);
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn stages_that_nobody_can_ask_for_are_refused() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let steps = [Stage::Validate, Stage::Tts, Stage::Manifest];
    let error = rerun(world.speaking(), &steps, LESSON).await.unwrap_err();
    let PipelineError::Refused { problems } = &error else {
        panic!("{error}");
    };
    assert_eq!(problems.len(), 2);
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn without_steps_whatever_is_stale_is_done() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    assert!(!rerun(world.speaking(), &[], LESSON).await.unwrap().changed);
    let report = rerun(world.speaking(), &[], &edited()).await.unwrap();
    assert!(report.steps.contains(&"tts".to_owned()));
    assert!(!run(world.speaking(), &edited()).await.unwrap().changed);
}

#[tokio::test]
async fn a_step_is_done_alone() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let (calls, spoken) = (world.notion.calls().len(), world.tts.calls());
    let report = rerun(world.speaking(), &[Stage::Tts], &edited())
        .await
        .unwrap();
    assert_eq!(report.steps, ["validate", "tts", "manifest"]);
    assert_eq!(world.notion.calls().len(), calls);
    assert_eq!(world.tts.calls(), spoken + 1);
    let pipeline = world.speaking().build().unwrap();
    let status = pipeline
        .status(&crate::world::lesson(&edited()))
        .await
        .unwrap();
    assert!(status.stale.page && status.stale.attachment && !status.stale.audio);
    let report = rerun(world.speaking(), &[Stage::AddAudio], &edited())
        .await
        .unwrap();
    assert_eq!(report.steps, ["validate", "add-audio", "manifest"]);
    let status = pipeline
        .status(&crate::world::lesson(&edited()))
        .await
        .unwrap();
    assert!(status.stale.page && !status.stale.attachment);
}

#[tokio::test]
async fn the_status_names_the_steps_that_help() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    std::fs::remove_file(first.audio.unwrap().path.unwrap()).unwrap();
    let pipeline = world.speaking().build().unwrap();
    let status = pipeline
        .status(&crate::world::lesson(LESSON))
        .await
        .unwrap();
    let NextAction::Rerun(steps) = status.next else {
        panic!("{}", status.next);
    };
    assert_eq!(steps, [Stage::Tts, Stage::AddAudio]);
    rerun(world.speaking(), &steps, LESSON).await.unwrap();
    let status = pipeline
        .status(&crate::world::lesson(LESSON))
        .await
        .unwrap();
    assert_eq!(status.next, NextAction::Nothing);
}

#[tokio::test]
async fn a_named_step_is_done_though_nothing_changed() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let (before, spoken) = (world.notion.calls().len(), world.tts.calls());
    let steps = [Stage::Tts, Stage::AddAudio];
    rerun(world.speaking(), &steps, LESSON).await.unwrap();
    let calls = &world.notion.calls()[before..];
    assert!(calls.contains(&NotionCall::UpdateBlock), "{calls:?}");
    assert_eq!(world.tts.calls(), spoken);
}

#[tokio::test]
async fn a_rerun_speaks_as_the_run_did() {
    let world = World {
        tts: Arc::new(
            ToneTts::new()
                .delivering_mp3()
                .charging()
                .with_voice("tone-eve", "female"),
        ),
        ..World::new()
    };
    let letter = LESSON.replace("Visitor:", "").replace("Guide:", "");
    let ask = |options: &mut RunOptions| {
        options.with_tts = Some(true);
        options.voice_id = Some("tone-eve".to_owned());
    };
    let first = run_with(world.speaking(), &letter, ask).await.unwrap();
    let voice = |report: RunReport| report.audio.unwrap().voices[0].voice_id.to_string();
    assert_eq!(voice(first), "tone-eve");
    let changed = letter.replace(LINE, "It is behind the park.");
    let second = rerun(world.speaking(), &[], &changed).await.unwrap();
    assert!(second.steps.contains(&"tts".to_owned()));
    assert_eq!(voice(second), "tone-eve");
}
