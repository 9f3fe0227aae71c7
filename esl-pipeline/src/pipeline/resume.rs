//! Going on with a run that was stopped.

use esl_core::manifest::UnfinishedRun;
use esl_core::{ErrorKind, LessonId, RunId, Stage};

use super::{ErrorClass, Pipeline, PipelineError, Problem, RunContext, RunReport, RunRequest};

impl Pipeline {
    /// What the lesson's last run was asked to do, if it was not seen through.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`].
    pub async fn unfinished(
        &self,
        lesson: &LessonId,
    ) -> Result<Option<UnfinishedRun>, PipelineError> {
        let last = self.last_run(lesson).await?;
        Ok(last.map(|(_, unfinished)| unfinished))
    }

    /// Goes on with the lesson's last run, as that was asked to do it and under its id; `None` if it
    /// was seen through. Of the request, lesson and voices count, and of the context all but the id.
    ///
    /// # Errors
    /// As [`run`](Self::run); and [`PipelineError::Refused`] if another version stored the options
    /// and they cannot be understood.
    pub async fn resume(
        &self,
        request: RunRequest,
        context: RunContext,
    ) -> Result<Option<RunReport>, PipelineError> {
        let Some((run_id, unfinished)) = self.last_run(&request.lesson.id).await? else {
            return Ok(None);
        };
        let UnfinishedRun {
            options,
            steps,
            caller,
        } = unfinished;
        let options = serde_json::from_value(options).map_err(|error| foreign_options(&error))?;
        let request = RunRequest {
            options,
            caller,
            ..request
        };
        let context = RunContext { run_id, ..context };
        let report = self.run_parts(request, steps.as_deref(), context).await?;
        Ok(Some(report))
    }

    async fn last_run(
        &self,
        lesson: &LessonId,
    ) -> Result<Option<(RunId, UnfinishedRun)>, PipelineError> {
        let last = self.stored(lesson).await?;
        let last = last.and_then(|stored| stored.manifest.run);
        Ok(last.and_then(|run| Some((run.id, run.unfinished?))))
    }
}

fn foreign_options(error: &serde_json::Error) -> PipelineError {
    let problem = Problem {
        stage: Stage::Manifest,
        class: ErrorClass::ManifestError,
        field: None,
        message: format!("the options of the interrupted run cannot be understood: {error}"),
        hint: Some("run the lesson with options of your own".to_owned()),
        kind: ErrorKind::Corrupt,
    };
    PipelineError::Refused {
        problems: vec![problem],
    }
}
