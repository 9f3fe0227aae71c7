//! What the manifest says about when things happened.

use std::sync::Arc;
use std::time::Duration;

use esl_core::{ProgressSink, Stage, StageEvent};
use esl_pipeline::pipeline::{RunContext, RunOptions};
use esl_testkit::ManualClock;

use crate::world::{LESSON, World, context, request};

/// Lets a second pass with every event.
#[derive(Debug)]
struct Ticking(Arc<ManualClock>);

impl ProgressSink for Ticking {
    fn emit(&self, _event: StageEvent) {
        self.0.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_stage_is_dated_by_its_end() {
    let world = World::new();
    let progress = Arc::new(Ticking(world.clock.clone()));
    let context = RunContext {
        progress,
        ..context()
    };
    let pipeline = world.speaking().build().unwrap();
    let lesson = request(LESSON, RunOptions::default());
    pipeline.run(lesson, context).await.unwrap();
    let manifest = world.manifest().await.unwrap();
    let end = |stage| manifest.stages[&stage].finished_at;
    assert!(manifest.run.unwrap().started_at < end(Stage::Import));
    assert!(end(Stage::Import) < end(Stage::AddAudio));
    assert!(end(Stage::Tts) < end(Stage::AddAudio));
    assert!(end(Stage::AddAudio) <= manifest.timestamp);
}
