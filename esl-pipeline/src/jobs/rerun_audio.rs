//! `lesson.rerun_audio`: the recording of a finished lesson is made again, and nothing else.

use async_trait::async_trait;
use esl_core::job::payload::LessonRerunAudio;
use esl_core::job::{FailureCode, Job};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError};
use esl_core::{LessonId, Stage};

use super::task::{Task, Wanted};
use super::{LessonJobs, LessonName, failure, options};
use crate::pipeline::Pipeline;

/// The stages that can be done again by such a job.
const AUDIO: [Stage; 3] = [Stage::Tts, Stage::Upload, Stage::AddAudio];

#[async_trait]
impl HandlePayload<LessonRerunAudio> for LessonJobs {
    async fn run(
        &self,
        payload: LessonRerunAudio,
        job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let steps = steps(&payload)?;
        let name = LessonName::parse(&payload.md)?;
        let wanted = Wanted {
            name: &name,
            file_name: payload.file_name.as_deref(),
            database: payload.notion_database.as_deref(),
            student: None,
        };
        let task = self.task(wanted, job, context).await?;
        require_page(&task, &name).await?;
        let request = task.request(options::of_rerun(&payload, &task.phases));
        let run = task
            .setup
            .pipeline
            .rerun(&steps, request, task.run_context());
        task.see_through(run).await
    }
}

/// The stages asked for; all of them if none is named.
fn steps(payload: &LessonRerunAudio) -> Result<Vec<Stage>, JobError> {
    if let Some(other) = payload.steps.iter().find(|step| !AUDIO.contains(step)) {
        let message = format!("{other} is no step of a rerun of audio");
        return Err(JobError::permanent(
            FailureCode::PAYLOAD_UNREADABLE,
            message,
        ));
    }
    match payload.steps.is_empty() {
        true => Ok(AUDIO.to_vec()),
        false => Ok(payload.steps.clone()),
    }
}

/// There must be a page to place the player on.
async fn require_page(task: &Task<'_>, name: &LessonName) -> Result<(), JobError> {
    if has_page(&task.setup.pipeline, &task.lesson.id).await? {
        return Ok(());
    }
    let message = format!("the manifest of {name} names no page: run the lesson first");
    Err(JobError::permanent(FailureCode::PAGE_MISSING, message))
}

/// Whether the manifest of a lesson names a page, as a
/// [`ManifestEditor`](esl_core::action::ManifestEditor) tells.
///
/// # Errors
/// [`JobError`], as the handler of `lesson.rerun_audio` ends with it.
pub async fn has_page(pipeline: &Pipeline, lesson: &LessonId) -> Result<bool, JobError> {
    let manifest = pipeline.manifest(lesson).await;
    let manifest = manifest.map_err(|error| failure::of_run(&error))?;
    let manifest = manifest.ok_or_else(|| failure::no_manifest(lesson))?;
    Ok(manifest.page_id.is_some())
}
