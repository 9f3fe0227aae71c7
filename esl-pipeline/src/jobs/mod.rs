//! Lessons as jobs: the handlers that a worker gives `lesson.*` jobs to.
//!
//! A composition root says where lessons lie and which pipeline makes homework of them, by
//! implementing [`Workplace`]; [`LessonShelf`] does the part about lessons. One [`LessonJobs`] then
//! handles all three kinds, and the upkeep that looks after what came of them:
//!
//! ```ignore
//! let lessons = LessonJobs::new(Arc::new(workplace), jobs.store.clone());
//! let worker = Worker::builder(jobs.store, jobs.queue)
//!     .handles::<LessonRun>(lessons.clone())
//!     .handles::<LessonRerunAudio>(lessons.clone())
//!     .handles::<LessonSyncMetadata>(lessons.clone())
//!     .handles::<MaintenanceVerify>(lessons)
//!     .build()?;
//! ```
//!
//! Whoever submits a job calls [`LessonName::parse`] and [`LessonShelf::find`] first, so that a lesson
//! that nobody may name, or that is not there, is refused at once.
//!
//! A run has the id of its job. What an attempt has done stands in the lesson's manifest, so the next
//! attempt goes on from there; nothing in here remembers anything. No provider is named.

mod failure;
mod lesson_name;
mod options;
mod output;
mod progress;
mod rerun_audio;
mod run;
mod shelf;
mod sync_metadata;
mod task;
mod verify;
mod voices;
mod workplace;

use std::sync::Arc;

use esl_core::ports::JobStore;

pub use lesson_name::LessonName;
pub use rerun_audio::has_page;
pub use shelf::{LessonError, LessonShelf};
pub use sync_metadata::edit_manifest;
pub use voices::VoicesOnOffer;
pub use workplace::{Order, Setup, Workplace};

/// Handles jobs of the kinds `lesson.run`, `lesson.rerun_audio` and `lesson.sync_metadata`, and
/// `maintenance.verify`, which looks after what came of them. Clones share everything.
#[derive(Debug, Clone)]
pub struct LessonJobs {
    workplace: Arc<dyn Workplace>,
    jobs: Arc<dyn JobStore>,
}

impl LessonJobs {
    /// Handlers that work at `workplace`; `jobs` tells of the jobs whose metadata were edited.
    #[must_use]
    pub fn new(workplace: Arc<dyn Workplace>, jobs: Arc<dyn JobStore>) -> Self {
        Self { workplace, jobs }
    }
}
