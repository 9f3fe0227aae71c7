//! Whether a run makes a recording: as asked, else as the last one did, else if it costs nothing.

use esl_core::manifest::{Manifest, StageOutcome};
use esl_core::{ErrorKind, Stage};

use super::findings::audio_of;
use super::stages::tts::Engine;
use super::{ErrorClass, Problem, RunOptions};

/// Whether audio was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedForAudio {
    /// Yes.
    Yes,
    /// Explicitly not.
    No,
    /// If it costs nothing.
    IfFree,
}

impl AskedForAudio {
    pub(super) fn of(options: &RunOptions, rerun: Option<&[Stage]>, manifest: &Manifest) -> Self {
        let names_tts = rerun.is_some_and(|steps| steps.contains(&Stage::Tts));
        let repeats = rerun == Some(&[]);
        let spoke_before = repeats && audio_of(manifest).is_some();
        let was_silent = repeats && was_left_out(manifest, Stage::Tts);
        match options.with_tts {
            _ if options.skip_tts => Self::IfFree,
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None if names_tts || spoke_before => Self::Yes,
            None if was_silent => Self::No,
            None => Self::IfFree,
        }
    }
}

/// Whether the last run left the stage out.
fn was_left_out(manifest: &Manifest, stage: Stage) -> bool {
    let record = manifest.stages.get(&stage);
    record.is_some_and(|record| record.status == StageOutcome::Skipped)
}

pub(super) fn wants_audio(asked: AskedForAudio, engine: Option<&Engine>) -> bool {
    engine.is_some_and(|engine| match asked {
        AskedForAudio::Yes => true,
        AskedForAudio::No => false,
        AskedForAudio::IfFree => !engine.tts.capabilities().is_paid,
    })
}

pub(super) fn missing_engine(asked: AskedForAudio, engine: Option<&Engine>) -> Option<Problem> {
    let is_missing = asked == AskedForAudio::Yes && engine.is_none();
    is_missing.then(no_engine)
}

pub(super) fn no_engine() -> Problem {
    Problem {
        stage: Stage::Tts,
        class: ErrorClass::ConfigurationError,
        field: Some("withTts"),
        message: "audio was asked for, but no speech engine is set up".to_owned(),
        hint: Some("set up a speech engine, or leave the audio out".to_owned()),
        kind: ErrorKind::Configuration,
    }
}
