//! Manifests of lessons that were made by jobs, edited from here.

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::action::ManifestEditor;
use esl_core::job::payload::LessonRun;
use esl_core::job::{FailureCode, Job};
use esl_core::ports::JobError;
use esl_pipeline::jobs::{LessonName, edit_manifest};
use serde_json::{Map, Value};

use super::workplace::job_error;
use super::{Shelf, observer};
use crate::config::Settings;
use crate::exit::Failure;

/// Edits manifests of lessons that this machine can reach.
#[derive(Debug)]
pub(crate) struct ManifestEdits {
    settings: Arc<Settings>,
    shelf: Shelf,
}

impl ManifestEdits {
    pub(crate) fn open(settings: Arc<Settings>) -> Result<Self, Failure> {
        let shelf = Shelf::open(&settings)?;
        Ok(Self { settings, shelf })
    }
}

#[async_trait]
impl ManifestEditor for ManifestEdits {
    async fn edit(&self, job: &Job, fields: &Map<String, Value>) -> Result<(), JobError> {
        // Reruns have the same fields.
        let made: LessonRun = job.payload.read()?;
        let name = LessonName::parse(&made.md)?;
        let limit = self.settings.max_lesson_bytes as u64;
        let lesson = self.shelf.lessons.find(&name, job.head.owner, limit);
        let lesson = lesson.await?;
        let pipeline = observer(&self.settings, self.shelf.root(&name));
        let pipeline =
            pipeline.map_err(|failure| job_error(&failure, FailureCode::STORAGE_MISCONFIGURED))?;
        edit_manifest(&pipeline, &lesson.id, fields.clone())
            .await
            .map(drop)
    }
}
