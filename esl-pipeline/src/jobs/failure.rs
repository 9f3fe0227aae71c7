//! What a failure means for the job: its code, whether another attempt may help, and words without
//! paths of this machine.

use std::fmt::Display;

use esl_core::job::{Failure, FailureCode};
use esl_core::ports::{ArtifactError, JobError, ManifestError, NotionError, TtsError};
use esl_core::{Classify, ErrorKind, Retry, Stage, with_causes};

use crate::lesson::Report;
use crate::pipeline::{PipelineError, Problem};
use crate::speech::audio::AudioError;
use crate::speech::recorder::RecordError;

/// Findings about a lesson that a message names, at most.
const MOST_FINDINGS: usize = 10;

/// What a failed run means for its job.
pub(super) fn of_run(error: &PipelineError) -> JobError {
    let code = code(error);
    match error {
        PipelineError::InvalidLesson { report, .. } => {
            let message = format!("{error}: {}", rules(report));
            JobError::permanent(code, message)
        }
        PipelineError::Refused { problems } => {
            let message = match &decisive(problems).hint {
                Some(hint) => format!("{error}; {hint}"),
                None => error.to_string(),
            };
            told(code, &message, Retry::Backoff)
        }
        _ => failed(code, error, advice(error)),
    }
}

/// What the program around says, which may speak to people at this machine.
pub(super) fn of_workplace(error: JobError) -> JobError {
    let message = without_folders(&error.failure.message);
    JobError {
        failure: Failure::new(error.failure.code, message),
        ..error
    }
}

/// A failure with this code; whether it may pass follows from the code, when from `advice`.
pub(super) fn failed(code: FailureCode, error: &dyn Classify, advice: Retry) -> JobError {
    let mut message = with_causes(error);
    if let Some(hint) = error.hint() {
        message = format!("{message}; {hint}");
    }
    told(code, &message, advice)
}

fn told(code: FailureCode, message: &str, advice: Retry) -> JobError {
    let retry = match advice {
        _ if !may_pass(&code) => Retry::Never,
        Retry::After(delay) => Retry::After(delay),
        _ => Retry::Backoff,
    };
    JobError {
        failure: Failure::new(code, without_folders(message)),
        retry,
        is_interrupted: false,
    }
}

/// Whether what this code stands for may be otherwise the next time.
fn may_pass(code: &FailureCode) -> bool {
    [
        FailureCode::RATE_LIMITED,
        FailureCode::PROVIDER_UNAVAILABLE,
        FailureCode::NETWORK,
        FailureCode::TIMEOUT,
        FailureCode::STORAGE_UNAVAILABLE,
        FailureCode::LESSON_LOCKED,
        FailureCode::INTERNAL,
    ]
    .contains(code)
}

/// When the service wants to be asked again: the recorder does not say, having asked often enough.
fn advice(error: &PipelineError) -> Retry {
    match error {
        PipelineError::Speech {
            source: RecordError::Speech { source, .. },
        } => source.retry(),
        _ => error.retry(),
    }
}

fn code(error: &PipelineError) -> FailureCode {
    match error {
        PipelineError::InvalidLesson { .. }
        | PipelineError::NotText { .. }
        | PipelineError::NoStudyText => FailureCode::LESSON_INVALID,
        PipelineError::Refused { problems } => of_problem(decisive(problems)),
        PipelineError::Manifest(source) => of_manifest(source),
        PipelineError::Notion { source, .. } => of_workspace(source),
        PipelineError::Speech { source } => of_speech(source),
        PipelineError::Upload { source } => of_store(source),
        PipelineError::Cancelled => FailureCode::CANCELLED,
        PipelineError::DeadlineExceeded => FailureCode::TIMEOUT,
    }
}

/// Of several problems the first that does not pass by itself.
fn decisive(problems: &[Problem]) -> &Problem {
    let lasting = problems
        .iter()
        .find(|problem| !may_pass(&of_problem(problem)));
    lasting.unwrap_or(&problems[0])
}

fn of_problem(problem: &Problem) -> FailureCode {
    match (problem.field, problem.stage, problem.kind) {
        (Some("preset"), ..) => FailureCode::INVALID_PRESET,
        (Some("voiceId"), ..) => FailureCode::INVALID_VOICE_ID,
        (Some("onExisting"), ..) => FailureCode::PAGE_EXISTS,
        (Some("upload" | "out"), ..) => FailureCode::STORAGE_MISCONFIGURED,
        (Some("withTts"), ..) => FailureCode::CREDENTIALS_MISSING,
        (None, Stage::Validate | Stage::Import | Stage::Tts, ErrorKind::InvalidInput) => {
            FailureCode::LESSON_INVALID
        }
        (None, Stage::Import, ErrorKind::NotFound) => FailureCode::INVALID_NOTION_DATABASE,
        (_, Stage::Manifest, ErrorKind::NotFound) => FailureCode::MANIFEST_MISSING,
        (_, Stage::Upload | Stage::Manifest, kind) => of_store_kind(kind),
        (_, _, kind) => of_provider_kind(kind),
    }
}

fn of_manifest(error: &ManifestError) -> FailureCode {
    match error {
        ManifestError::Format { .. } => FailureCode::MANIFEST_UNREADABLE,
        _ => of_store_kind(error.kind()),
    }
}

