//! One run: the stages, the plan that chooses them and the report they leave.
//!
//! A run reads the lesson once, finds every problem before its first effect, then brings page and
//! recording up to date side by side and attaches one to the other. The manifest is its journal: it
//! is saved after each effect, so a run that was stopped goes on where it ended. No provider is
//! named here, and nothing is global: what a run needs comes from the builder or its context.

mod asked_audio;
mod builder;
mod context;
mod delivery;
mod edit;
mod error;
mod findings;
mod forget;
mod journal;
mod links;
mod own;
mod page;
mod page_plan;
mod plan;
mod preflight;
mod properties;
mod recolor;
mod report;
mod request;
mod resume;
mod retrying_notion;
mod run;
mod run_plan;
mod scope;
mod speak;
mod speech_options;
mod stages;
mod standing;
mod status;
mod strays;
mod verify;

use std::sync::Arc;

use esl_core::ports::{ArtifactStore, Clock, ManifestStore, Notion};
use esl_core::{DataSourceId, LessonId, Presets, RetryPolicy};

pub use builder::{BuildError, PipelineBuilder};
pub use context::{Accounts, RunContext, RunLimits, SpeechAccount, UpdatePace};
pub use edit::ManifestEdit;
pub use error::{ErrorClass, PipelineError, Problem};
pub use forget::Holdings;
pub use links::StudentLink;
pub use page_plan::{PageRequest, PageRequestKind};
pub use plan::Action;
pub use recolor::{RecolorOptions, RecolorReport, recolor};
pub use report::{
    AudioReport, DiagnosticCounts, PageReport, RunReport, StageEnd, StageReport, SynthesisReport,
};
pub use request::{
    LessonInput, OnExisting, PresetChoice, RunDefaults, RunOptions, RunRequest,
    UnknownUploadTarget, UploadTarget,
};
pub use retrying_notion::RetryingNotion;
pub use run_plan::{AudioPlan, PagePlan, RunPlan, StagePlan, UploadPlan};
pub use speak::Spoken;
pub use standing::{NextAction, StageStanding, Standing};
pub use status::{Stale, StatusReport};
pub use verify::Defect;

use stages::tts::Engine;

use crate::speech::encoders::Encoders;
use crate::turns::Turns;

/// Turns lessons into homework. Cheap to share; runs of different lessons do not wait for each
/// other.
#[derive(Debug)]
pub struct Pipeline {
    notion: Arc<dyn Notion>,
    /// How often the workspace is asked again.
    retry: RetryPolicy,
    source: DataSourceId,
    manifests: Arc<dyn ManifestStore>,
    engine: Option<Engine>,
    recordings: Option<builder::Recordings>,
    uploads: Option<Arc<dyn ArtifactStore>>,
    clock: Arc<dyn Clock>,
    presets: Presets,
    max_lesson_bytes: usize,
    encoders: Encoders,
    /// Runs of one lesson wait for each other. Between processes the manifest decides.
    turns: Turns<LessonId>,
}

impl Pipeline {
    /// Collects what a pipeline needs.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }
}
