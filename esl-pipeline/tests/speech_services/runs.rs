//! Whole runs whose speech is bought.

use std::sync::Arc;

use esl_core::{LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineError, RunContext, RunOptions, RunReport, RunRequest,
};
use esl_pipeline::speech::casting::VoiceMap;
use esl_pipeline::speech::segments::SpeechMode;
use esl_testkit::fakes::Service;
use esl_testkit::fakes::elevenlabs::{DialogueAccess, ElevenLabsAccount};
use esl_testkit::{MemoryManifestStore, MemoryNotion};

use crate::world::World;

const LESSON: &str = include_str!("../lessons/directions.md");

fn pipeline(world: &World, manifests: &Arc<MemoryManifestStore>) -> Pipeline {
    Pipeline::builder()
        .notion(Arc::new(MemoryNotion::default()), MemoryNotion::source())
        .manifest_store(manifests.clone())
        .tts(world.elevenlabs(|_| {}))
        .recordings(world.segments.clone(), world.out())
        .build()
        .unwrap()
}

async fn run(
    pipeline: &Pipeline,
    voices: &str,
    change: impl FnOnce(&mut RunOptions),
) -> Result<RunReport, PipelineError> {
    let mut options = RunOptions::default();
    options.with_tts = Some(true);
    change(&mut options);
    let mut request = RunRequest::new(LessonInput {
        id: LessonId::parse("lesson.md").unwrap(),
        bytes: LESSON.to_owned().into(),
        location: "lesson.md".to_owned(),
    });
    request.options = options;
    request.voices = VoiceMap::parse(voices).unwrap();
    pipeline
        .run(request, RunContext::new(RunId::random()))
        .await
}

async fn without_dialogues() -> World {
    World::of(ElevenLabsAccount {
        dialogue: DialogueAccess::FeatureNotAvailable,
        ..ElevenLabsAccount::default()
    })
    .await
}

#[tokio::test]
async fn an_account_without_dialogues_speaks_line_by_line_with_a_warning() {
    let world = without_dialogues().await;
    let manifests = Arc::default();
    let pipeline = pipeline(&world, &manifests);
    let report = run(&pipeline, "", |_| {}).await.unwrap();
    let [warning] = &*report.warnings else {
        panic!("{:?}", report.warnings)
    };
    assert!(warning.starts_with("spoken line by line: "), "{warning}");
    let orders = world.orders(Service::ElevenLabs);
    let dialogues = orders
        .iter()
        .filter(|order| order.path.contains("dialogue"));
    assert_eq!((dialogues.count(), orders.len()), (1, 5));
    let again = run(&pipeline, "", |_| {}).await.unwrap();
    assert!(!again.changed);
    assert_eq!(world.orders(Service::ElevenLabs).len(), 5);
}

#[tokio::test]
async fn dialogues_that_are_insisted_on_fail_without_them() {
    let world = without_dialogues().await;
    let manifests = Arc::default();
    let insist = |options: &mut RunOptions| options.tts_mode = Some(SpeechMode::Dialogue);
    let error = run(&pipeline(&world, &manifests), "", insist)
        .await
        .unwrap_err();
    assert!(matches!(error, PipelineError::Speech { .. }), "{error}");
    assert_eq!(world.spent(), 0);
}

#[tokio::test]
async fn the_settings_of_the_voice_map_and_of_the_run_reach_the_service() {
    let world = World::new().await;
    let manifests = Arc::default();
    let voices = "Guide: {voice_id: Alice, settings: {speed: 0.8, stability: 0.3}}";
    let by_line = |options: &mut RunOptions| {
        options.tts_mode = Some(SpeechMode::Monologue);
        options.dialogue_seed = Some(7);
    };
    let pipeline = pipeline(&world, &manifests);
    let report = run(&pipeline, voices, by_line).await.unwrap();
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    let alice = "/v1/text-to-speech/Xb7hH8MSUJpSbSDYk0k2";
    for order in world.orders(Service::ElevenLabs) {
        let body = order.json();
        assert_eq!(body["seed"], 7);
        let speed = body["voice_settings"]["speed"].as_f64();
        assert_eq!(speed, (order.path == alice).then_some(0.8));
    }
}

#[tokio::test]
async fn a_stability_that_the_model_does_not_take_is_moved_with_a_warning() {
    let world = World::new().await;
    let manifests = Arc::default();
    let steady = |options: &mut RunOptions| options.dialogue_stability = Some(0.7);
    let report = run(&pipeline(&world, &manifests), "", steady)
        .await
        .unwrap();
    assert_eq!(
        report.warnings,
        ["the stability 0.7 is taken as 0.5, the nearest that eleven_v3 has"]
    );
    let orders = world.orders(Service::ElevenLabs);
    assert_eq!(orders[0].json()["settings"]["stability"], 0.5);
}
