//! One run, from request to report.

mod record;

use std::path::Path;

use esl_core::ports::{ArtifactStore, Notion};
use esl_core::{CancellationToken, Classify, ErrorKind, Retry, RetryPolicy, Stage};
use tracing::Instrument;

use super::builder::Recordings;
use super::journal::Journal;
use super::preflight::Outlook;
use super::scope::{Scope, unless_stopped};
use super::stages::add_audio::AddAudio;
use super::stages::import::{Import, Imported};
use super::stages::tts::{Recorded, Take};
use super::stages::upload::Upload;
use super::stages::{in_flight, validate};
use super::{
    ErrorClass, Pipeline, PipelineError, Problem, RunContext, RunReport, RunRequest, strays,
};
use crate::dice::roll;

impl Pipeline {
    /// Brings page and recording of a lesson up to date, and attaches one to the other.
    ///
    /// Runs of the same lesson on this pipeline wait for each other; of runs in several processes
    /// one goes on and the others fail with a conflict, before they make a second page. Dropping
    /// the future may lose what the effect under way had done; to stop, use the context's token.
    ///
    /// # Errors
    /// Any [`PipelineError`]. What was done before the failure stays recorded.
    pub async fn run(
        &self,
        request: RunRequest,
        context: RunContext,
    ) -> Result<RunReport, PipelineError> {
        self.run_parts(request, None, context).await
    }

    /// Does the stages `steps` again, or, if none are named, whatever is missing or out of date.
    ///
    /// What the options leave open is done as in the last run; audio is made anew if that run had
    /// made some. [`Stage::Colorize`] brings the page's text along.
    ///
    /// # Errors
    /// As [`run`](Self::run); and [`PipelineError::Refused`] if the lesson was never run, or if a
    /// step cannot be asked for.
    pub async fn rerun(
        &self,
        steps: &[Stage],
        request: RunRequest,
        context: RunContext,
    ) -> Result<RunReport, PipelineError> {
        let problems: Vec<_> = steps.iter().filter_map(|step| no_step(*step)).collect();
        if !problems.is_empty() {
            return Err(PipelineError::Refused { problems });
        }
        self.run_parts(request, Some(steps), context).await
    }

    pub(super) async fn run_parts(
        &self,
        request: RunRequest,
        rerun: Option<&[Stage]>,
        context: RunContext,
    ) -> Result<RunReport, PipelineError> {
        let stop = context.cancel.child_token();
        let lesson = &request.lesson.id;
        let span = tracing::info_span!("run", run.id = %context.run_id, lesson.id = %lesson);
        // In a box: it is large, and callers nest it deeply.
        let work = Box::pin(self.run_until(&request, rerun, &context, &stop));
        let work = async {
            match work.await {
                // Waiting for the service was cut short.
                Err(error) if stop.is_cancelled() && error.kind().is_transient() => {
                    Err(PipelineError::Cancelled)
                }
                result => result,
            }
        };
        let mut work = Box::pin(work.instrument(span));
        let Some(deadline) = context.deadline else {
            return work.await;
        };
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(deadline.into()) => {
                stop.cancel();
                match work.await {
                    Err(PipelineError::Cancelled) => Err(PipelineError::DeadlineExceeded),
                    result => result,
                }
            }
            result = &mut work => result,
        }
    }

    async fn run_until(
        &self,
        request: &RunRequest,
        rerun: Option<&[Stage]>,
        context: &RunContext,
        stop: &CancellationToken,
    ) -> Result<RunReport, PipelineError> {
        let _turn = tokio::select! {
            turn = self.turns.wait_for(&request.lesson.id) => turn,
            () = stop.cancelled() => return Err(PipelineError::Cancelled),
            () = context.wind_down.cancelled() => return Err(PipelineError::Cancelled),
        };
        let scope = Scope::new(context);
        let limit = self.lesson_limit(context);
        let checked = async { validate::check(&request.lesson, limit, request.options.strict) };
        let (lesson, diagnostics) = scope.stage(Stage::Validate, checked).await?;
        let preflight = self.preflight(request, rerun, context, &lesson).await;
        let (journal, outlook) = preflight.settle()?;
        let run = Run {
            scope: &scope,
            stop,
            notion: &self.notion_of(context).until(stop.clone()),
            retry: self.retry,
            recordings: self.recordings.as_ref(),
            uploads: self.uploads_of(context),
            request,
            rerun,
            kept_manifests: context.kept_manifests,
            journal,
            outlook,
        };
        let made = run.execute().await?;
        let manifest_path = self.manifests.location(&request.lesson.id);
        Ok(run.report(manifest_path, diagnostics, made))
    }
}

