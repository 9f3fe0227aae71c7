//! What can be typed: commands and flags, their ranges and their help. Nothing is done here.

mod colorize;
mod forget;
mod jobs;
mod new;
mod phases;
mod run;
mod settings;
mod validate;
mod voices;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde::Serialize;

pub(crate) use colorize::ColorizeArgs;
pub(crate) use forget::ForgetArgs;
pub(crate) use jobs::{
    CancelJobArgs, EditJobArgs, IdPrefix, JobTypes, JobUpload, JobVoiceArgs, JobsCommand,
    ListJobsArgs, MigrateArgs, RerunJobArgs, SubmitArgs, WatchJobsArgs, WorkerArgs,
};
pub(crate) use new::NewArgs;
pub(crate) use phases::{Assignment, Given, PhasesCommand};
pub(crate) use run::{
    BatchArgs, ExistingPage, HomeworkArgs, Mode, PlanArgs, Reader, RerunArgs, ResumeArgs, RunArgs,
    TtsArgs, WatchArgs,
};
pub(crate) use settings::{ConfigCommand, SettingArgs, UploadFileArgs};
pub(crate) use validate::{FindingsFormat, ValidateArgs};
pub(crate) use voices::{ExplainArgs, ListArgs, VoiceArgs, VoicesCommand};

/// Turns an English lesson in Markdown into a homework page with spoken study text
#[derive(Debug, Parser)]
#[command(
    name = "esl",
    version,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "`esl --md LESSON …` means `esl run --md LESSON …`.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Global {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How much to log on standard error; `warn` unless given here or in `LOG_LEVEL`
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(crate) log_level: Option<LogLevel>,
    /// How to write logs and progress on standard error; `json` is one event per line
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    #[value(alias = "silent")]
    Off,
    #[value(alias = "fatal")]
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the homework page of a lesson, and its recording
    Run(Box<RunArgs>),
    /// Do parts of a lesson's homework again
    Rerun(Box<RerunArgs>),
    /// Go on with a run that was stopped, as it was begun
    Resume(ResumeArgs),
    /// Tell what a run would do, without doing it
    Plan(Box<PlanArgs>),
    /// Make the homework of many lessons
    Batch(Box<BatchArgs>),
    /// Make the homework of lessons again whenever they are saved, until Ctrl-C
    Watch(Box<WatchArgs>),
    /// Speak a lesson's study text: the recording and its cues, and no page
    Tts(Box<TtsArgs>),
    /// Put a file where others can reach it: the bucket, or Notion
    Upload(Box<UploadFileArgs>),
    /// Colour the headings of a page that exists
    Colorize(Box<ColorizeArgs>),
    /// Write a lesson to begin with
    New(NewArgs),
    /// Check lessons and show what is wrong with them
    Validate(ValidateArgs),
    /// Print parts of a lesson
    Extract(ExtractArgs),
    /// Print a lesson as Notion blocks (JSON)
    Blocks(BlocksArgs),
    /// Tell what has been done for a lesson
    Status(StatusArgs),
    /// Erase what is stored about a lesson or a student
    Forget(ForgetArgs),
    /// Jobs: lessons that workers make into homework
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// How the phases of jobs behave, for all who share the database
    #[command(subcommand)]
    Phases(PhasesCommand),
    /// Run jobs until told to end
    Worker(WorkerArgs),
    /// Make the tables that hold jobs, or bring them to another version
    Migrate(MigrateArgs),
    /// Voices on this machine and who would speak with which
    #[command(subcommand)]
    Voices(VoicesCommand),
    /// Settings and where they come from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check whether this machine can make homework, and tell how to mend it
    Doctor(Box<SettingArgs>),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
}

impl Command {
    /// The name that JSON documents carry.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Rerun(_) => "rerun",
            Self::Resume(_) => "resume",
            Self::Plan(_) => "plan",
            Self::Batch(_) => "batch",
            Self::Watch(_) => "watch",
            Self::Tts(_) => "tts",
            Self::Upload(_) => "upload",
            Self::Colorize(_) => "colorize",
            Self::New(_) => "new",
            Self::Validate(_) => "validate",
            Self::Extract(_) => "extract",
            Self::Blocks(_) => "blocks",
            Self::Status(_) => "status",
            Self::Forget(_) => "forget",
            Self::Jobs(JobsCommand::Submit(_)) => "jobs submit",
            Self::Jobs(JobsCommand::List(_)) => "jobs list",
            Self::Jobs(JobsCommand::Show(_)) => "jobs show",
            Self::Jobs(JobsCommand::Watch(_)) => "jobs watch",
            Self::Jobs(JobsCommand::Cancel(_)) => "jobs cancel",
            Self::Jobs(JobsCommand::Rerun(_)) => "jobs rerun",
            Self::Jobs(JobsCommand::Edit(_)) => "jobs edit",
            Self::Jobs(JobsCommand::Retry(_)) => "jobs retry",
            Self::Jobs(JobsCommand::Stats) => "jobs stats",
            Self::Phases(PhasesCommand::Show { .. }) => "phases show",
            Self::Phases(PhasesCommand::Set { .. }) => "phases set",
            Self::Phases(PhasesCommand::Reset { .. }) => "phases reset",
            Self::Worker(_) => "worker",
            Self::Migrate(_) => "migrate",
            Self::Voices(VoicesCommand::List(_)) => "voices list",
            Self::Voices(VoicesCommand::Explain(_)) => "voices explain",
            Self::Voices(VoicesCommand::Sync(_)) => "voices sync",
            Self::Voices(VoicesCommand::Preview(_)) => "voices preview",
            Self::Config(ConfigCommand::Show(_)) => "config show",
            Self::Config(ConfigCommand::Check(_)) => "config check",
            Self::Doctor(_) => "doctor",
            Self::Completions(_) => "completions",
        }
    }

    /// Whether it is started by a machine rather than a person: it tells of wrong settings by an
    /// exit code that service managers know, and its log of how it goes.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Worker(_) | Self::Migrate(_))
    }
}

