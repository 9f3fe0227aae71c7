//! Taking over what the service before kept.

use std::sync::Arc;

use esl_core::ports::SystemClock;
use esl_jobs::postgres::{PostgresJobs, TakenOver};

use crate::config::{Address, JobSettings};
use crate::exit::Failure;

/// Takes over what the service before kept in a Postgres database into the one of these settings.
pub(crate) async fn take_over(
    settings: &JobSettings,
    reference: &Address,
) -> Result<TakenOver, Failure> {
    let (url, namespace) = (settings.database.expose(), &settings.namespace);
    let clock = Arc::new(SystemClock);
    let taken = async {
        let jobs = PostgresJobs::connect(url, namespace, settings.pool_size, clock).await?;
        jobs.take_over(reference.expose()).await
    };
    taken.await.map_err(|error| Failure::of(&error))
}
