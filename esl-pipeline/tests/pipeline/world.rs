//! A pipeline of fakes and a lesson to run.

use std::sync::{Arc, Mutex};

use esl_core::manifest::Manifest;
use esl_core::ports::ManifestStore;
use esl_core::{LessonId, ProgressSink, RetryPolicy, RunId, StageEvent};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineBuilder, PipelineError, RunContext, RunOptions, RunReport,
    RunRequest,
};
use esl_testkit::{ManualClock, MemoryArtifactStore, MemoryManifestStore, MemoryNotion, ToneTts};

/// A valid lesson with a dialogue of three lines.
pub(crate) const LESSON: &str = include_str!("../lessons/directions.md");

/// A line of the study text.
pub(crate) const LINE: &str = "It is opposite the park.";

/// The fakes, each shared with every pipeline built on them.
pub(crate) struct World {
    pub(crate) notion: Arc<MemoryNotion>,
    pub(crate) manifests: Arc<MemoryManifestStore>,
    pub(crate) tts: Arc<ToneTts>,
    pub(crate) segments: Arc<MemoryArtifactStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) out: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-31T08:00:00Z".parse().unwrap()));
        Self {
            notion: Arc::new(MemoryNotion::default()),
            manifests: Arc::default(),
            tts: Arc::new(ToneTts::new().delivering_mp3()),
            segments: Arc::default(),
            clock,
            out: tempfile::tempdir().unwrap(),
        }
    }

    /// Everything but speech.
    pub(crate) fn silent(&self) -> PipelineBuilder {
        Pipeline::builder()
            .notion(self.notion.clone(), MemoryNotion::source())
            .notion_retry(RetryPolicy {
                attempts: 1,
                ..RetryPolicy::default()
            })
            .manifest_store(self.manifests.clone())
            .clock(self.clock.clone())
    }

    pub(crate) fn speaking(&self) -> PipelineBuilder {
        self.silent()
            .tts(self.tts.clone())
            .recordings(self.segments.clone(), self.out.path())
    }

    pub(crate) async fn manifest(&self) -> Option<Manifest> {
        let stored = self.manifests.read(&lesson_id()).await.unwrap();
        stored.map(|stored| stored.manifest)
    }

    /// The texts of the page's top-level blocks, players as `<audio>`.
    pub(crate) async fn page_texts(&self) -> Vec<String> {
        let page = self.manifest().await.unwrap().page_id.unwrap();
        let blocks = self.notion.page_blocks(page);
        let text = |block: &esl_core::block::Block| match block.type_name() {
            "audio" => "<audio>".to_owned(),
            _ => esl_core::block::plain_text(block.rich_text()),
        };
        blocks.iter().map(text).collect()
    }

    /// Everything that may have changed the world, counted.
    pub(crate) fn effects(&self) -> (usize, u64, usize) {
        (
            self.notion.calls().len(),
            self.manifests.writes(&lesson_id()),
            self.tts.calls(),
        )
    }
}

pub(crate) fn lesson_id() -> LessonId {
    LessonId::parse("unit 1/lesson.md").unwrap()
}

pub(crate) fn lesson(text: &str) -> LessonInput {
    LessonInput {
        id: lesson_id(),
        bytes: text.to_owned().into(),
        location: "unit 1/lesson.md".to_owned(),
    }
}

pub(crate) fn request(text: &str, options: RunOptions) -> RunRequest {
    RunRequest {
        options,
        ..RunRequest::new(lesson(text))
    }
}

pub(crate) fn context() -> RunContext {
    RunContext::new(RunId::random())
}

/// A run with default options.
pub(crate) async fn run(pipeline: PipelineBuilder, text: &str) -> Result<RunReport, PipelineError> {
    run_with(pipeline, text, |_| {}).await
}

/// A run with options of one's own.
pub(crate) async fn run_with(
    pipeline: PipelineBuilder,
    text: &str,
    change: impl FnOnce(&mut RunOptions),
) -> Result<RunReport, PipelineError> {
    let mut options = RunOptions::default();
    change(&mut options);
    let pipeline = pipeline.build().unwrap();
    pipeline.run(request(text, options), context()).await
}

/// A listener that remembers everything.
#[derive(Debug, Default)]
pub(crate) struct Listener(Mutex<Vec<StageEvent>>);

impl ProgressSink for Listener {
    fn emit(&self, event: StageEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Listener {
    /// The events as `stage:status`.
    pub(crate) fn heard(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let name = |event: &StageEvent| {
            let json = serde_json::to_value(event).unwrap();
            format!("{}:{}", event.stage, json["status"].as_str().unwrap())
        };
        events.iter().map(name).collect()
    }
}
