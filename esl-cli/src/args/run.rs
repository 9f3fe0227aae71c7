//! The flags of `esl run`, and of other commands that make homework.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use esl_core::Stage;
use serde::Serialize;

use super::{AnyLessonArg, LessonArg, PresetArgs, SettingArgs, VoiceArgs};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) lesson: AnyLessonArg,
    /// Begin without asking: without a lesson, with the newest one
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only tell what would be done, like `esl plan`
    #[arg(long, alias = "plan")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RerunArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    /// What to do again; whatever is missing or out of date unless given
    #[arg(long, value_name = "STEP,…", value_delimiter = ',')]
    steps: Vec<Step>,
    /// Only tell what would be done
    #[arg(long, alias = "plan")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

/// A part of the work that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The text of the page
    Import,
    /// The colours of its headings
    Colorize,
    /// The recording
    Tts,
    /// The copy of it that others hear
    Upload,
    /// The player on the page
    AddAudio,
}

impl RerunArgs {
    /// The stages asked for.
    pub(crate) fn steps(&self) -> Vec<Stage> {
        let stage = |step: &Step| match step {
            Step::Import => Stage::Import,
            Step::Colorize => Stage::Colorize,
            Step::Tts => Stage::Tts,
            Step::Upload => Stage::Upload,
            Step::AddAudio => Stage::AddAudio,
        };
        self.steps.iter().map(stage).collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct TtsArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// The lesson files
    #[arg(value_name = "LESSON", required = true)]
    pub(crate) lessons: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Lesson files, and folders with lessons
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Lessons to work on at once (1 to 64); one per processor unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) homework: HomeworkArgs,
}

/// How to make homework.
#[derive(Debug, Args)]
pub(crate) struct HomeworkArgs {
    /// Do everything again
    #[arg(long)]
    pub(crate) force: bool,
    /// Let warnings in the lesson stop the run
    #[arg(long)]
    pub(crate) strict: bool,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) preset: PresetArgs,
    #[command(flatten)]
    pub(crate) speech: SpeechArgs,
    #[command(flatten)]
    pub(crate) voices: VoiceArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// What the page is like and where it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Page")]
pub(crate) struct PageArgs {
    /// The student, instead of the one the lesson names
    #[arg(long, value_name = "NAME")]
    pub(crate) student: Option<String>,
    /// Keep the answers in the student's copy
    #[arg(long)]
    pub(crate) answers: bool,
    /// Whom the page is for; students get neither answers nor follow-up plan. As in the last run
    /// unless given
    #[arg(long, value_name = "WHO")]
    pub(crate) audience: Option<Reader>,
    /// Leave the page as it is
    #[arg(long)]
    pub(crate) skip_import: bool,
    /// What to do with the page of an earlier run
    #[arg(long, value_name = "WHAT", default_value = "update")]
    on_existing: ExistingPage,
    /// Make a new page: the same as `--on-existing new`
    #[arg(long, conflicts_with = "on_existing")]
    new_page: bool,
}

/// Whom a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reader {
    Teacher,
    Student,
    /// Without the follow-up plan, but with the answer key
    StudentWithAnswers,
}

/// Whether and how to speak.
#[derive(Debug, Args)]
#[command(next_help_heading = "Speech")]
pub(crate) struct SpeechArgs {
    /// Make the recording (the default)
    #[arg(long, conflicts_with = "no_tts")]
    with_tts: bool,
    /// Make no recording
    #[arg(long)]
    no_tts: bool,
    /// Leave the recording as it is
    #[arg(long)]
    pub(crate) skip_tts: bool,
    /// Speak again, even if the recording is up to date
    #[arg(long, conflicts_with_all = ["no_tts", "skip_tts"])]
    pub(crate) redo_tts: bool,
    /// Leave the uploaded recording and the page's player as they are
    #[arg(long)]
    pub(crate) skip_upload: bool,
    /// Folder of the recording; the lesson's own unless given
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Speak line by line or as a conversation; as in the last run unless given
    #[arg(long, value_name = "MODE")]
    pub(crate) tts_mode: Option<Mode>,
    /// Language of the lines as ISO 639-1 code, such as `en`
    #[arg(long, value_name = "CODE")]
    pub(crate) dialogue_language: Option<String>,
    /// How steady the voices are: 0 (varied) to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) dialogue_stability: Option<f64>,
    /// Ask for the same sound for the same words
    #[arg(long, value_name = "NUMBER")]
    pub(crate) dialogue_seed: Option<u32>,
    /// Let the student's name stand in file names and tags
    #[arg(long)]
    pub(crate) student_in_files: bool,
}

/// How lines are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// As the lesson asks for
    Auto,
    /// A conversation
    Dialogue,
    /// Line by line
    Monologue,
}

/// What becomes of the page of an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExistingPage {
    /// Bring it up to date
    Update,
    /// Leave it and make another one
    New,
    /// Stop
    Fail,
}

impl PageArgs {
    /// What to do with the page of an earlier run.
    pub(crate) fn existing_page(&self) -> ExistingPage {
        if self.new_page {
            ExistingPage::New
        } else {
            self.on_existing
        }
    }
}

impl SpeechArgs {
    /// Makes a recording if none was to be made, and none otherwise, as if typed.
    pub(crate) fn turn(&mut self) {
        (self.with_tts, self.no_tts) = (self.no_tts, !self.no_tts);
    }

    /// Whether to make a recording; on unless turned off, since the offline voices cost nothing.
    pub(crate) fn is_on(&self) -> bool {
        !self.no_tts
    }

    /// Whether a recording was asked for, or asked to be left out.
    pub(crate) fn typed(&self) -> Option<bool> {
        (self.with_tts || self.no_tts).then_some(self.with_tts)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected whole seconds from 1 to 86400".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}