/// A run that has begun.
struct Run<'a> {
    scope: &'a Scope,
    stop: &'a CancellationToken,
    notion: &'a dyn Notion,
    retry: RetryPolicy,
    recordings: Option<&'a Recordings>,
    uploads: Option<&'a dyn ArtifactStore>,
    request: &'a RunRequest,
    /// What a rerun was asked to do; none if this is no rerun.
    rerun: Option<&'a [Stage]>,
    kept_manifests: Option<usize>,
    journal: Journal<'a>,
    outlook: Outlook,
}

/// What a run made.
#[derive(Debug, Default)]
struct Made {
    page: Option<Imported>,
    recording: Option<Recorded>,
}

impl Run<'_> {
    /// Does what the plan says.
    async fn execute(&self) -> Result<Made, PipelineError> {
        let plan = &self.outlook.plan;
        self.leave_out_idle_stages();
        if !plan.manifest.runs() {
            return Ok(Made::default());
        }
        unless_stopped(self.stop)?;
        let _lock = self.journal.lock().await?;
        self.journal.keep_during(self.work()).await
    }

    /// Does it, beginning with the claim to the lesson.
    async fn work(&self) -> Result<Made, PipelineError> {
        let plan = &self.outlook.plan;
        if let Some(most) = self.kept_manifests {
            self.journal.keep(most).await?;
        }
        self.claim().await?;
        let made = self.make().await?;
        if plan.add_audio.runs() {
            let attachment = AddAudio {
                playing: self.outlook.playing.as_ref(),
                top: made.page.as_ref().map(|page| &page.top),
                ..self.attachment(self.stop)
            };
            let work = self.resuming(self.stop, || attachment.run());
            self.scope.stage(Stage::AddAudio, work).await?;
        }
        let lesson = &self.request.lesson.id;
        strays::remove(&self.journal, lesson, self.uploads).await?;
        self.scope.stage(Stage::Manifest, self.conclude()).await?;
        Ok(made)
    }

    fn leave_out_idle_stages(&self) {
        for stage in Stage::ALL {
            let decision = self.outlook.plan.decision(stage);
            if !decision.runs() {
                self.scope.leave_out(stage, decision);
            }
        }
    }

    /// Page and recording, side by side. If one cannot be had, the other stops at a safe point.
    async fn make(&self) -> Result<Made, PipelineError> {
        let siblings = self.stop.child_token();
        let (page, recording) = tokio::join!(
            // In boxes: together they would fill the stack of a thread.
            stopping_siblings(&siblings, Box::pin(self.import(&siblings))),
            stopping_siblings(&siblings, Box::pin(self.sound(&siblings))),
        );
        match (page, recording) {
            (Ok(page), Ok(recording)) => Ok(Made { page, recording }),
            (Err(PipelineError::Cancelled), Err(cause)) | (Err(cause), _) | (_, Err(cause)) => {
                Err(cause)
            }
        }
    }

    async fn import(&self, stop: &CancellationToken) -> Result<Option<Imported>, PipelineError> {
        let (plan, journal) = (&self.outlook.plan, &self.journal);
        if !plan.import.runs() {
            return Ok(None);
        }
        let work = Import {
            notion: self.notion,
            journal,
            scope: self.scope,
            stop,
            wanted: &self.outlook.page,
        };
        let known = || journal.look(|manifest| manifest.page_id);
        let first_known = known();
        let import = || async {
            match known() {
                Some(page) if !plan.makes_page || first_known != Some(page) => {
                    self.attachment(stop).settle().await?;
                    work.update(page).await
                }
                _ => work.create().await,
            }
        };
        let import = self.resuming(stop, import);
        let imported = self.scope.stage(Stage::Import, import).await?;
        if plan.colorize.runs() {
            // The blocks brought their colours with them.
            self.scope.stage(Stage::Colorize, async { Ok(()) }).await?;
        }
        Ok(Some(imported))
    }

    /// Does the work of a stage again as long as it is not known what came of a request. The work
    /// begins by finding out, as it would in a later run.
    async fn resuming<T, F>(
        &self,
        stop: &CancellationToken,
        work: impl Fn() -> F,
    ) -> Result<T, PipelineError>
    where
        F: Future<Output = Result<T, PipelineError>>,
    {
        let mut attempt = 1;
        loop {
            let error = match work().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let delay = self.retry.delay(attempt, error.retry(), roll());
            let Some(delay) = delay.filter(|_| error.leaves_doubt()) else {
                return Err(error);
            };
            tracing::warn!(%error, attempt, "a request may have been done, which is looked into");
            let journal = &self.journal;
            journal.expect_effect_within(in_flight::may_last(self.notion, &error));
            in_flight::wait(delay, stop).await?;
            attempt += 1;
        }
    }

    fn attachment<'a>(&'a self, stop: &'a CancellationToken) -> AddAudio<'a> {
        AddAudio {
            notion: self.notion,
            journal: &self.journal,
            stop,
            delivery: self.outlook.delivery,
            playing: None,
            top: None,
        }
    }

    /// The recording, where the page can reach it.
    async fn sound(&self, stop: &CancellationToken) -> Result<Option<Recorded>, PipelineError> {
        let recorded = self.speak(stop).await?;
        if let Some(store) = self.uploads.filter(|_| self.outlook.plan.upload.runs()) {
            let journal = &self.journal;
            let work = Upload {
                store,
                journal,
                stop,
            };
            self.scope.stage(Stage::Upload, work.run()).await?;
        }
        Ok(recorded)
    }

    async fn speak(&self, stop: &CancellationToken) -> Result<Option<Recorded>, PipelineError> {
        let (Some((take, out)), Some(engine)) = (self.take(), &self.outlook.engine) else {
            return Ok(None);
        };
        let work = async {
            let recorded = take.record(&engine.recorder, out, self.scope, stop).await?;
            self.journal.note(|manifest| {
                take.note(&recorded.recording, manifest, self.journal.now());
                manifest.study_text_hash = Some(self.outlook.study_text.clone());
            });
            Ok(Some(recorded))
        };
        self.scope.stage(Stage::Tts, work).await
    }

    /// What is to be recorded, and the folder it goes to.
    fn take(&self) -> Option<(&Take, &Path)> {
        let take = self.outlook.take.as_ref()?;
        let out = self.request.options.out.as_deref();
        let out = out.or(self.recordings.map(|recordings| &*recordings.out))?;
        self.outlook.plan.tts.runs().then_some((take, out))
    }
}

/// That nobody can ask for this stage.
pub(super) fn no_step(stage: Stage) -> Option<Problem> {
    let can_be_asked_for = matches!(
        stage,
        Stage::Import | Stage::Colorize | Stage::Tts | Stage::Upload | Stage::AddAudio
    );
    (!can_be_asked_for).then(|| Problem {
        stage,
        class: ErrorClass::ValidationError,
        field: Some("steps"),
        message: format!("{stage} is no step to do again"),
        hint: Some("steps are import, colorize, tts, upload and add-audio".to_owned()),
        kind: ErrorKind::InvalidInput,
    })
}

/// Stops the sibling branches if this one cannot succeed by trying again.
async fn stopping_siblings<T>(
    siblings: &CancellationToken,
    branch: impl Future<Output = Result<T, PipelineError>>,
) -> Result<T, PipelineError> {
    let result = branch.await;
    if result
        .as_ref()
        .is_err_and(|error| error.retry() == Retry::Never)
    {
        siblings.cancel();
    }
    result
}
