//! Why there is no homework, and what is wrong with the lesson if that is it.

use esl_pipeline::lesson::Report;
use esl_pipeline::pipeline::{LessonInput, PipelineError};
use serde_json::json;

use crate::exit::Failure;
use crate::output::diagnostics::Source;

/// Why there is no homework.
pub(crate) struct Unmade {
    pub(crate) failure: Failure,
    findings: Option<Findings>,
}

/// What is wrong with a lesson.
struct Findings {
    name: String,
    text: String,
    report: Report,
}

impl Unmade {
    pub(super) fn of(error: PipelineError, lesson: &LessonInput) -> Self {
        let PipelineError::InvalidLesson { report, .. } = &error else {
            return Failure::from(error).into();
        };
        let findings = Findings {
            name: lesson.location.clone(),
            text: String::from_utf8_lossy(&lesson.bytes).into_owned(),
            report: report.clone(),
        };
        let diagnostics = findings.report.items(&findings.text);
        Self {
            failure: Failure {
                details: Some(Box::new(json!({ "diagnostics": diagnostics }))),
                ..error.into()
            },
            findings: Some(findings),
        }
    }

    /// Shows what is wrong with the lesson, if that is the reason, on standard error.
    pub(crate) fn show_findings(&self) {
        if let Some(Findings { name, text, report }) = &self.findings {
            Source { name, text }.show_findings(&report.diagnostics);
        }
    }
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        let findings = None;
        Self { failure, findings }
    }
}
