//! Settings that cannot be used, told all at once.

use esl_core::ErrorKind;
use serde::Serialize;
use serde_json::json;

use super::origin::Origin;
use crate::exit::{Exit, Failure};

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Where it is set.
    setting: String,
    /// What is wrong with it, and what would be right.
    message: String,
}

impl Problem {
    /// What is wrong with what stands at `origin`.
    pub(super) fn new(origin: &Origin, message: impl Into<String>) -> Self {
        Self::of(origin.to_string(), message)
    }

    /// What is wrong with `setting`.
    pub(super) fn of(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            message: message.into(),
        }
    }

    fn told(&self) -> String {
        format!("{}: {}", self.setting, self.message)
    }
}

/// The failure that these problems, at least one, amount to.
pub(super) fn failure(problems: &[Problem]) -> Failure {
    let configuration =
        |message| Failure::new(Exit::Configuration, ErrorKind::Configuration, message);
    let failure = match problems {
        [problem] => configuration(problem.told()),
        _ => Failure {
            causes: problems.iter().map(Problem::told).collect(),
            ..configuration(format!("{} settings cannot be used", problems.len()))
        },
    };
    Failure {
        details: Some(Box::new(json!({ "problems": problems }))),
        ..failure
    }
    .hint("`esl config show` tells where each setting comes from")
}
