//! Why a run failed.

use std::fmt;

use esl_core::ports::{ArtifactError, ManifestError, NotionError};
use esl_core::{Classify, ErrorKind, Retry, Stage, with_causes};
use serde::Serialize;

use super::DiagnosticCounts;
use crate::lesson::{LessonReadError, Report};
use crate::speech::recorder::RecordError;

/// A run failed. What was done before stays recorded in the manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The lesson has findings that block.
    #[error("the lesson {location} has {}", findings(report))]
    InvalidLesson {
        /// Where the lesson came from.
        location: String,
        /// What is wrong with it.
        report: Report,
    },
    /// The lesson is no text.
    #[error("the lesson {location} is no text")]
    NotText {
        /// Where the lesson came from.
        location: String,
        /// What is not text about it, and where.
        source: LessonReadError,
    },
    /// The run cannot be done as asked; nothing was changed. At least one problem.
    #[error("{}", summary(problems))]
    Refused {
        /// Everything that stands in the way.
        problems: Vec<Problem>,
    },
    /// The manifest cannot be read or written.
    #[error(transparent)]
    Manifest(ManifestError),
    /// The workspace failed.
    #[error("stage {stage} failed")]
    Notion {
        /// Where it happened.
        stage: Stage,
        /// What the workspace said.
        source: NotionError,
    },
    /// Speech failed.
    #[error("stage tts failed")]
    Speech {
        /// What the recorder said.
        source: RecordError,
    },
    /// The store of uploads failed.
    #[error("stage upload failed")]
    Upload {
        /// What the store said.
        source: ArtifactError,
    },
    /// The page has no study-text toggle to put the audio above.
    #[error("the page has no study-text toggle to put the audio above")]
    NoStudyText,
    /// The caller cancelled.
    #[error("the run was cancelled")]
    Cancelled,
    /// The deadline passed.
    #[error("the run did not end before its deadline")]
    DeadlineExceeded,
}

/// Something that stands in the way of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stage that could not be done.
    pub stage: Stage,
    /// The class of the error, such as `ConfigurationError`.
    pub class: ErrorClass,
    /// The option at fault, by its name in JSON, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The kind of failure.
    #[serde(serialize_with = "as_display")]
    pub kind: ErrorKind,
}

/// The coarse classes of failures. Their names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum ErrorClass {
    /// The lesson or another input is wrong.
    ValidationError,
    /// Settings or credentials are missing or wrong.
    ConfigurationError,
    /// The manifest cannot be used or lacks what was asked for.
    ManifestError,
    /// A service or the machine failed.
    InfrastructureError,
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl ErrorClass {
    /// The class of a failure of a service or the machine: whatever it was asked, it failed, unless
    /// its settings are to blame.
    const fn of_service(kind: ErrorKind) -> Self {
        match Self::of(kind) {
            Self::ValidationError => Self::InfrastructureError,
            class => class,
        }
    }

    /// The class of something that stands in the way of a run.
    const fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput | ErrorKind::NotFound => Self::ValidationError,
            ErrorKind::Configuration | ErrorKind::Unauthenticated | ErrorKind::Forbidden => {
                Self::ConfigurationError
            }
            _ => Self::InfrastructureError,
        }
    }
}

impl Problem {
    /// The problem that `error` is for `stage`.
    pub(crate) fn of(stage: Stage, error: &impl Classify) -> Self {
        Self {
            stage,
            class: ErrorClass::of(error.kind()),
            field: None,
            message: with_causes(error),
            hint: error.hint(),
            kind: error.kind(),
        }
    }

    /// The problem that a failure to look around is for the run that it would have been.
    pub(super) fn of_failure(failure: &PipelineError) -> Self {
        Self {
            class: failure.class(),
            ..Self::of(failure.stage().unwrap_or(Stage::Validate), failure)
        }
    }
}

impl PipelineError {
    /// The stable name of the class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::InvalidLesson { .. } | Self::NotText { .. } | Self::NoStudyText => {
                ErrorClass::ValidationError
            }
            Self::Refused { problems } => problems[0].class,
            Self::Manifest(_) => ErrorClass::ManifestError,
            Self::Notion { .. } | Self::Speech { .. } | Self::Upload { .. } => {
                ErrorClass::of_service(self.kind())
            }
            Self::Cancelled | Self::DeadlineExceeded => ErrorClass::InfrastructureError,
        }
    }

    /// Whether it is not known what came of a request to the workspace.
    pub(super) const fn leaves_doubt(&self) -> bool {
        matches!(self, Self::Notion { source, .. } if source.leaves_doubt())
    }

    /// The stage that failed; none if the run was stopped from outside.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::InvalidLesson { .. } | Self::NotText { .. } => Some(Stage::Validate),
            Self::Refused { problems } => Some(problems[0].stage),
            Self::Manifest(_) => Some(Stage::Manifest),
            Self::Notion { stage, .. } => Some(*stage),
            Self::Speech { .. } => Some(Stage::Tts),
            Self::Upload { .. } => Some(Stage::Upload),
            Self::NoStudyText => Some(Stage::AddAudio),
            Self::Cancelled | Self::DeadlineExceeded => None,
        }
    }
}

impl Classify for PipelineError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidLesson { .. } | Self::NotText { .. } => ErrorKind::InvalidInput,
            Self::Refused { problems } => problems[0].kind,
            Self::Manifest(source) => source.kind(),
            Self::Notion { source, .. } => source.kind(),
            Self::Speech { source } => source.kind(),
            Self::Upload { source } => source.kind(),
            Self::NoStudyText => ErrorKind::NotFound,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::DeadlineExceeded => ErrorKind::Timeout,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Manifest(source) => source.retry(),
            Self::Notion { source, .. } => source.retry(),
            Self::Speech { source } => source.retry(),
            Self::Upload { source } => source.retry(),
            _ if self.kind().is_transient() => Retry::Backoff,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { problems } => problems[0].hint.clone(),
            Self::Manifest(source) => source.hint(),
            Self::Notion { source, .. } => source.hint(),
            Self::Speech { source } => source.hint(),
            Self::Upload { source } => source.hint(),
            Self::NotText { source, .. } => source.hint(),
            _ => None,
        }
    }
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [problem] => problem.message.clone(),
        _ => {
            let messages: Vec<_> = problems.iter().map(|problem| &*problem.message).collect();
            let number = count(problems.len(), "problem");
            format!("{number} before anything was done: {}", messages.join("; "))
        }
    }
}

fn findings(report: &Report) -> String {
    let DiagnosticCounts {
        errors, warnings, ..
    } = DiagnosticCounts::of(&report.diagnostics);
    let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
    format!("{errors} and {warnings}")
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn as_display<S: serde::Serializer>(
    value: &impl fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
