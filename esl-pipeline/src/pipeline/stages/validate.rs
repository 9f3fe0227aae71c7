//! Reads and checks the lesson.

use crate::lesson::{
    Code, Diagnostic, Lesson, LintOptions, Report, ReportItem, Severity, Span, decode,
};
use esl_core::{ErrorKind, Stage};

use crate::pipeline::{DiagnosticCounts, ErrorClass, LessonInput, PipelineError, Problem};

/// The lesson and its findings, if none of them blocks.
pub(in crate::pipeline) fn check(
    input: &LessonInput,
    max_bytes: usize,
    strict: bool,
) -> Result<(Lesson<'_>, DiagnosticCounts), PipelineError> {
    let lesson = Lesson::parse(text(input, max_bytes)?);
    let report = report(&lesson, max_bytes, strict);
    if !report.ok {
        return Err(invalid(input, report));
    }
    Ok((lesson, DiagnosticCounts::of(&report.diagnostics)))
}

/// What of the lesson's findings stands in the way of a run.
pub(in crate::pipeline) fn problems(
    lesson: &Lesson<'_>,
    text: &str,
    max_bytes: usize,
    strict: bool,
) -> Vec<Problem> {
    let report = report(lesson, max_bytes, strict);
    let blocks = |severity| severity == Severity::Error || strict && severity == Severity::Warning;
    let findings = report.items(text).into_iter();
    let problem = |finding: ReportItem| Problem {
        stage: Stage::Validate,
        class: ErrorClass::ValidationError,
        field: None,
        message: format!(
            "line {}, column {}: {}",
            finding.span.start.line, finding.span.start.col, finding.message
        ),
        hint: finding.hint,
        kind: ErrorKind::InvalidInput,
    };
    findings
        .filter(|finding| blocks(finding.severity))
        .map(problem)
        .collect()
}

fn report(lesson: &Lesson<'_>, max_bytes: usize, strict: bool) -> Report {
    let options = LintOptions {
        strict,
        max_bytes,
        ..LintOptions::default()
    };
    Report::new(lesson, &options)
}

/// The lesson's text, if it is text and not too much.
pub(in crate::pipeline) fn text(
    input: &LessonInput,
    max_bytes: usize,
) -> Result<&str, PipelineError> {
    if input.bytes.len() > max_bytes {
        let size = input.bytes.len();
        let message = format!("the file has {size} bytes, the limit is {max_bytes}");
        let finding = Diagnostic::new(Code::LessonTooLarge, Span::default(), message);
        return Err(invalid(
            input,
            Report {
                ok: false,
                diagnostics: vec![finding],
            },
        ));
    }
    decode(&input.bytes, max_bytes).map_err(|source| PipelineError::NotText {
        location: input.location.clone(),
        source,
    })
}

fn invalid(input: &LessonInput, report: Report) -> PipelineError {
    PipelineError::InvalidLesson {
        location: input.location.clone(),
        report,
    }
}
