//! What was typed and what is set up, in the pipeline's terms.

use esl_core::block::Audience;
use esl_pipeline::pipeline::{self, OnExisting, PresetChoice, RunDefaults, RunOptions};
use esl_pipeline::speech::segments::SpeechMode;

use crate::args::{ExistingPage, HomeworkArgs, Mode, PresetArgs, Reader};
use crate::config::{self, Settings, UploadTarget};
use crate::exit::Failure;

/// What was typed, in the pipeline's terms.
pub(super) fn options(args: &HomeworkArgs) -> Result<RunOptions, Failure> {
    let mut options = RunOptions::default();
    options.preset = preset(&args.preset);
    options.student = args.page.student.clone();
    options.on_existing = match args.page.existing_page() {
        ExistingPage::Update => OnExisting::Update,
        ExistingPage::New => OnExisting::New,
        ExistingPage::Fail => OnExisting::Fail,
    };
    options.audience = args.page.audience.map(|reader| match reader {
        Reader::Teacher => Audience::Teacher,
        Reader::Student => Audience::Student,
        Reader::StudentWithAnswers => Audience::StudentWithAnswers,
    });
    options.skip_import = args.page.skip_import;
    options.with_tts = Some(args.speech.is_on());
    options.skip_tts = args.speech.skip_tts;
    options.redo_tts = args.speech.redo_tts;
    options.force = args.force;
    let out = args.speech.out.as_deref();
    options.out = out.map(config::absolute).transpose()?;
    options.voice_id = args.voices.voice.clone();
    options.accent_preference = args.voices.accent.clone();
    options.tts_mode = args.speech.tts_mode.map(mode);
    options.dialogue_language = args.speech.dialogue_language.clone();
    options.dialogue_stability = args.speech.dialogue_stability;
    options.dialogue_seed = args.speech.dialogue_seed;
    options.student_in_files = args.speech.student_in_files;
    options.upload = args.settings.upload.upload.map(|target| match target {
        UploadTarget::Auto => pipeline::UploadTarget::Auto,
        UploadTarget::S3 => pipeline::UploadTarget::S3,
        UploadTarget::Notion => pipeline::UploadTarget::Notion,
        UploadTarget::None => pipeline::UploadTarget::None,
    });
    options.skip_upload = args.speech.skip_upload;
    options.strict = args.strict;
    Ok(options)
}

/// What is set up, in the pipeline's terms. Recordings go to `upload` where nothing says otherwise.
pub(crate) fn defaults(settings: &Settings, upload: pipeline::UploadTarget) -> RunDefaults {
    let settings = &settings.speech.defaults;
    let mut defaults = RunDefaults::default();
    defaults.upload = Some(upload);
    defaults.tts_mode = settings.mode.map(mode);
    defaults.dialogue_language = settings.language.clone();
    defaults.dialogue_stability = settings.stability;
    defaults.dialogue_seed = settings.seed;
    if let Some(tail) = settings.tail {
        defaults.gaps.tail = tail;
    }
    defaults
}

fn mode(mode: Mode) -> SpeechMode {
    match mode {
        Mode::Auto => SpeechMode::Auto,
        Mode::Dialogue => SpeechMode::Dialogue,
        Mode::Monologue => SpeechMode::Monologue,
    }
}

fn preset(args: &PresetArgs) -> PresetChoice {
    match &args.preset {
        Some(name) => PresetChoice::Named(name.clone()),
        None if args.no_preset => PresetChoice::Plain,
        None => PresetChoice::Inherit,
    }
}
