//! The whole job inside an application: lesson in, page and recording out.
//!
//! `cargo run -p esl-examples --example embed`
//!
//! The workspace and the stores are in memory and a tone generator speaks, so it needs nothing and
//! leaves nothing behind. Swap any of the four ports for a real adapter and the rest stays as it is.

use std::path::Path;
use std::sync::Arc;

use esl_core::{LessonId, ProgressSink, RunId, StageEvent};
use esl_pipeline::pipeline::{LessonInput, Pipeline, PipelineBuilder, RunContext, RunRequest};
use esl_testkit::{MemoryArtifactStore, MemoryManifestStore, MemoryNotion, ToneTts};

const LESSON: &str = include_str!("lessons/a1-at-the-cafe.md");

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it does")]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let pipeline = pipeline(folder.path())?;

    let first = pipeline.run(request()?, listened_to()).await?;
    println!("first run:  {}", first.steps.join(", "));

    let again = pipeline.run(request()?, listened_to()).await?;
    println!("second run: changed anything: {}", again.changed);
    Ok(())
}

fn pipeline(recordings: &Path) -> anyhow::Result<Pipeline> {
    let workspace = Arc::new(MemoryNotion::unlimited());
    Ok(PipelineBuilder::default()
        .notion(workspace, MemoryNotion::source())
        .manifest_store(Arc::new(MemoryManifestStore::default()))
        .tts(Arc::new(ToneTts::default()))
        .recordings(Arc::new(MemoryArtifactStore::default()), recordings)
        .build()?)
}

fn request() -> anyhow::Result<RunRequest> {
    Ok(RunRequest::new(LessonInput {
        id: LessonId::parse("lessons/at-the-cafe.md")?,
        bytes: LESSON.into(),
        location: "at-the-cafe.md".into(),
    }))
}

fn listened_to() -> RunContext {
    RunContext {
        progress: Arc::new(Printed),
        ..RunContext::new(RunId::random())
    }
}

/// Prints every event of a run.
#[derive(Debug)]
struct Printed;

impl ProgressSink for Printed {
    #[expect(clippy::print_stdout, reason = "an example shows what it does")]
    fn emit(&self, event: StageEvent) {
        println!("  {:<9} {:?}", event.stage.as_str(), event.status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_example_works_and_its_second_run_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pipeline = pipeline(folder.path()).unwrap();
        let first = pipeline
            .run(request().unwrap(), listened_to())
            .await
            .unwrap();
        assert!(first.changed);
        let again = pipeline
            .run(request().unwrap(), listened_to())
            .await
            .unwrap();
        assert!(!again.changed);
    }
}
