//! The flags of `esl jobs`, `esl worker` and `esl migrate`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use esl_core::job::{Cursor, JobId, JobKind, JobState, Priority};

use super::Mode;

#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// Jobs to run at the same time (1 to 64); 3 on SQLite and 5 on Postgres unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) concurrency: Option<u16>,
    /// Show figures at this address: `GET /metrics` (Prometheus) and `GET /healthz`
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) metrics: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// Go back by this many versions; what only those hold is lost
    #[arg(long, value_name = "N")]
    pub(crate) down: Option<u32>,
    /// Go to this version, later or earlier; 0 takes everything away
    #[arg(long, value_name = "VERSION", conflicts_with = "down")]
    pub(crate) to: Option<u32>,
    /// Only tell what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take over the Postgres database of the service before; `REFERENCE_DATABASE_URL` unless given
    #[arg(
        long,
        value_name = "URL",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["down", "to", "dry_run"]
    )]
    pub(crate) from_reference: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// Have lessons made into homework by a worker
    Submit(Box<SubmitArgs>),
    /// List jobs, the newest first
    List(ListJobsArgs),
    /// Show a job and what happened to it
    Show(JobArg),
    /// Follow what happens to jobs, until Ctrl-C or until all that are named have ended
    Watch(WatchJobsArgs),
    /// Stop a job that waits or runs
    Cancel(CancelJobArgs),
    /// Make the recording of a succeeded job again
    Rerun(RerunJobArgs),
    /// Change what later runs of a job read
    Edit(EditJobArgs),
    /// Do a failed or cancelled job again
    Retry(JobArg),
    /// Count the jobs in each state
    Stats,
}

/// A job.
#[derive(Debug, Args)]
pub(crate) struct JobArg {
    /// The job's id, or its beginning if no other job's id begins so
    #[arg(value_name = "ID", value_parser = IdPrefix::parse)]
    pub(crate) id: IdPrefix,
}

/// The beginning of an id: hexadecimal digits, dashes left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdPrefix(String);

impl IdPrefix {
    /// The digits of an id.
    const LENGTH: usize = 32;

    fn parse(text: &str) -> Result<Self, String> {
        let digits: String = text.trim().to_lowercase().replace('-', "");
        let is_prefix = (1..=Self::LENGTH).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match is_prefix {
            true => Ok(Self(digits)),
            false => Err("expected the beginning of a job's id".to_owned()),
        }
    }

    /// The whole id, if that is what was typed.
    pub(crate) fn whole(&self) -> Option<JobId> {
        (self.0.len() == Self::LENGTH).then(|| self.last())
    }

    /// The last id that begins so.
    pub(crate) fn last(&self) -> JobId {
        let padded = format!("{:f<width$}", self.0, width = Self::LENGTH);
        padded.parse().expect("32 hexadecimal digits are an id")
    }

    pub(crate) fn begins(&self, id: JobId) -> bool {
        let digits = id.to_string().replace('-', "");
        digits.starts_with(&self.0)
    }
}

/// One type of jobs, or every type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobTypes {
    All,
    One(JobKind),
}

impl JobTypes {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            name => {
                let kind = name.parse::<JobKind>().map_err(|error| error.to_string())?;
                Ok(Self::One(kind))
            }
        }
    }
}

/// What lessons to submit, and how to make them.
#[derive(Debug, Args)]
pub(crate) struct SubmitArgs {
    /// Lesson files; or `lesson:PATH`, a file below the folder of lessons that workers know
    #[arg(value_name = "LESSON", required = true)]
    pub(crate) lessons: Vec<PathBuf>,
    /// How urgent: 1 (soonest) to 9
    #[arg(long, value_name = "N", default_value = "5", value_parser = priority)]
    pub(crate) priority: Priority,
    /// Accept a lesson although the same one waits or runs
    #[arg(long)]
    pub(crate) force: bool,
    /// Follow the jobs until all have ended
    #[arg(long)]
    pub(crate) wait: bool,
    /// Heading colours by name
    #[arg(long, value_name = "NAME", help_heading = "Page", value_parser = text())]
    pub(crate) preset: Option<String>,
    /// Notion database by id
    #[arg(long, value_name = "ID", alias = "db-id", help_heading = "Page", value_parser = text())]
    pub(crate) database: Option<String>,
    /// The student, instead of the one the lesson names
    #[arg(long, value_name = "NAME", help_heading = "Page", value_parser = text())]
    pub(crate) student: Option<String>,
    /// Make the recording (the default)
    #[arg(long, conflicts_with = "no_tts", help_heading = "Speech")]
    with_tts: bool,
    /// Make no recording
    #[arg(long, help_heading = "Speech")]
    no_tts: bool,
    /// Speak again what was spoken before
    #[arg(
        long,
        alias = "redo-tts",
        conflicts_with = "no_tts",
        help_heading = "Speech"
    )]
    pub(crate) force_tts: bool,
    #[command(flatten)]
    pub(crate) voices: JobVoiceArgs,
    /// Where the recording goes; as workers are set up unless given
    #[arg(long, value_name = "TARGET", help_heading = "Upload")]
    pub(crate) upload: Option<JobUpload>,
}

