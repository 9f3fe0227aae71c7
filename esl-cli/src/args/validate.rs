//! The flags of `esl validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use esl_pipeline::lesson::Code;

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The lesson files; `-` is standard input
    #[arg(value_name = "LESSON", required_unless_present = "md")]
    lessons: Vec<PathBuf>,
    /// One more lesson file
    #[arg(long, value_name = "LESSON")]
    md: Option<PathBuf>,
    /// Let warnings fail, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Treat a rule's findings as errors (repeatable)
    #[arg(long, value_name = "CODE", value_parser = rule)]
    pub(crate) deny: Vec<Code>,
    /// Treat a rule's findings as warnings (repeatable)
    #[arg(long, value_name = "CODE", value_parser = rule)]
    pub(crate) warn: Vec<Code>,
    /// Leave a rule's findings out (repeatable)
    #[arg(long, value_name = "CODE", value_parser = rule)]
    pub(crate) allow: Vec<Code>,
    /// Apply every fix that is certain to the files; with `-`, print the lesson so mended
    #[arg(long)]
    pub(crate) fix: bool,
    /// How to print the findings; `json` is the same as `--json`
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: FindingsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// Excerpts of the lesson
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code-scanning services
    Sarif,
}

impl ValidateArgs {
    /// All paths as typed.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.lessons.iter().chain(&self.md)
    }
}

fn rule(name: &str) -> Result<Code, String> {
    Code::find(name).ok_or_else(|| {
        "there is no such rule; `esl validate --json` names the rule of each finding".to_owned()
    })
}
