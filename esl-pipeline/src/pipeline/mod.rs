//! One run: the stages, the plan that chooses them and the report they leave.
//!
//! A run reads the lesson once, finds every problem before its first effect, then brings page and
//! recording up to date side by side and attaches one to the other. The manifest is its journal: it
//! is saved after each effect, so a run that was stopped goes on where it ended. No provider is
//! named here, and nothing is global: what a run needs comes from the builder or its context.

mod builder;
mod context;
mod error;
mod report;
mod request;
mod status;

use std::sync::Arc;

use esl_core::ports::{Clock, ManifestStore, Notion};
use esl_core::{DataSourceId, Presets};

pub use builder::{BuildError, PipelineBuilder};
pub use context::{Accounts, RunContext};
pub use error::{ErrorClass, PipelineError, Problem};
pub use report::{
    AudioReport, DiagnosticCounts, RunReport, StageEnd, StageReport, SynthesisReport,
};
pub use request::{LessonInput, OnExisting, PresetChoice, RunOptions, RunRequest, TtsMode};
pub use status::{NextAction, Stale, StatusReport};

#[expect(dead_code, reason = "read by the stages, which follow")]
/// Turns lessons into homework. Cheap to share; runs of different lessons do not wait for each
/// other.
#[derive(Debug)]
pub struct Pipeline {
    notion: Arc<dyn Notion>,
    source: DataSourceId,
    manifests: Arc<dyn ManifestStore>,
    speech: Option<builder::Speech>,
    clock: Arc<dyn Clock>,
    presets: Presets,
    max_lesson_bytes: usize,
}

impl Pipeline {
    /// Collects what a pipeline needs.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }

    /// Brings page and recording of a lesson up to date.
    ///
    /// # Errors
    /// Any [`PipelineError`]. What was done before the failure stays recorded.
    pub async fn run(
        &self,
        request: RunRequest,
        context: RunContext,
    ) -> Result<RunReport, PipelineError> {
        let manifest = self.manifests.read(&request.lesson.id).await;
        let manifest = manifest.map_err(PipelineError::Manifest)?;
        let manifest = manifest.map(|stored| stored.manifest);
        Ok(RunReport {
            run_id: context.run_id,
            changed: false,
            page_id: manifest.as_ref().and_then(|manifest| manifest.page_id),
            page_url: manifest.and_then(|manifest| manifest.page_url),
            student_page_url: None,
            audio: None,
            colorized: false,
            manifest_path: self.manifests.location(&request.lesson.id),
            steps: Vec::new(),
            stages: Vec::new(),
            warnings: Vec::new(),
            diagnostics: DiagnosticCounts::default(),
        })
    }

    /// How a lesson stands. Asks no service and writes nothing.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`].
    pub async fn status(&self, lesson: &LessonInput) -> Result<StatusReport, PipelineError> {
        let manifest = self.manifests.read(&lesson.id).await;
        let manifest = manifest.map_err(PipelineError::Manifest)?;
        Ok(StatusReport {
            manifest_path: self.manifests.location(&lesson.id),
            manifest: manifest.map(|stored| stored.manifest),
            md_hash_matches: false,
            audio_file_exists: false,
            stale: Stale::default(),
            next: NextAction::Run,
        })
    }
}
