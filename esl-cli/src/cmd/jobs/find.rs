//! Finding the job that somebody means by the beginning of its id.

use esl_core::ErrorKind;
use esl_core::job::Job;
use esl_core::ports::{JobFilter, JobStore};

use super::Desk;
use crate::args::IdPrefix;
use crate::exit::{Exit, Failure};

impl Desk<'_> {
    /// The only job whose id begins so.
    pub(super) async fn find(&self, prefix: &IdPrefix) -> Result<Job, Failure> {
        let mut found = match prefix.whole() {
            Some(id) => self.jobs.store.jobs(&[id]).await,
            None => beginning_with(prefix, self.jobs.store.as_ref()).await,
        }
        .map_err(|error| Failure::of(&error))?;
        match (found.pop(), found.pop()) {
            (Some(job), None) => Ok(job),
            (Some(one), Some(other)) => Err(ambiguous(&one, &other)),
            (None, _) => Err(unknown(&self.place())),
        }
    }
}

/// The newest jobs whose ids begin so, two at most: ids sort by when they were made, so those that
/// begin alike lie side by side.
async fn beginning_with(
    prefix: &IdPrefix,
    store: &dyn JobStore,
) -> Result<Vec<Job>, esl_core::ports::StoreError> {
    let mut filter = JobFilter::default();
    filter.before = Some(prefix.last());
    filter.limit = 2;
    let mut jobs = store.list(&filter).await?;
    jobs.retain(|job| prefix.begins(job.head.id));
    Ok(jobs)
}

fn unknown(place: &str) -> Failure {
    let message = format!("no job in {place} has an id that begins so");
    Failure::new(Exit::Permanent, ErrorKind::NotFound, message).hint("`esl jobs list` lists them")
}

fn ambiguous(one: &Job, other: &Job) -> Failure {
    let message = "several jobs have an id that begins so";
    let (one, other) = (one.head.id, other.head.id);
    Failure::new(Exit::Usage, ErrorKind::InvalidInput, message).hint(format!(
        "give more of it; two of them are {one} and {other}"
    ))
}
