//! From the answer of a submission to the beginning of the work, one job at a time, on an idle system.

use std::time::Duration;

use anyhow::Result;
use esl_jobs::Jobs;
use serde::Serialize;

use super::place::Place;
use super::work::{Beginnings, Working, WorkingApart, nothing, now};

/// How many jobs are picked up.
const JOBS: usize = 300;

/// How long everything rests before the next job.
const REST: Duration = Duration::from_millis(5);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PickUp {
    in_this_process: Waits,
    in_another_process: Waits,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Waits {
    median_ms: f64,
    p99_ms: f64,
}

pub(crate) async fn measure(jobs: &Jobs, place: &Place) -> Result<PickUp> {
    place.tidy_up().await?;
    let mut here = Working::start(jobs, 1)?;
    let in_this_process = waits(jobs, &mut here.beginnings).await?;
    here.end().await?;
    let mut apart = WorkingApart::start(place, 1)?;
    let in_another_process = waits(jobs, &mut apart.beginnings).await?;
    apart.end()?;
    Ok(PickUp {
        in_this_process,
        in_another_process,
    })
}

async fn waits(jobs: &Jobs, beginnings: &mut Beginnings) -> Result<Waits> {
    // The first one waits for the worker to be there.
    jobs.store.submit(vec![nothing()]).await?;
    beginnings.next().await?;
    let mut waits = Vec::with_capacity(JOBS);
    for _ in 0..JOBS {
        tokio::time::sleep(REST).await;
        jobs.store.submit(vec![nothing()]).await?;
        let submitted = now();
        waits.push(beginnings.next().await?.saturating_sub(submitted));
    }
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    Ok(Waits {
        median_ms: at(50),
        p99_ms: at(99),
    })
}
