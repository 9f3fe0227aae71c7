//! How the process ends: the exit codes, and failures on their way to one.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use esl_core::{Classify, ErrorKind, Stage};
use esl_pipeline::pipeline::{ErrorClass, PipelineError, Problem};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The exit codes. They are a contract with scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Success = 0,
    /// Something unexpected, or the lesson cannot be read.
    Unexpected = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The lesson is invalid.
    InvalidLesson = 3,
    /// A setting, a program or a credential is missing or wrong.
    Configuration = 4,
    /// Something outside failed; trying again may help.
    Transient = 5,
    /// Something outside failed; trying again will not help.
    Permanent = 6,
    /// The manifest is damaged, or another run holds the lesson.
    Manifest = 7,
    /// `status --exit-code`: the lesson has changed since the last run.
    Stale = 10,
    /// `status --exit-code`: nothing has been done for the lesson.
    NoManifest = 11,
    /// A service cannot start: a setting is wrong (`EX_CONFIG` of sysexits.h).
    Misconfigured = 78,
    /// Cancelled.
    Cancelled = 130,
}

impl Exit {
    /// The exit code for an error of this kind, unless the command knows better.
    fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Configuration | ErrorKind::Unauthenticated | ErrorKind::Forbidden => {
                Self::Configuration
            }
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout => Self::Transient,
            ErrorKind::Conflict | ErrorKind::Corrupt => Self::Manifest,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::InvalidInput
            | ErrorKind::NotFound
            | ErrorKind::QuotaExhausted
            | ErrorKind::Storage => Self::Permanent,
            _ => Self::Unexpected,
        }
    }

    /// The exit code for something that stands in the way of a run.
    pub(crate) fn of_problem(problem: &Problem) -> Self {
        match problem.class {
            _ if problem.stage == Stage::Validate => Self::InvalidLesson,
            ErrorClass::ValidationError | ErrorClass::ConfigurationError => Self::Configuration,
            ErrorClass::ManifestError => Self::Manifest,
            ErrorClass::InfrastructureError => Self::of_kind(problem.kind),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that could not do its work. Its JSON is the `error` of documents.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// How the process ends.
    #[serde(skip)]
    pub(crate) exit: Exit,
    /// What sort of failure it is, by its stable name.
    #[serde(serialize_with = "name")]
    pub(crate) kind: ErrorKind,
    /// What went wrong.
    pub(crate) message: String,
    /// What caused it, the nearest cause first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// What a program may want to know beyond that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<Box<Value>>,
}

impl Failure {
    /// A failure without causes or advice.
    pub(crate) fn new(exit: Exit, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            exit,
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            details: None,
        }
    }

    /// Adds how to mend it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The failure that `error` amounts to.
    pub(crate) fn of(error: &dyn Classify) -> Self {
        let kind = error.kind();
        let message = error.to_string();
        Self {
            causes: causes(error, &message),
            hint: error.hint(),
            ..Self::new(Exit::of_kind(kind), kind, message)
        }
    }

    /// A setting of the user that cannot be used.
    pub(crate) fn of_setting(error: &dyn Error) -> Self {
        let message = error.to_string();
        Self {
            causes: causes(error, &message),
            ..Self::new(Exit::Configuration, ErrorKind::Configuration, message)
        }
    }

    /// The one failure that all of these amount to; it ends the process as the gravest does.
    pub(crate) fn of_all(mut failures: Vec<Self>) -> Option<Self> {
        if failures.len() < 2 {
            return failures.pop();
        }
        let told = |failure: &Self| match failure.causes.is_empty() {
            true => failure.message.clone(),
            false => format!("{}: {}", failure.message, failure.causes.join(": ")),
        };
        let causes = failures.iter().map(told).collect();
        let number = failures.len();
        let worst = failures
            .into_iter()
            .max_by_key(|failure| failure.exit as u8)?;
        Some(Self {
            message: format!("{number} things cannot be used"),
            causes,
            hint: None,
            ..worst
        })
    }

    /// The same, of a service that could not start.
    pub(crate) fn of_service(mut self) -> Self {
        if self.exit == Exit::Configuration {
            self.exit = Exit::Misconfigured;
        }
        self
    }

    /// Adds the file that it happened in.
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.message = format!("{}: {}", path.display(), self.message);
        self
    }
}

fn name<S: Serializer>(kind: &ErrorKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// What caused `error`, the nearest cause first, without what was said already.
fn causes(error: &(impl Error + ?Sized), message: &str) -> Vec<String> {
    let mut said = vec![message.to_owned()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    said.split_off(1)
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        let failure = Self::of(&error);
        match &error {
            PipelineError::InvalidLesson { .. } => Self {
                exit: Exit::InvalidLesson,
                ..failure
            },
            PipelineError::NotText { .. } => Self {
                exit: Exit::Unexpected,
                ..failure
            },
            PipelineError::Refused { problems } => Self {
                exit: Exit::of_problem(&problems[0]),
                details: Some(Box::new(json!({ "problems": problems }))),
                ..failure
            },
            PipelineError::Manifest(_) => Self {
                exit: Exit::Manifest,
                ..failure
            },
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worth_another_try_has_an_exit_code_of_its_own() {
        for kind in ErrorKind::ALL {
            let is_transient = Exit::of_kind(kind) == Exit::Transient;
            assert_eq!(is_transient, kind.is_transient(), "{kind}");
        }
    }
}
