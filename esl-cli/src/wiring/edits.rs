//! Manifests of lessons that were made by jobs, read and edited from here.

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::LessonId;
use esl_core::action::ManifestEditor;
use esl_core::job::payload::LessonRun;
use esl_core::job::{FailureCode, Job};
use esl_core::ports::JobError;
use esl_pipeline::jobs::{LessonName, edit_manifest, has_page};
use esl_pipeline::pipeline::Pipeline;
use serde_json::{Map, Value};

use super::workplace::job_error;
use super::{Shelf, observer};
use crate::config::Settings;
use crate::exit::Failure;

/// Reads and edits manifests of lessons that this machine can reach.
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

    /// The lesson of a job, and what knows of its manifest.
    async fn find(&self, job: &Job) -> Result<(Pipeline, LessonId), JobError> {
        // Reruns have the same fields.
        let made: LessonRun = job.payload.read()?;
        let name = LessonName::parse(&made.md)?;
        let limit = self.settings.max_lesson_bytes as u64;
        let lesson = self.shelf.lessons.find(&name, job.head.owner, limit);
        let lesson = lesson.await?;
        let pipeline = observer(&self.settings, self.shelf.root(&name));
        let pipeline =
            pipeline.map_err(|failure| job_error(&failure, FailureCode::STORAGE_MISCONFIGURED))?;
        Ok((pipeline, lesson.id))
    }
}

#[async_trait]
impl ManifestEditor for ManifestEdits {
    async fn has_page(&self, job: &Job) -> Result<bool, JobError> {
        let (pipeline, lesson) = self.find(job).await?;
        has_page(&pipeline, &lesson).await
    }

    async fn edit(&self, job: &Job, fields: &Map<String, Value>) -> Result<(), JobError> {
        let (pipeline, lesson) = self.find(job).await?;
        edit_manifest(&pipeline, &lesson, fields.clone())
            .await
            .map(drop)
    }
}
