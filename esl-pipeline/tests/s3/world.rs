//! Machines that share a bucket and a workspace, and nothing else.

use std::sync::Arc;

use esl_core::block::{Block, FileSource};
use esl_core::manifest::Manifest;
use esl_core::ports::ManifestStore;
use esl_core::{LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineError, RunContext, RunOptions, RunReport, RunRequest,
};
use esl_pipeline::providers::s3::{S3ArtifactOptions, S3ArtifactStore, S3Bucket, S3ManifestStore};
use esl_testkit::{ManualClock, MemoryNotion, ToneTts};

use crate::server::Server;

/// A lesson with a dialogue.
pub(crate) const LESSON: &str = include_str!("../lessons/directions.md");

/// What all machines share.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) notion: Arc<MemoryNotion>,
    pub(crate) tts: Arc<ToneTts>,
    pub(crate) clock: Arc<ManualClock>,
}

/// A machine with a disk of its own.
pub(crate) struct Machine {
    pub(crate) pipeline: Pipeline,
    _disk: Arc<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            server: Server::start().await,
            notion: Arc::new(MemoryNotion::default()),
            tts: Arc::new(ToneTts::new().delivering_mp3()),
            clock: Arc::default(),
        }
    }

    /// A machine that was never used.
    pub(crate) fn machine(&self) -> Machine {
        self.process(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// A program that begins on a machine with this disk.
    pub(crate) fn process(&self, disk: Arc<tempfile::TempDir>) -> Machine {
        let artifacts = |prefix| {
            let bucket = self.bucket(prefix);
            let store = S3ArtifactStore::new(bucket, S3ArtifactOptions::default()).unwrap();
            Arc::new(store.with_clock(self.clock.clone()))
        };
        let pipeline = Pipeline::builder()
            .notion(self.notion.clone(), MemoryNotion::source())
            .manifest_store(Arc::new(self.manifests()))
            .tts(self.tts.clone())
            .recordings(artifacts("cache"), disk.path())
            .uploads(artifacts("audio"))
            .clock(self.clock.clone())
            .build()
            .unwrap();
        Machine {
            pipeline,
            _disk: disk,
        }
    }

    fn bucket(&self, prefix: &str) -> S3Bucket {
        self.server
            .bucket_with(|options| prefix.clone_into(&mut options.prefix))
    }

    fn manifests(&self) -> S3ManifestStore {
        S3ManifestStore::new(self.bucket("manifests"))
    }

    pub(crate) async fn manifest(&self) -> Manifest {
        let stored = self.manifests().read(&lesson_id()).await.unwrap();
        stored.expect("the lesson ran").manifest
    }

    /// The names of the uploaded recordings.
    pub(crate) fn recordings(&self) -> Vec<String> {
        let objects = self.server.objects().into_iter();
        objects.filter(|name| name.starts_with("audio/")).collect()
    }

    /// The number of segments in the bucket.
    pub(crate) fn segments(&self) -> usize {
        let objects = self.server.objects().into_iter();
        objects.filter(|name| name.starts_with("cache/")).count()
    }

    /// The addresses that the page plays.
    pub(crate) async fn players(&self) -> Vec<String> {
        let page = self.manifest().await.page_id.expect("there is a page");
        let address = |block: &Block| match block {
            Block::Audio(media) => match &media.source {
                FileSource::External { external } => Some(external.url.clone()),
                FileSource::FileUpload { .. } => Some("a file of the workspace".to_owned()),
            },
            _ => None,
        };
        self.notion
            .page_blocks(page)
            .iter()
            .filter_map(address)
            .collect()
    }

    /// Checks that the lesson is done: completely and once.
    pub(crate) async fn check_done(&self, case: &str) {
        assert_eq!(self.notion.page_count(), 1, "pages, {case}");
        assert_eq!(self.recordings().len(), 1, "objects, {case}");
        let url = self.manifest().await.audio.unwrap().url.unwrap();
        assert_eq!(self.players().await, [url], "{case}");
    }
}

impl Machine {
    pub(crate) async fn run(&self) -> Result<RunReport, PipelineError> {
        self.run_with(|_| {}).await
    }

    pub(crate) async fn run_with(
        &self,
        change: impl FnOnce(&mut RunOptions),
    ) -> Result<RunReport, PipelineError> {
        self.pipeline.run(request(change), context()).await
    }
}

pub(crate) fn request(change: impl FnOnce(&mut RunOptions)) -> RunRequest {
    let mut request = RunRequest::new(lesson());
    change(&mut request.options);
    request
}

pub(crate) fn context() -> RunContext {
    RunContext::new(RunId::random())
}

pub(crate) fn lesson() -> LessonInput {
    LessonInput {
        id: lesson_id(),
        bytes: LESSON.into(),
        location: lesson_id().to_string(),
    }
}

pub(crate) fn lesson_id() -> LessonId {
    LessonId::parse("unit 1/lesson.md").unwrap()
}
