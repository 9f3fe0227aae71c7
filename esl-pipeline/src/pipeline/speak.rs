//! Speech alone: the recording of a lesson, without page or manifest.

use esl_core::manifest::Manifest;
use esl_core::{Digest, Stage, VoiceAssignment};

use super::asked_audio::no_engine;
use super::page::student_of;
use super::scope::Scope;
use super::stages::tts::{Take, synthesis};
use super::stages::validate;
use super::{Pipeline, PipelineError, RunContext, RunRequest, SynthesisReport};
use crate::speech::recorder::Recording;

/// What was spoken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spoken {
    /// The recording.
    pub recording: Recording,
    /// Who speaks with which voice.
    pub voices: Vec<VoiceAssignment>,
    /// What it took.
    pub synthesis: SynthesisReport,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Pipeline {
    /// Speaks a lesson's study text into the folder of the options. No workspace is asked, no
    /// manifest read or written; finished segments are shared with whole runs.
    ///
    /// # Errors
    /// Any [`PipelineError`] about the lesson or its speech.
    pub async fn speak(
        &self,
        request: RunRequest,
        context: RunContext,
    ) -> Result<Spoken, PipelineError> {
        let scope = Scope::new(&context);
        let limit = self.lesson_limit(&context);
        let checked = async { validate::check(&request.lesson, limit, request.options.strict) };
        let (lesson, _) = scope.stage(Stage::Validate, checked).await?;
        let refuse = || PipelineError::Refused {
            problems: vec![no_engine()],
        };
        let engine = self.engine_of(&context).ok_or_else(refuse)?;
        let recordings = self.recordings.as_ref().ok_or_else(refuse)?;
        let out = request.options.out.as_ref().unwrap_or(&recordings.out);
        let student = student_of(request.options.student.as_deref(), &lesson);
        let profile = request.students.profile_of(student);
        let manifest = Manifest::new(&Digest::of(""), self.clock.now());
        let take = Take::prepare(&engine, &lesson, &request, &profile, &manifest).await;
        let take = take.map_err(|problems| PipelineError::Refused { problems })?;
        let work = take.record(&engine.recorder, out, &scope, &context.cancel);
        let recorded = scope.stage(Stage::Tts, work).await?;
        let mut warnings = take.warnings.clone();
        warnings.extend(recorded.warning);
        Ok(Spoken {
            synthesis: synthesis(&recorded.recording),
            recording: recorded.recording,
            voices: take.voices.clone(),
            warnings,
        })
    }
}