impl Arguments {
    /// Whether the answer is wanted as a JSON document.
    pub(crate) fn wants_json(&self) -> bool {
        let asks = |args: &ValidateArgs| args.format == FindingsFormat::Json;
        self.global.json || matches!(&self.command, Command::Validate(args) if asks(args))
    }
}

/// The lesson, as first word or after `--md`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct LessonArg {
    /// The lesson file
    #[arg(value_name = "LESSON")]
    lesson: Option<PathBuf>,
    /// The lesson file
    #[arg(long, value_name = "LESSON")]
    md: Option<PathBuf>,
}

/// The lesson, as first word or after `--md`; asked for on a terminal if neither is given.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct AnyLessonArg {
    /// The lesson file; asked for, like what else is needed, unless given
    #[arg(value_name = "LESSON")]
    lesson: Option<PathBuf>,
    /// The lesson file
    #[arg(long, value_name = "LESSON")]
    md: Option<PathBuf>,
}

impl AnyLessonArg {
    /// The path as typed.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.lesson.as_ref().or(self.md.as_ref()).cloned()
    }
}

impl LessonArg {
    /// The path as typed.
    pub(crate) fn path(&self) -> PathBuf {
        let typed = self.lesson.as_ref().or(self.md.as_ref());
        typed.cloned().unwrap_or_default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    /// Which part
    #[arg(long, value_name = "PART", default_value = "study-text")]
    pub(crate) what: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The text that is spoken
    StudyText,
    /// The answer key
    AnswerKey,
    /// The teacher's follow-up plan
    TeacherNotes,
    /// The nine sections
    Sections,
    /// The settings at the top
    FrontMatter,
}

#[derive(Debug, Args)]
pub(crate) struct BlocksArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    #[command(flatten)]
    pub(crate) preset: PresetArgs,
    /// File with presets (JSON) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) presets_path: Option<PathBuf>,
}

/// Which colours the headings get.
#[derive(Debug, Args)]
#[command(next_help_heading = "Page")]
pub(crate) struct PresetArgs {
    /// Heading colours by name
    #[arg(long, value_name = "NAME", conflicts_with = "no_preset")]
    pub(crate) preset: Option<String>,
    /// Leave the headings without colour
    #[arg(long)]
    pub(crate) no_preset: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) lesson: LessonArg,
    /// Exit with 0 if all is up to date, 10 if the lesson has changed, 11 if nothing was done yet
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// The whole command as clap knows it.
pub(crate) fn definition() -> clap::Command {
    Arguments::command()
}

/// Parses the command line, the program's name included.
pub(crate) fn parse(line: Vec<OsString>) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(with_run_spelled_out(line))
}

/// `esl --md LESSON` means `esl run --md LESSON`: puts the word in where no command is named.
fn with_run_spelled_out(mut line: Vec<OsString>) -> Vec<OsString> {
    let is_md = |word: &OsString| word == "--md" || word.as_encoded_bytes().starts_with(b"--md=");
    let Some(md) = line.iter().position(is_md) else {
        return line;
    };
    let definition = definition();
    let is_flag = line[1].as_encoded_bytes().starts_with(b"-");
    let names_command = |word: &OsString| {
        word.to_str()
            .is_some_and(|word| definition.find_subcommand(word).is_some())
    };
    if is_flag && !line[1..md].iter().any(names_command) {
        line.insert(1, "run".into());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command_of(line: &[&str]) -> Result<&'static str, clap::error::ErrorKind> {
        match parse(line.iter().map(OsString::from).collect()) {
            Ok(arguments) => Ok(arguments.command.name()),
            Err(error) => Err(error.kind()),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn run_may_be_left_out_before_md() {
        assert_eq!(command_of(&["esl", "--md", "a.md"]), Ok("run"));
        assert_eq!(command_of(&["esl", "--json", "--md=a.md"]), Ok("run"));
        assert_eq!(command_of(&["esl", "--strict", "--md", "a.md"]), Ok("run"));
        assert_eq!(
            command_of(&["esl", "--json", "status", "--md", "a.md"]),
            Ok("status")
        );
    }

    #[test]
    fn a_word_that_is_no_command_is_refused() {
        let unknown = Err(clap::error::ErrorKind::InvalidSubcommand);
        assert_eq!(command_of(&["esl", "rnu", "a.md"]), unknown);
        assert_eq!(command_of(&["esl", "rnu", "--md", "a.md"]), unknown);
    }

    #[test]
    fn a_lesson_is_named_exactly_once() {
        use clap::error::ErrorKind::{ArgumentConflict, MissingRequiredArgument};
        assert_eq!(command_of(&["esl", "plan"]), Err(MissingRequiredArgument));
        let twice = ["esl", "run", "a.md", "--md", "b.md"];
        assert_eq!(command_of(&twice), Err(ArgumentConflict));
    }
}
