//! What outlives a process, and processes that work on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use esl_core::block::{Block, plain_text};
use esl_core::manifest::Manifest;
use esl_core::ports::{ManifestStore, Notion};
use esl_core::{LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineError, RunContext, RunReport, RunRequest,
};
use esl_testkit::faults::{FaultPlan, Faults, Faulty, ShowsLate};
use esl_testkit::{
    MemoryArtifactStore, MemoryManifestStore, MemoryNotion, NotionCall, RuntimeClock, ToneTts,
};

/// How late a request without an answer may take effect.
pub(crate) const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// How late the workspace finds a page.
const VISIBLE_AFTER: Duration = Duration::from_secs(5);

/// A lesson of more blocks than one request takes, with a dialogue of four segments.
pub(crate) fn lesson_text() -> String {
    let paragraphs: String = (1..=85).map(|n| format!("Read street {n}.\n\n")).collect();
    let lesson = include_str!("../lessons/directions.md");
    lesson.replace("## 7. ", &format!("{paragraphs}## 7. "))
}

/// The same lesson with another line to speak and another paragraph.
pub(crate) fn edited_text() -> String {
    lesson_text()
        .replace("It is opposite the park.", "It is behind the park.")
        .replace("Read street 60.", "Read avenue 60.")
}

/// The edited lesson under another title, with another beginning.
pub(crate) fn retitled_text() -> String {
    edited_text()
        .replace("Asking for Directions: Lost", "Lost")
        .replace("explain a short", "describe a short")
}

/// What outlives a process: services, files, the time.
pub(crate) struct World {
    pub(crate) notion: Arc<MemoryNotion>,
    pub(crate) manifests: Arc<MemoryManifestStore>,
    pub(crate) tts: Arc<ToneTts>,
    pub(crate) segments: Arc<MemoryArtifactStore>,
    /// The clock of the machine; the workspace has its own.
    pub(crate) clock: Arc<RuntimeClock>,
    service_clock: Arc<RuntimeClock>,
    pub(crate) out: tempfile::TempDir,
}

/// A program from its start to its end or death.
pub(crate) struct Process {
    pub(crate) pipeline: Pipeline,
    pub(crate) faults: Arc<Faults>,
}

impl World {
    pub(crate) fn new() -> Self {
        let service_clock = Arc::new(RuntimeClock::default());
        Self {
            notion: Arc::new(MemoryNotion::new(service_clock.clone())),
            manifests: Arc::default(),
            tts: Arc::new(ToneTts::new().delivering_mp3()),
            segments: Arc::default(),
            clock: Arc::new(RuntimeClock::default()),
            service_clock,
            out: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn process(&self, plan: FaultPlan) -> Process {
        let manifests: Arc<dyn ManifestStore> = self.manifests.clone();
        self.process_on(manifests, plan)
    }

    pub(crate) fn process_on(&self, manifests: Arc<dyn ManifestStore>, plan: FaultPlan) -> Process {
        let faults = Arc::new(Faults::new(plan));
        let clock = self.service_clock.clone();
        let notion = ShowsLate::new(self.notion.clone(), clock, VISIBLE_AFTER);
        let notion = Arc::new(notion.admitting_delays(REQUEST_DEADLINE));
        let notion: Arc<dyn Notion> = Arc::new(Faulty::new(notion, faults.clone()));
        let pipeline = Pipeline::builder()
            .notion(notion, MemoryNotion::source())
            .manifest_store(Arc::new(Faulty::new(manifests, faults.clone())))
            .tts(Arc::new(Faulty::new(self.tts.clone(), faults.clone())))
            .recordings(
                Arc::new(Faulty::new(self.segments.clone(), faults.clone())),
                self.out.path(),
            )
            .clock(self.clock.clone())
            .build()
            .unwrap();
        Process { pipeline, faults }
    }

    /// A run by a process to which nothing happens.
    pub(crate) async fn run(&self, text: &str) -> RunReport {
        self.process(FaultPlan::none())
            .run(text)
            .await
            .expect("nobody kills it")
            .unwrap()
    }

    pub(crate) async fn manifest(&self) -> Manifest {
        let stored = self.manifests.read(&lesson_id()).await.unwrap();
        stored.expect("the lesson ran").manifest
    }

    /// The page's top-level blocks as text, players as `<audio>`.
    pub(crate) async fn page(&self) -> Vec<String> {
        let page = self.manifest().await.page_id.expect("there is a page");
        let text = |block: &Block| match block {
            Block::Audio(_) => "<audio>".to_owned(),
            block => plain_text(block.rich_text()),
        };
        self.notion.page_blocks(page).iter().map(text).collect()
    }

    /// Everything that changed or cost something, counted.
    pub(crate) fn effects(&self) -> (Vec<NotionCall>, u64, usize) {
        let writes = self.manifests.writes(&lesson_id());
        (self.notion.calls(), writes, self.tts.calls())
    }

    /// How often each text was asked for.
    pub(crate) fn spoken(&self) -> BTreeMap<String, usize> {
        let mut spoken = BTreeMap::new();
        for request in self.tts.requests() {
            let text: Vec<_> = request.turns.into_iter().map(|turn| turn.text).collect();
            *spoken.entry(text.join("\n")).or_default() += 1;
        }
        spoken
    }

    /// Checks that the lesson is done: completely, once, and without leftovers.
    pub(crate) async fn check_done(&self, expected: &[String], case: &str) {
        // What is still on its way arrives.
        tokio::time::sleep(2 * REQUEST_DEADLINE).await;
        assert_eq!(self.notion.page_count(), 1, "pages, {case}");
        assert_eq!(self.page().await, expected, "{case}");
        let manifest = self.manifest().await;
        assert_eq!(manifest.pending_import, None, "{case}");
        assert_eq!(manifest.pending_append, None, "{case}");
        assert_eq!(manifest.pending_audio, None, "{case}");
        let audio = manifest.audio.expect("there is a recording");
        assert!(std::path::Path::new(&audio.path.unwrap()).exists());
        let files = std::fs::read_dir(self.out.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name());
        let mut endings: Vec<_> = names
            .map(|name| {
                name.to_string_lossy()
                    .rsplit('.')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        endings.sort();
        assert_eq!(endings, ["mp3", "vtt"], "files, {case}");
    }
}

impl Process {
    /// Runs the lesson; `None` if the process dies of it.
    pub(crate) async fn run(&self, text: &str) -> Option<Result<RunReport, PipelineError>> {
        self.run_as(lesson_id(), text).await
    }

    pub(crate) async fn run_as(
        &self,
        id: LessonId,
        text: &str,
    ) -> Option<Result<RunReport, PipelineError>> {
        let lesson = lesson_as(id, text);
        let context = RunContext::new(RunId::random());
        let run = self.pipeline.run(RunRequest::new(lesson), context);
        self.faults.until_death(run).await
    }
}

pub(crate) fn lesson(text: &str) -> LessonInput {
    lesson_as(lesson_id(), text)
}

fn lesson_as(id: LessonId, text: &str) -> LessonInput {
    LessonInput {
        location: id.to_string(),
        id,
        bytes: text.to_owned().into(),
    }
}

pub(crate) fn lesson_id() -> LessonId {
    LessonId::parse("unit 1/lesson.md").unwrap()
}

/// A test on a runtime whose time passes only while everything waits. It ends after all that it
/// began, so that no leftover is missed.
pub(crate) fn on_paused_time(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}
