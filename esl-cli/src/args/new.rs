//! The flags of `esl new`.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValue};
use clap::{Args, ValueEnum};
use esl_pipeline::lesson::CefrLevel;

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The file to write; `-` is standard output
    #[arg(value_name = "FILE", default_value = "lesson.md")]
    pub(crate) file: PathBuf,
    /// For whom it should be suited
    #[arg(long, value_name = "LEVEL", default_value = "A2", ignore_case = true)]
    pub(crate) level: Level,
    /// The title; the topic unless given
    #[arg(long, value_name = "TITLE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) title: Option<String>,
    /// What the lesson is about
    #[arg(long, value_name = "TOPIC", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) topic: Option<String>,
    /// For whom it is
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) student: Option<String>,
    /// Let a narrator tell a story, instead of two people talking
    #[arg(long)]
    pub(crate) monologue: bool,
    /// Replace the file if there is one
    #[arg(long)]
    pub(crate) force: bool,
}

/// A level of the Common European Framework of Reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level(pub(crate) CefrLevel);

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Level; 6] = {
            let [a1, a2, b1, b2, c1, c2] = CefrLevel::ALL;
            [
                Level(a1),
                Level(a2),
                Level(b1),
                Level(b2),
                Level(c1),
                Level(c2),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}
