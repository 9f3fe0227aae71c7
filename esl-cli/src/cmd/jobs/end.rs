//! How a process ends that waited for jobs.

use esl_core::job::{Job, JobState};

use crate::exit::Exit;

/// The exit code for jobs that ended: that of the worst.
pub(super) fn exit<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Exit {
    let exits = jobs.into_iter().map(exit_of);
    let worst = exits.max_by_key(|exit| *exit as u8);
    worst.unwrap_or(Exit::Success)
}

/// The exit code that `esl run` would have had.
fn exit_of(job: &Job) -> Exit {
    match (job.head.state, &job.head.failure) {
        (JobState::Cancelled, _) => Exit::Cancelled,
        (JobState::Failed, Some(failure)) => exit_of_code(failure.code.as_str()),
        (JobState::Failed, None) => Exit::Unexpected,
        _ => Exit::Success,
    }
}

fn exit_of_code(code: &str) -> Exit {
    match code {
        "lesson_invalid" => Exit::InvalidLesson,
        "credentials_missing"
        | "credentials_rejected"
        | "storage_misconfigured"
        | "invalid_preset"
        | "invalid_voice_id"
        | "invalid_notion_database"
        | "page_exists"
        | "ffmpeg_missing" => Exit::Configuration,
        "rate_limited"
        | "provider_unavailable"
        | "network"
        | "timeout"
        | "storage_unavailable"
        | "worker_lost" => Exit::Transient,
        "provider_bad_request" | "quota_exhausted" | "page_missing" => Exit::Permanent,
        "manifest_missing" | "manifest_unreadable" | "lesson_locked" => Exit::Manifest,
        _ => Exit::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use esl_core::job::FailureCode;

    use super::*;

    #[test]
    fn a_job_fails_as_its_run_would_have() {
        for (code, exit) in [
            (FailureCode::LESSON_INVALID, Exit::InvalidLesson),
            (FailureCode::MD_NOT_FOUND, Exit::Unexpected),
            (FailureCode::PAGE_EXISTS, Exit::Configuration),
            (FailureCode::CREDENTIALS_REJECTED, Exit::Configuration),
            (FailureCode::TIMEOUT, Exit::Transient),
            (FailureCode::QUOTA_EXHAUSTED, Exit::Permanent),
            (FailureCode::LESSON_LOCKED, Exit::Manifest),
        ] {
            assert_eq!(exit_of_code(code.as_str()), exit, "{code}");
        }
    }
}
