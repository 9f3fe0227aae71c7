//! What the store says to what the worker reports.

use esl_core::job::{Ignored, JobHead, JobState, News, Report};

use super::{Seen, Shared};

/// Takes note of the answers to reports.
pub(super) fn note(shared: &Shared, reports: &[Report], answers: &[Result<JobHead, Ignored>]) {
    for (report, answer) in reports.iter().zip(answers) {
        match answer {
            Ok(head) => changed(shared, report, head),
            Err(ignored) => not_counted(report, *ignored),
        }
    }
}

fn changed(shared: &Shared, report: &Report, head: &JobHead) {
    if let News::Progress { .. } = report.news {
        return;
    }
    match head.state {
        JobState::Queued => {
            log_waiting(head);
            if let News::Failed { .. } = report.news {
                shared.observer.see(Seen::Retried(head));
            }
        }
        state if state.is_terminal() => shared.observer.see(Seen::Ended(head)),
        _ => {}
    }
}

/// A job that waits again, for another attempt or another worker.
pub(super) fn log_waiting(head: &JobHead) {
    tracing::info!(
        event = "queue_waiting",
        job.id = %head.id,
        run.id = %head.id,
        attempt = head.attempt,
        next_attempt_at = head.next_attempt_at.map(tracing::field::display),
        "job waits again"
    );
}

fn not_counted(report: &Report, ignored: Ignored) {
    let job = report.job;
    if ignored == Ignored::Missing {
        tracing::warn!(
            event = "job_missing",
            job.id = %job,
            run.id = %job,
            "a report is about a job that is gone"
        );
    } else {
        tracing::info!(
            event = "state_conflict",
            job.id = %job,
            run.id = %job,
            attempt = report.attempt,
            reason = %ignored,
            "a report came too late and does not count"
        );
    }
}
