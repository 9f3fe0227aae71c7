//! A school of fakes: lessons, a workspace, a speech engine, a store of recordings, and jobs.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use esl_core::job::payload::{LessonRerunAudio, LessonRun, LessonSyncMetadata};
use esl_core::job::{Job, JobId, NewJob, Payload, PhaseConfig, UserId, WorkerId};
use esl_core::manifest::Manifest;
use esl_core::ports::{
    ArtifactStore, Claim, Done, HandlePayload, JobContext, JobError, JobProgress, JobStore,
    ManifestStore, Notion, ProgressNote, Tts, UploadStore,
};
use esl_core::{CancellationToken, DataSourceId, LessonId, Presets, RetryPolicy};
use esl_jobs::memory::MemoryJobs;
use esl_pipeline::jobs::{LessonJobs, LessonName, LessonShelf, Order, Setup, Workplace};
use esl_pipeline::pipeline::{LessonInput, Pipeline};
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_testkit::{
    MemoryArtifactStore, MemoryManifestStore, MemoryNotion, MemoryUploadStore, RuntimeClock,
    ToneTts,
};
use tokio::sync::watch;

/// A valid lesson with a dialogue.
pub(crate) const LESSON: &str = include_str!("../lessons/directions.md");

/// The fakes, and what stands before them.
pub(crate) struct World {
    pub(crate) notion: Arc<MemoryNotion>,
    pub(crate) manifests: Arc<MemoryManifestStore>,
    pub(crate) tts: Arc<ToneTts>,
    pub(crate) segments: Arc<MemoryArtifactStore>,
    pub(crate) uploads: Arc<MemoryUploadStore>,
    pub(crate) jobs: Arc<MemoryJobs>,
    pub(crate) phases: Arc<Mutex<PhaseConfig>>,
    pub(crate) source: Option<DataSourceId>,
    pub(crate) folder: tempfile::TempDir,
    /// Instead of the fakes.
    pub(crate) front: Front,
}

/// What a pipeline is given instead of the fakes themselves.
#[derive(Default)]
pub(crate) struct Front {
    pub(crate) notion: Option<Arc<dyn Notion>>,
    pub(crate) manifests: Option<Arc<dyn ManifestStore>>,
    pub(crate) tts: Option<Arc<dyn Tts>>,
    pub(crate) bucket: Option<Arc<dyn ArtifactStore>>,
    pub(crate) is_silent: bool,
}

#[derive(Debug)]
struct School {
    pipeline: Arc<Pipeline>,
    shelf: LessonShelf,
    phases: Arc<Mutex<PhaseConfig>>,
    source: Option<DataSourceId>,
}

#[async_trait]
impl Workplace for School {
    async fn phases(&self) -> Result<PhaseConfig, JobError> {
        Ok(self.phases.lock().unwrap().clone())
    }

    async fn lesson(
        &self,
        name: &LessonName,
        owner: Option<UserId>,
        max_bytes: u64,
    ) -> Result<LessonInput, JobError> {
        Ok(self.shelf.find(name, owner, max_bytes).await?)
    }

    async fn setup(&self, _order: &Order<'_>) -> Result<Setup, JobError> {
        Ok(Setup {
            source: self.source,
            ..Setup::new(self.pipeline.clone())
        })
    }
}

impl World {
    /// Lessons in a folder and uploaded, pages and manifests in memory, recordings at
    /// `https://cdn.example/`.
    pub(crate) fn new() -> Self {
        let clock = Arc::new(RuntimeClock::default());
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lessons")).unwrap();
        let bucket = FsArtifactStore::new(folder.path().join("bucket"));
        let bucket = bucket.served_at("https://cdn.example/");
        let world = Self {
            notion: Arc::new(MemoryNotion::default()),
            manifests: Arc::default(),
            tts: Arc::new(ToneTts::new().delivering_mp3()),
            segments: Arc::default(),
            uploads: Arc::default(),
            jobs: Arc::new(MemoryJobs::new(clock)),
            phases: Arc::default(),
            source: None,
            folder,
            front: Front {
                bucket: Some(Arc::new(bucket)),
                ..Front::default()
            },
        };
        world.write(LESSON);
        world
    }

    /// Puts `text` in the place of the lesson `a.md`.
    pub(crate) fn write(&self, text: &str) {
        std::fs::write(self.folder.path().join("lessons/a.md"), text).unwrap();
    }

