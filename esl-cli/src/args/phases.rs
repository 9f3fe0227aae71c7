//! The flags of `esl phases`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum PhasesCommand {
    /// Show how phases behave
    Show {
        /// Only this phase, such as `tts`
        #[arg(value_name = "PHASE")]
        phase: Option<String>,
    },
    /// Change settings of phases, all or none
    Set {
        /// Such as `phase.tts.maxCharacters=20000`: JSON, a word, or `@FILE` with JSON; `null` is the default
        #[arg(value_name = "KEY=VALUE", required = true, value_parser = Assignment::parse)]
        settings: Vec<Assignment>,
    },
    /// Give phases their defaults again
    Reset {
        /// Only this phase
        #[arg(value_name = "PHASE")]
        phase: Option<String>,
    },
}

/// A setting and what it is to be.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) key: String,
    pub(crate) value: Given,
}

/// A value as it was typed.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// It was typed itself.
    Here(Value),
    /// This file holds it.
    InFile(PathBuf),
}

impl Assignment {
    fn parse(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
        let value = match value.strip_prefix('@') {
            Some(file) => Given::InFile(file.into()),
            None => Given::Here(serde_json::from_str(value).unwrap_or_else(|_| value.into())),
        };
        let key = key.to_owned();
        Ok(Self { key, value })
    }
}
