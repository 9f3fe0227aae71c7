//! One attempt, from its start to the report of its end.

use std::sync::Arc;

use esl_core::job::{Attempt, FailureCode, Job, JobHead, News, Report};
use esl_core::ports::{Done, JobContext, JobError};
use esl_core::{CancellationToken, Retry};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument;

use super::progress::Progress;
use super::waiting::Claimed;
use super::{Seen, Shared, dice};

/// How an attempt ended.
enum Ending {
    Done(Done),
    Failed(JobError),
    /// Somebody told it to stop: nobody waits for its result.
    Stopped,
}

/// Runs a job until its handler is done. Its end is told later.
pub(super) async fn run(shared: &Arc<Shared>, claimed: Claimed) {
    let Claimed { job, stop, .. } = claimed;
    let attempt = job.head.attempt();
    let span = tracing::info_span!(
        "job",
        job.id = %attempt.job,
        run.id = %attempt.job,
        job.kind = %job.head.kind,
        attempt = attempt.number,
        traceparent = job.traceparent.as_ref().map(tracing::field::display)
    );
    async {
        tracing::info!(event = "worker_active", "job started");
        shared.observer.see(Seen::Started(&job.head));
        let (head, began) = (job.head.clone(), Instant::now());
        let ending = perform(shared, job, stop).await;
        let took = began.elapsed();
        shared.pace.ended(took);
        shared.observer.see(Seen::Ran { job: &head, took });
        log(shared, &head, &ending);
        match report(shared, attempt, ending) {
            Some(report) => shared.reporter.end(attempt, report),
            None => shared.running.leave(attempt),
        }
    }
    .instrument(span)
    .await;
}

async fn perform(shared: &Arc<Shared>, job: Job, stop: CancellationToken) -> Ending {
    if stop.is_cancelled() {
        return Ending::Stopped;
    }
    let Some(handler) = shared.handlers.get(&job.head.kind).cloned() else {
        let message = format!("nobody here knows how to do {} jobs", job.head.kind);
        return Ending::Failed(JobError::permanent(FailureCode::UNKNOWN_TYPE, message));
    };
    let told = stop.child_token();
    let context = JobContext {
        attempt: job.head.attempt(),
        cancelled: told.clone(),
        shutting_down: shared.shutting_down.clone(),
        progress: Arc::new(Progress::new(shared.clone(), job.head.attempt())),
    };
    // A task of its own: a handler that panics takes nobody with it.
    let work = async move { handler.run(&job, &context).await }.in_current_span();
    let mut working = tokio::spawn(work);
    tokio::select! {
        // First, because a handler that is stopped may have ended already.
        biased;
        () = stop.cancelled() => {}
        ended = &mut working => return ending(ended),
        () = sleep(shared.config.timeout) => {}
    }
    told.cancel();
    let last = wait_for_the_end(shared, working).await;
    if stop.is_cancelled() {
        return Ending::Stopped;
    }
    match last {
        // It was about to end anyway.
        Some(done @ Ending::Done(_)) => done,
        _ => {
            let seconds = shared.config.timeout.as_secs();
            let message = format!("the attempt took longer than {seconds} s");
            Ending::Failed(JobError::transient(FailureCode::TIMEOUT, message))
        }
    }
}

async fn wait_for_the_end(
    shared: &Shared,
    mut working: JoinHandle<Result<Done, JobError>>,
) -> Option<Ending> {
    let ended = timeout(shared.config.patience, &mut working).await;
    if ended.is_err() {
        tracing::warn!("the handler did not stop when told to, and is dropped");
        working.abort();
    }
    ended.ok().map(ending)
}

fn ending(ended: Result<Result<Done, JobError>, tokio::task::JoinError>) -> Ending {
    match ended {
        Ok(Ok(done)) => Ending::Done(done),
        Ok(Err(error)) => Ending::Failed(error),
        // The panic itself was printed where it happened; its text may hold anything.
        Err(_) => Ending::Failed(JobError::transient(
            FailureCode::INTERNAL,
            "the handler panicked",
        )),
    }
}

fn report(shared: &Shared, attempt: Attempt, ending: Ending) -> Option<Report> {
    let (news, chained) = match ending {
        Ending::Stopped => return None,
        Ending::Done(Done { output, chained }) => (News::Succeeded { output }, chained),
        Ending::Failed(error) if is_interrupted(shared, &error) => (News::GivenBack, Vec::new()),
        Ending::Failed(error) => (failed(shared, attempt, error), Vec::new()),
    };
    Some(Report::of_attempt(attempt, shared.actor(), news).chaining(chained))
}

/// An attempt that failed, to be repeated if that may help.
pub(super) fn failed(shared: &Shared, attempt: Attempt, error: JobError) -> News {
    let retry_in = shared
        .config
        .backoff
        .delay(attempt.number, error.retry, dice::roll());
    News::Failed {
        failure: error.failure,
        retry_in,
    }
}

/// A handler that says so without a shutdown would be started again for ever.
fn is_interrupted(shared: &Shared, error: &JobError) -> bool {
    error.is_interrupted && shared.shutting_down.is_cancelled()
}

fn log(shared: &Shared, head: &JobHead, ending: &Ending) {
    match ending {
        Ending::Done(_) => tracing::info!(event = "worker_completed", "job done"),
        Ending::Stopped => {
            tracing::info!(
                event = "worker_stopped",
                "job stopped: it was cancelled or lost"
            );
        }
        Ending::Failed(error) if is_interrupted(shared, error) => {
            tracing::info!(
                event = "worker_interrupted",
                "job interrupted by the shutdown"
            );
        }
        Ending::Failed(error) => {
            let will_retry = error.retry != Retry::Never && head.attempt < head.max_attempts;
            let code = &error.failure.code;
            tracing::warn!(
                event = "worker_failed",
                error.code = %code,
                error.message = %error,
                will_retry,
                "attempt failed"
            );
        }
    }
}