/// Who speaks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Speech")]
pub(crate) struct JobVoiceArgs {
    /// The voice of all that is spoken, by id or name
    #[arg(long, value_name = "VOICE", value_parser = text())]
    pub(crate) voice: Option<String>,
    /// The accent to prefer where nothing else decides
    #[arg(long, value_name = "NAME", value_parser = text())]
    pub(crate) accent: Option<String>,
    /// Speak line by line or as a conversation
    #[arg(long, value_name = "MODE", alias = "tts-mode")]
    pub(crate) mode: Option<Mode>,
}

/// Where the recording of a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum JobUpload {
    /// To the bucket if there is one
    Auto,
    /// To the bucket
    S3,
    /// Nowhere
    None,
}

impl SubmitArgs {
    /// Whether to make a recording; on unless turned off, as for `esl run`.
    pub(crate) fn speaks(&self) -> bool {
        self.with_tts || !self.no_tts
    }
}

#[derive(Debug, Args)]
pub(crate) struct ListJobsArgs {
    /// Only jobs in these states: `queued`, `running`, `succeeded`, `failed`, `cancelled`
    #[arg(long, value_name = "STATE,…", value_delimiter = ',')]
    pub(crate) state: Vec<JobState>,
    /// Jobs of these types, such as `notify.webhook`, or `all`; those of lessons unless given
    #[arg(long = "type", value_name = "TYPE,…", value_delimiter = ',', value_parser = JobTypes::parse)]
    pub(crate) types: Vec<JobTypes>,
    /// How many at most (1 to 1000)
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Go on where a list ended: its `nextCursor`
    #[arg(long, value_name = "CURSOR")]
    pub(crate) cursor: Option<JobId>,
}

#[derive(Debug, Args)]
pub(crate) struct WatchJobsArgs {
    /// The jobs, by id or its beginning; all unless given
    #[arg(value_name = "ID", value_parser = IdPrefix::parse)]
    pub(crate) ids: Vec<IdPrefix>,
    /// Begin after this event, by its number; 0 is the first one that is kept
    #[arg(long, value_name = "NUMBER", value_parser = cursor, conflicts_with = "ids")]
    pub(crate) after: Option<Cursor>,
}

#[derive(Debug, Args)]
pub(crate) struct CancelJobArgs {
    #[command(flatten)]
    pub(crate) job: JobArg,
    /// Why, in at most 500 characters
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RerunJobArgs {
    #[command(flatten)]
    pub(crate) job: JobArg,
    #[command(flatten)]
    pub(crate) voices: JobVoiceArgs,
    /// Take what was spoken before, where it fits
    #[arg(long, help_heading = "Speech")]
    pub(crate) no_force: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("changes")
    .args(["preset", "database", "voice", "accent", "mode"])
    .multiple(true)
    .required(true))]
pub(crate) struct EditJobArgs {
    #[command(flatten)]
    pub(crate) job: JobArg,
    /// Heading colours by name
    #[arg(long, value_name = "NAME", help_heading = "Page")]
    pub(crate) preset: Option<String>,
    /// Notion database by id
    #[arg(long, value_name = "ID", alias = "db-id", help_heading = "Page")]
    pub(crate) database: Option<String>,
    #[command(flatten)]
    pub(crate) voices: JobVoiceArgs,
}

fn text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

fn priority(text: &str) -> Result<Priority, String> {
    let number: i64 = text.parse().map_err(|_| "expected a number from 1 to 9")?;
    Priority::try_from(number).map_err(|error| error.to_string())
}

fn cursor(text: &str) -> Result<Cursor, String> {
    let number = text
        .parse()
        .map_err(|_| "expected the number of an event")?;
    Ok(Cursor::from_u64(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_finds_its_ids() {
        let id: JobId = "0198a4c2-7d1e-7abc-8def-0123456789ab".parse().unwrap();
        for (text, begins) in [
            ("0198A4C2", true),
            ("0198a4c2-7d1e-7", true),
            ("0198a4c3", false),
        ] {
            let prefix = IdPrefix::parse(text).unwrap();
            assert_eq!(prefix.begins(id), begins, "{text}");
            assert_eq!(prefix.whole(), None);
            assert!(prefix.last() > id, "{text}");
        }
        let whole = IdPrefix::parse(&id.to_string()).unwrap();
        assert_eq!(whole.whole(), Some(id));
        for text in ["", "lesson", "0198a4c2-7d1e-7abc-8def-0123456789ab0"] {
            assert!(IdPrefix::parse(text).is_err(), "{text}");
        }
    }
}
