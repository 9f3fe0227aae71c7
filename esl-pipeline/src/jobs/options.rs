//! What a job asks for, as options of a run. Pure.

use std::time::Duration;

use esl_core::job::payload::{LessonRerunAudio, LessonRun, TtsMode, UploadTarget as JobUpload};
use esl_core::job::{OnExisting as JobOnExisting, PhaseConfig};

use crate::pipeline::{
    OnExisting, PresetChoice, RunDefaults, RunLimits, RunOptions, UpdatePace, UploadTarget,
};
use crate::speech::segments::SpeechMode;

/// The longest silence at the end of a recording that is heeded.
const LONGEST_TAIL: Duration = Duration::from_secs(60);

/// What a run is asked.
pub(super) fn of_run(payload: &LessonRun, phases: &PhaseConfig) -> RunOptions {
    RunOptions {
        preset: preset(payload.preset.as_deref()),
        student: payload.student.clone(),
        with_tts: Some(payload.with_tts.unwrap_or(false)),
        redo_tts: payload.force_tts.unwrap_or(false),
        tts_mode: payload.mode.map(speech_mode),
        ..RunOptions::default()
    }
    .heard_as(payload.voice_id.as_ref(), payload.voice_accent.as_ref())
    .behaving_as(payload.upload, phases)
}

/// What a run is asked that makes the recording again.
pub(super) fn of_rerun(payload: &LessonRerunAudio, phases: &PhaseConfig) -> RunOptions {
    RunOptions {
        with_tts: Some(true),
        redo_tts: payload.force_tts,
        tts_mode: payload.mode.map(speech_mode),
        ..RunOptions::default()
    }
    .heard_as(payload.voice_id.as_ref(), payload.voice_accent.as_ref())
    .behaving_as(payload.upload, phases)
}

/// What holds for the runs of a job where nothing else says anything.
pub(super) fn defaults(defaults: RunDefaults, phases: &PhaseConfig) -> RunDefaults {
    let mut defaults = defaults;
    defaults.tts_mode = match phases.tts.default_mode {
        TtsMode::Auto => defaults.tts_mode,
        mode => Some(speech_mode(mode)),
    };
    let tail = phases.tts.silence_tail_seconds;
    let tail = tail.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    if let Some(tail) = tail {
        defaults.gaps.tail = tail.min(LONGEST_TAIL);
    }
    defaults
}

/// What the runs of a job may not exceed.
pub(super) fn limits(phases: &PhaseConfig) -> RunLimits {
    let whole = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
    RunLimits {
        lesson_bytes: Some(whole(phases.validate.max_lesson_bytes)),
        spoken_characters: Some(whole(phases.tts.max_characters)),
    }
}

/// How the runs of a job update pages, which is how headings get other colours.
pub(super) fn updates(phases: &PhaseConfig) -> UpdatePace {
    UpdatePace {
        retries: Some(phases.colorize.max_retries),
        pause: Duration::from_millis(phases.colorize.throttle_ms),
    }
}

impl RunOptions {
    /// A voice wins over an accent.
    fn heard_as(self, voice: Option<&String>, accent: Option<&String>) -> Self {
        Self {
            voice_id: voice.cloned(),
            accent_preference: accent.filter(|_| voice.is_none()).cloned(),
            ..self
        }
    }

    fn behaving_as(self, upload: Option<JobUpload>, phases: &PhaseConfig) -> Self {
        Self {
            strict: phases.validate.strict,
            on_existing: on_existing(phases.import.on_existing),
            upload: Some(upload_target(upload.unwrap_or(phases.upload.target))),
            keep_player: !phases.add_audio.replace,
            ..self
        }
    }
}

fn preset(name: Option<&str>) -> PresetChoice {
    name.map_or(PresetChoice::Inherit, |name| {
        PresetChoice::Named(name.to_owned())
    })
}

const fn speech_mode(mode: TtsMode) -> SpeechMode {
    match mode {
        TtsMode::Auto => SpeechMode::Auto,
        TtsMode::Dialogue => SpeechMode::Dialogue,
        TtsMode::Monologue => SpeechMode::Monologue,
    }
}

const fn on_existing(policy: JobOnExisting) -> OnExisting {
    match policy {
        JobOnExisting::Update => OnExisting::Update,
        JobOnExisting::New => OnExisting::New,
        JobOnExisting::Fail => OnExisting::Fail,
    }
}

const fn upload_target(target: JobUpload) -> UploadTarget {
    match target {
        JobUpload::Auto => UploadTarget::Auto,
        JobUpload::S3 => UploadTarget::S3,
        JobUpload::None => UploadTarget::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases() -> PhaseConfig {
        PhaseConfig::default()
    }

    #[test]
    fn what_a_job_leaves_open_is_left_open() {
        let options = of_run(&LessonRun::default(), &phases());
        let expected = RunOptions {
            with_tts: Some(false),
            upload: Some(UploadTarget::Auto),
            ..RunOptions::default()
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn a_voice_wins_over_an_accent() {
        let mut payload = LessonRun {
            voice_id: Some("ann".to_owned()),
            voice_accent: Some("british".to_owned()),
            ..LessonRun::default()
        };
        let options = of_run(&payload, &phases());
        assert_eq!(options.voice_id.as_deref(), Some("ann"));
        assert_eq!(options.accent_preference, None);
        payload.voice_id = None;
        let options = of_run(&payload, &phases());
        assert_eq!(options.accent_preference.as_deref(), Some("british"));
    }

    #[test]
    fn the_job_decides_about_the_upload_before_the_phases_do() {
        let mut phases = phases();
        phases.upload.target = JobUpload::None;
        let mut payload = LessonRun::default();
        let target = |payload: &LessonRun| of_run(payload, &phases).upload;
        assert_eq!(target(&payload), Some(UploadTarget::None));
        for (asked, upload) in [
            (JobUpload::Auto, UploadTarget::Auto),
            (JobUpload::S3, UploadTarget::S3),
            (JobUpload::None, UploadTarget::None),
        ] {
            payload.upload = Some(asked);
            assert_eq!(target(&payload), Some(upload));
        }
    }

    #[test]
    fn a_rerun_speaks_again_unless_told_otherwise() {
        let job = esl_core::job::JobId::new();
        let mut payload = LessonRerunAudio::of(job, "a.md".to_owned(), String::new());
        let options = of_rerun(&payload, &phases());
        assert_eq!((options.with_tts, options.redo_tts), (Some(true), true));
        payload.force_tts = false;
        assert!(!of_rerun(&payload, &phases()).redo_tts);
    }

    #[test]
    fn the_phases_change_what_a_run_does() {
        let mut phases = phases();
        phases.validate.strict = true;
        phases.import.on_existing = JobOnExisting::Fail;
        phases.add_audio.replace = false;
        phases.tts.default_mode = TtsMode::Monologue;
        phases.tts.silence_tail_seconds = Some(1.5);
        let options = of_run(&LessonRun::default(), &phases);
        assert!(options.strict && options.keep_player);
        assert_eq!(options.on_existing, OnExisting::Fail);
        let defaults = defaults(RunDefaults::default(), &phases);
        assert_eq!(defaults.tts_mode, Some(SpeechMode::Monologue));
        assert_eq!(defaults.gaps.tail, Duration::from_millis(1500));
        assert_eq!(limits(&phases).spoken_characters, Some(40_000));
    }
}
