//! Where jobs are kept.

use std::sync::Arc;

use esl_core::ports::{StoreError, SystemClock};
use esl_jobs::{Jobs, Places};

use crate::config::{Address, JobSettings};
use crate::exit::Failure;

/// Where jobs are kept, for who runs them: queue and all.
pub(crate) async fn jobs_to_run(settings: &JobSettings) -> Result<Jobs, Failure> {
    connect(places(settings), settings).await
}

/// Where jobs are kept, for who only looks at them, or wants something done. Needs no queue: workers
/// hear of it from the database.
pub(crate) async fn jobs(settings: &JobSettings) -> Result<Jobs, Failure> {
    let mut places = places(settings);
    places.queue_url = None;
    connect(places, settings).await
}

/// The places that the settings name.
pub(crate) fn places(settings: &JobSettings) -> Places {
    let mut places = Places::default();
    settings
        .database
        .expose()
        .clone_into(&mut places.database_url);
    let queue = settings.queue.as_ref().map(Address::expose);
    places.queue_url = queue.map(str::to_owned);
    settings.namespace.clone_into(&mut places.namespace);
    places.pool_size = settings.pool_size;
    places
}

async fn connect(places: Places, settings: &JobSettings) -> Result<Jobs, Failure> {
    let jobs = esl_jobs::connect(&places, Arc::new(SystemClock)).await;
    jobs.map_err(|error| unopened(&error, settings))
}

/// What is told of places that cannot be opened: which they are, unless the error knows better.
pub(crate) fn unopened(error: &StoreError, settings: &JobSettings) -> Failure {
    let failure = Failure::of(error);
    if matches!(error, StoreError::Configuration { .. }) {
        return failure;
    }
    let queue = settings.queue.as_ref();
    let places = [Some(&settings.database), queue].into_iter().flatten();
    let places: Vec<_> = places.map(ToString::to_string).collect();
    let named = format!("the settings name {}", places.join(" and "));
    let hint = [failure.hint.clone(), Some(named)].into_iter().flatten();
    let hint = hint.collect::<Vec<_>>().join("; ");
    failure.hint(hint)
}
