//! Reads and checks the lesson.

use crate::lesson::{Code, Diagnostic, Lesson, LintOptions, Report, Span};
use crate::pipeline::{DiagnosticCounts, LessonInput, PipelineError};

/// The lesson and its findings, if none of them blocks.
pub(in crate::pipeline) fn check(
    input: &LessonInput,
    max_bytes: usize,
    strict: bool,
) -> Result<(Lesson<'_>, DiagnosticCounts), PipelineError> {
    let text = text(input, max_bytes)?;
    let lesson = Lesson::parse(text);
    let options = LintOptions {
        strict,
        max_bytes,
        ..LintOptions::default()
    };
    let report = Report::new(&lesson, &options);
    if !report.ok {
        return Err(invalid(input, report));
    }
    Ok((lesson, DiagnosticCounts::of(&report.diagnostics)))
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
    std::str::from_utf8(&input.bytes).map_err(|source| PipelineError::NotText {
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