    /// The handlers of all kinds, on a pipeline of their own.
    pub(crate) fn handlers(&self) -> LessonJobs {
        let notion = self.front.notion.clone();
        let manifests = self.front.manifests.clone();
        let tts = self.front.tts.clone();
        let calm = Presets::from_json(r#"{"calm": {"h2": "blue"}}"#).unwrap();
        let mut builder = Pipeline::builder()
            .presets(Presets::default().with(calm))
            .notion(
                notion.unwrap_or(self.notion.clone()),
                MemoryNotion::source(),
            )
            .notion_retry(RetryPolicy {
                attempts: 1,
                ..RetryPolicy::default()
            })
            .manifest_store(manifests.unwrap_or(self.manifests.clone()));
        if !self.front.is_silent {
            let out = self.folder.path().join("recordings");
            builder = builder
                .tts(tts.unwrap_or(self.tts.clone()))
                .recordings(self.segments.clone(), out);
        }
        if let Some(bucket) = &self.front.bucket {
            builder = builder.uploads(bucket.clone());
        }
        let shelf = LessonShelf::default()
            .with_uploads(self.uploads.clone())
            .with_folder(self.folder.path().join("lessons"));
        let school = School {
            pipeline: Arc::new(builder.build().unwrap()),
            shelf,
            phases: self.phases.clone(),
            source: self.source,
        };
        LessonJobs::new(Arc::new(school), self.jobs.clone())
    }

    /// Submits a job and starts it.
    pub(crate) async fn start<P: Payload>(&self, payload: &P) -> Job {
        let new = NewJob::new(payload);
        let id = new.id;
        self.jobs.submit(vec![new]).await.unwrap();
        let lease = std::time::Duration::from_secs(60);
        let claim = Claim::next(WorkerId::new(), 100, lease);
        let claimed = self.jobs.claim(claim).await.unwrap();
        claimed.into_iter().find(|job| job.head.id == id).unwrap()
    }

    /// The same world without the delays before it.
    pub(crate) fn front_is_fast(mut self) -> Self {
        self.front.tts = None;
        self
    }

    /// One attempt at a new job.
    pub(crate) async fn perform<P: Payload + Clone>(&self, payload: P) -> (JobId, Attempted)
    where
        LessonJobs: HandlePayload<P>,
    {
        let job = self.start(&payload).await;
        let listener = Arc::new(Listener::default());
        let context = context(&job, &listener);
        let done = self.handlers().run(payload, &job, &context).await;
        (job.head.id, done)
    }

    /// A spoken lesson, seen through.
    pub(crate) async fn homework(&self) -> (JobId, Done) {
        let (id, done) = self.perform(spoken()).await;
        (id, done.unwrap())
    }

    pub(crate) async fn manifest(&self) -> Option<Manifest> {
        let stored = self.manifests.read(&lesson_id()).await.unwrap();
        stored.map(|stored| stored.manifest)
    }

    /// Everything that may have been paid for or changed: pages, requests for speech.
    pub(crate) fn effects(&self) -> (usize, usize) {
        (self.notion.page_count(), self.tts.calls())
    }

    /// Names of the files in a folder of this world.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(folder));
        let entries = entries.into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }
}

pub(crate) type Attempted = Result<Done, JobError>;

/// The circumstances of an attempt that nobody stops.
pub(crate) fn context(job: &Job, listener: &Arc<Listener>) -> JobContext {
    JobContext {
        attempt: job.head.attempt(),
        cancelled: CancellationToken::new(),
        shutting_down: CancellationToken::new(),
        progress: listener.clone(),
    }
}

pub(crate) fn lesson_id() -> LessonId {
    LessonId::parse("a.md").unwrap()
}

/// A lesson without a word spoken.
pub(crate) fn silent() -> LessonRun {
    LessonRun {
        md: "a.md".to_owned(),
        ..LessonRun::default()
    }
}

/// A lesson whose study text is spoken.
pub(crate) fn spoken() -> LessonRun {
    LessonRun {
        with_tts: Some(true),
        ..silent()
    }
}

pub(crate) fn rerun_of(job: JobId) -> LessonRerunAudio {
    LessonRerunAudio::of(job, "a.md".to_owned(), "a.manifest.json".to_owned())
}

pub(crate) fn sync_of(job: JobId, fields: serde_json::Value) -> LessonSyncMetadata {
    LessonSyncMetadata {
        job_id: job,
        fields: serde_json::from_value(fields).unwrap(),
        manual: false,
        extra: serde_json::Map::new(),
    }
}

/// Remembers every note.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    notes: watch::Sender<Vec<ProgressNote>>,
}

impl JobProgress for Listener {
    fn note(&self, note: ProgressNote) {
        self.notes.send_modify(|notes| notes.push(note));
    }
}

impl Listener {
    pub(crate) fn notes(&self) -> Vec<ProgressNote> {
        self.notes.borrow().clone()
    }

    /// Waits for a note that fits.
    pub(crate) async fn heard(&self, fits: impl Fn(&ProgressNote) -> bool) {
        let mut notes = self.notes.subscribe();
        notes
            .wait_for(|notes| notes.iter().any(&fits))
            .await
            .unwrap();
    }

    /// What was told of the job's results.
    pub(crate) fn output(&self, field: &str) -> Option<serde_json::Value> {
        let notes = self.notes();
        notes
            .iter()
            .find_map(|note| note.output.get(field).cloned())
    }
}

/// An upload of `owner`, as jobs name it.
pub(crate) async fn upload(world: &World, owner: Option<UserId>) -> String {
    let id = world.uploads.put(owner, LESSON.into()).await.unwrap();
    format!("upload:{id}")
}
