//! What stands for those who tell of jobs in a program that was built without jobs.

use esl_jobs::Jobs;
use esl_jobs::worker::WorkerBuilder;

use crate::config::NotifySettings;
use crate::exit::Failure;

#[expect(clippy::unnecessary_wraps, reason = "with jobs, it may fail")]
pub(super) fn telling(
    worker: WorkerBuilder,
    _: &Jobs,
    _: &NotifySettings,
) -> Result<WorkerBuilder, Failure> {
    Ok(worker)
}
