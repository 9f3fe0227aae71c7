//! `lesson.run`: a lesson becomes a page with a recording.

use async_trait::async_trait;
use esl_core::job::Job;
use esl_core::job::payload::LessonRun;
use esl_core::ports::{Done, HandlePayload, JobContext, JobError};

use super::task::Wanted;
use super::{LessonJobs, LessonName, options};

#[async_trait]
impl HandlePayload<LessonRun> for LessonJobs {
    async fn run(
        &self,
        payload: LessonRun,
        job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let wanted = Wanted {
            name: &LessonName::parse(&payload.md)?,
            file_name: payload.file_name.as_deref(),
            database: payload.notion_database.as_deref(),
            student: payload.student.as_deref(),
        };
        let task = self.task(wanted, job, context).await?;
        let request = task.request(options::of_run(&payload, &task.phases));
        let run = task.setup.pipeline.run(request, task.run_context());
        task.see_through(run).await
    }
}