fn of_workspace(error: &NotionError) -> FailureCode {
    match error {
        NotionError::NotFound { what, .. } if *what == "data source" => {
            FailureCode::INVALID_NOTION_DATABASE
        }
        NotionError::NotFound { what, .. } if *what == "page" => FailureCode::PAGE_MISSING,
        NotionError::Unreachable { .. } | NotionError::Unanswered { .. } => FailureCode::NETWORK,
        NotionError::Storage { .. } => FailureCode::STORAGE_UNAVAILABLE,
        NotionError::Conflict { .. } => FailureCode::PROVIDER_UNAVAILABLE,
        _ => of_provider_kind(error.kind()),
    }
}

fn of_speech(error: &RecordError) -> FailureCode {
    match error {
        RecordError::Speech {
            source: TtsError::UnknownVoice { .. },
            ..
        } => FailureCode::INVALID_VOICE_ID,
        RecordError::Cache(source) => of_store(source),
        RecordError::Lost | RecordError::File { .. } => FailureCode::STORAGE_UNAVAILABLE,
        RecordError::Audio(AudioError::Write(_)) => FailureCode::STORAGE_UNAVAILABLE,
        RecordError::Audio(_) => FailureCode::PROVIDER_BAD_REQUEST,
        _ => of_provider_kind(error.kind()),
    }
}

/// What a failure of a store of files means.
pub(super) fn of_store(error: &ArtifactError) -> FailureCode {
    of_store_kind(error.kind())
}

fn of_store_kind(kind: ErrorKind) -> FailureCode {
    match kind {
        ErrorKind::Conflict => FailureCode::LESSON_LOCKED,
        ErrorKind::Corrupt => FailureCode::MANIFEST_UNREADABLE,
        // A disk that is full may be full on this machine only.
        ErrorKind::Storage => FailureCode::STORAGE_UNAVAILABLE,
        ErrorKind::Internal => FailureCode::INTERNAL,
        kind if kind.is_transient() => FailureCode::STORAGE_UNAVAILABLE,
        _ => FailureCode::STORAGE_MISCONFIGURED,
    }
}

fn of_provider_kind(kind: ErrorKind) -> FailureCode {
    match kind {
        // Its settings make no sense to it.
        ErrorKind::Configuration | ErrorKind::Corrupt => FailureCode::PROVIDER_BAD_REQUEST,
        kind => kind.into(),
    }
}

/// Which rules a lesson breaks, how often. No words of the lesson.
fn rules(report: &Report) -> String {
    let mut broken: Vec<(&str, usize)> = Vec::new();
    for finding in &report.diagnostics {
        let code = finding.code.as_str();
        match broken.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += 1,
            None => broken.push((code, 1)),
        }
    }
    let named = broken.iter().take(MOST_FINDINGS);
    let named: Vec<_> = named
        .map(|(code, count)| match count {
            1 => (*code).to_owned(),
            _ => format!("{code} (×{count})"),
        })
        .collect();
    named.join(", ")
}

/// That the lesson has never been run, so that nothing of it can be done again.
pub(super) fn no_manifest(lesson: impl Display) -> JobError {
    let message = format!("there is no manifest of {lesson}: run the lesson first");
    JobError::permanent(FailureCode::MANIFEST_MISSING, message)
}

/// The message with absolute paths cut down to the name of the file.
pub(super) fn without_folders(message: &str) -> String {
    let is_limit = |character: char| character.is_whitespace() || "\"'`()<>,;".contains(character);
    let mut kept = String::with_capacity(message.len());
    for piece in message.split_inclusive(is_limit) {
        let word = piece.trim_end_matches(is_limit);
        let is_path = word.starts_with('/') || word.get(1..3) == Some(":\\");
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        kept.push_str(if is_path { name } else { word });
        kept.push_str(&piece[word.len()..]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_machine_are_not_told() {
        for (message, told) in [
            (
                "cannot write the manifest /srv/esl/a.manifest.json: disk full",
                "cannot write the manifest a.manifest.json: disk full",
            ),
            ("see \"/home/ann/x.mp3\"", "see \"x.mp3\""),
            ("C:\\esl\\a.json is gone", "a.json is gone"),
            (
                "cannot read s3://lessons/a/b.json or lesson:a/b.md at https://x.example/y",
                "cannot read s3://lessons/a/b.json or lesson:a/b.md at https://x.example/y",
            ),
        ] {
            assert_eq!(without_folders(message), told);
        }
    }

    #[test]
    fn what_the_workplace_says_is_kept_but_for_paths() {
        let code = FailureCode::STORAGE_MISCONFIGURED;
        let error = of_workplace(JobError::transient(code.clone(), "cannot read /srv/esl/a"));
        assert_eq!(error, JobError::transient(code, "cannot read a"));
    }

    #[test]
    fn what_lasts_decides_before_what_passes() {
        let problem = |field, kind| Problem {
            stage: Stage::Import,
            class: crate::pipeline::ErrorClass::InfrastructureError,
            field,
            message: "x".to_owned(),
            hint: None,
            kind,
        };
        let problems = vec![
            problem(None, ErrorKind::Unavailable),
            problem(Some("preset"), ErrorKind::Configuration),
        ];
        let error = of_run(&PipelineError::Refused { problems });
        assert_eq!(error.failure.code, FailureCode::INVALID_PRESET);
        assert_eq!(error.retry, Retry::Never);
    }
}
