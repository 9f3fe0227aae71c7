//! A school: a fake Notion, what outlives a process, and pipelines that use both.

use std::sync::Arc;
use std::time::Duration;

use esl_core::manifest::Manifest;
use esl_core::ports::{ManifestStore, Notion};
use esl_core::{DataSourceId, LessonId, RetryPolicy, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineBuilder, PipelineError, RunContext, RunOptions, RunReport,
    RunRequest,
};
use esl_pipeline::providers::notion::{BaseUrl, NotionConfig, NotionWorkspace, Pace};
use esl_testkit::fakes::notion::BlockTree;
use esl_testkit::fakes::{Fakes, FakesOptions, LoggedRequest, Service};
use esl_testkit::{MemoryArtifactStore, MemoryManifestStore, ToneTts};

/// A lesson with a bit of everything.
pub(crate) const LESSON: &str = include_str!("../lessons/weather.md");

/// How long a request may take in these tests, and how late it may take effect.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1);

/// The fakes with all their defaults.
pub(crate) async fn fakes() -> Fakes {
    Fakes::start(FakesOptions::default()).await.unwrap()
}

/// Settings to reach the fakes as fast as they answer.
pub(crate) fn config(fakes: &Fakes) -> NotionConfig {
    let mut config = NotionConfig::new(fakes.notion().token().into());
    config.base_url = BaseUrl::parse(&fakes.url(Service::Notion)).unwrap();
    config.pace = Pace {
        per_second: 10_000.0,
        burst: 100,
    };
    config.visibility_delay = Duration::ZERO;
    config
}

pub(crate) fn workspace(fakes: &Fakes) -> Arc<NotionWorkspace> {
    Arc::new(NotionWorkspace::new(&config(fakes)).unwrap())
}

/// Where lessons go.
pub(crate) fn lessons(fakes: &Fakes) -> DataSourceId {
    fakes.notion().data_source_id().into()
}

/// What outlives a process.
pub(crate) struct School {
    pub(crate) fakes: Fakes,
    pub(crate) manifests: Arc<MemoryManifestStore>,
    pub(crate) tts: Arc<ToneTts>,
    segments: Arc<MemoryArtifactStore>,
    out: tempfile::TempDir,
}

impl School {
    pub(crate) async fn new() -> Self {
        Self {
            fakes: fakes().await,
            manifests: Arc::default(),
            tts: Arc::new(ToneTts::new().delivering_mp3()),
            segments: Arc::default(),
            out: tempfile::tempdir().unwrap(),
        }
    }

    /// A pipeline of a new process.
    pub(crate) fn pipeline(&self) -> Pipeline {
        let mut config = config(&self.fakes);
        config.timeout = DEADLINE;
        self.builder_on(Arc::new(NotionWorkspace::new(&config).unwrap()))
            .build()
            .unwrap()
    }

    pub(crate) fn builder_on(&self, notion: Arc<dyn Notion>) -> PipelineBuilder {
        Pipeline::builder()
            .notion(notion, lessons(&self.fakes))
            .notion_retry(RetryPolicy {
                base: Duration::from_millis(1),
                ..RetryPolicy::default()
            })
            .manifest_store(self.manifests.clone())
            .tts(self.tts.clone())
            .recordings(self.segments.clone(), self.out.path())
    }

    /// A run of a new process.
    pub(crate) async fn run(&self, text: &str) -> Result<RunReport, PipelineError> {
        self.run_with(text, |_| {}).await
    }

    pub(crate) async fn run_with(
        &self,
        text: &str,
        change: impl FnOnce(&mut RunOptions),
    ) -> Result<RunReport, PipelineError> {
        let mut request = request(text);
        change(&mut request.options);
        let context = RunContext::new(RunId::random());
        self.pipeline().run(request, context).await
    }

    pub(crate) async fn manifest(&self) -> Manifest {
        let stored = self.manifests.read(&lesson_id()).await.unwrap();
        stored.expect("the lesson ran").manifest
    }

    /// The only page there is, block by block.
    pub(crate) fn page(&self) -> Vec<String> {
        let mut pages = self.fakes.notion().pages();
        assert_eq!(pages.len(), 1, "pages");
        let page = pages.remove(0);
        let mut lines = Vec::new();
        write(&page.blocks, 0, &mut lines);
        lines
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.fakes.requests(Service::Notion)
    }

    /// The requests so far, as `METHOD path` with every id as `*`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.requests().iter().map(call).collect()
    }

    /// Those that change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut calls = self.calls();
        calls.retain(|call| !call.starts_with("GET") && !call.ends_with("/query"));
        calls
    }
}

pub(crate) fn lesson_id() -> LessonId {
    LessonId::parse("unit 1/lesson.md").unwrap()
}

pub(crate) fn request(text: &str) -> RunRequest {
    RunRequest::new(LessonInput {
        id: lesson_id(),
        bytes: text.to_owned().into(),
        location: "unit 1/lesson.md".to_owned(),
    })
}

fn write(blocks: &[BlockTree], level: usize, lines: &mut Vec<String>) {
    for block in blocks {
        let indent = "  ".repeat(level);
        lines.push(format!("{indent}{} {}", block.kind, block.text()));
        write(&block.children, level + 1, lines);
    }
}

/// A request as `METHOD path` with every id as `*`.
pub(crate) fn call(request: &LoggedRequest) -> String {
    let is_id = |part: &str| part.len() == 36;
    let parts = request.path.split('/');
    let parts: Vec<_> = parts
        .map(|part| if is_id(part) { "*" } else { part })
        .collect();
    format!("{} {}", request.method, parts.join("/"))
}
