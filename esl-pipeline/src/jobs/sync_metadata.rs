//! `lesson.sync_metadata`: what was edited with a job reaches the manifest of its lesson.

use async_trait::async_trait;
use esl_core::LessonId;
use esl_core::job::payload::{LessonRun, LessonSyncMetadata};
use esl_core::job::{FailureCode, Job, JobId};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError, StoreError};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::task::Wanted;
use super::{LessonJobs, LessonName, failure, output};
use crate::pipeline::{ManifestEdit, Pipeline};

#[async_trait]
impl HandlePayload<LessonSyncMetadata> for LessonJobs {
    async fn run(
        &self,
        payload: LessonSyncMetadata,
        _job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let edited = self.edited(payload.job_id).await?;
        // Reruns have the same fields.
        let before: LessonRun = edited.payload.read()?;
        let name = LessonName::parse(&before.md)?;
        let wanted = Wanted {
            name: &name,
            file_name: before.file_name.as_deref(),
            database: before.notion_database.as_deref(),
            student: None,
        };
        let task = self.task(wanted, &edited, context).await?;
        let (pipeline, lesson) = (&task.setup.pipeline, &task.lesson.id);
        let fields = as_it_is_now(payload.fields, &edited);
        let location = edit_manifest(pipeline, lesson, fields).await?;
        Ok(Done {
            output: output::manifest(&location, lesson),
            chained: Vec::new(),
        })
    }
}

/// The same fields with the values that the job has by now: it may have been edited again, and that edit
/// may have reached the manifest before this one.
fn as_it_is_now(mut fields: Map<String, Value>, edited: &Job) -> Map<String, Value> {
    for (name, value) in &mut fields {
        if let Some(now) = edited.payload.fields.get(name) {
            value.clone_from(now);
        }
    }
    fields
}

/// Writes what was edited with a job into the manifest of its lesson, as a
/// [`ManifestEditor`](esl_core::action::ManifestEditor) does; says where that is.
///
/// # Errors
/// [`JobError`], as the handler of `lesson.sync_metadata` ends with it.
pub async fn edit_manifest(
    pipeline: &Pipeline,
    lesson: &LessonId,
    fields: Map<String, Value>,
) -> Result<String, JobError> {
    let edited = pipeline.edit_manifest(lesson, &edit(fields)?).await;
    let edited = edited.map_err(|error| failure::of_run(&error))?;
    edited.ok_or_else(|| failure::no_manifest(lesson))
}

impl LessonJobs {
    /// The job that was edited.
    async fn edited(&self, id: JobId) -> Result<Job, JobError> {
        let found = self.jobs.jobs(&[id]).await.map_err(|error| lost(&error))?;
        found.into_iter().next().ok_or_else(|| {
            let message = format!("the edited job {id} is gone, and its lesson with it");
            JobError::permanent(FailureCode::MANIFEST_MISSING, message)
        })
    }
}

fn edit(fields: Map<String, Value>) -> Result<ManifestEdit, JobError> {
    ManifestEdit::deserialize(Value::Object(fields)).map_err(|error| {
        let message = format!("the edited fields cannot be read: {error}");
        JobError::permanent(FailureCode::PAYLOAD_UNREADABLE, message)
    })
}

/// The jobs are kept where this very attempt came from: it passes.
fn lost(error: &StoreError) -> JobError {
    JobError::transient(FailureCode::STORAGE_UNAVAILABLE, error.to_string())
}
