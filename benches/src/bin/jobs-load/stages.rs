//! Submitting jobs and having them done.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use esl_core::job::{Actor, JobState, News, Report, WorkerId};
use esl_core::ports::Claim;
use esl_jobs::Jobs;
use serde::Serialize;
use tokio::task::JoinSet;

use super::place::Place;
use super::work::{Working, nothing};

/// How many jobs are submitted, or done, by one call where many go at once.
const BULK: usize = 1000;

/// How many drains one figure is the median of.
const DRAINS: usize = 5;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Submitted {
    one_by_one: f64,
    by_fifty_callers: f64,
    in_bulk: f64,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Drained {
    pub(crate) concurrency: usize,
    jobs_per_second: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BesideFinished {
    finished: usize,
    jobs_per_second: f64,
    /// Of what was drained without them; 1.0 is no slowdown.
    ratio: f64,
}

async fn per_second(count: usize, work: impl Future<Output = Result<()>>) -> Result<f64> {
    let started = Instant::now();
    work.await?;
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

pub(crate) async fn submit(jobs: &Jobs, count: usize) -> Result<Submitted> {
    let (few, shared) = (count.div_ceil(10), count.div_ceil(50) * 50);
    let submitted = Submitted {
        one_by_one: per_second(few, submit_by(jobs, 1, few)).await?,
        by_fifty_callers: per_second(shared, submit_by(jobs, 50, shared / 50)).await?,
        in_bulk: per_second(count, submit_in_bulk(jobs, count)).await?,
    };
    finish_all(jobs).await?;
    Ok(submitted)
}

async fn submit_by(jobs: &Jobs, callers: usize, count_each: usize) -> Result<()> {
    let mut submitting = JoinSet::new();
    for _ in 0..callers {
        let store = jobs.store.clone();
        submitting.spawn(async move {
            for _ in 0..count_each {
                store.submit(vec![nothing()]).await?;
            }
            anyhow::Ok(())
        });
    }
    submitting.join_all().await.into_iter().collect()
}

pub(crate) async fn submit_in_bulk(jobs: &Jobs, count: usize) -> Result<()> {
    let mut left = count;
    while left > 0 {
        let bulk = left.min(BULK);
        jobs.store
            .submit((0..bulk).map(|_| nothing()).collect())
            .await?;
        left -= bulk;
    }
    Ok(())
}

/// The median of some drains: what a disk does meanwhile changes from one to the next.
pub(crate) async fn drain(
    jobs: &Jobs,
    place: &Place,
    count: usize,
    concurrency: usize,
) -> Result<Drained> {
    let mut drains = [0.0; DRAINS];
    for drained in &mut drains {
        *drained = drain_once(jobs, place, count, concurrency).await?;
    }
    drains.sort_by(f64::total_cmp);
    Ok(Drained {
        concurrency,
        jobs_per_second: drains[DRAINS / 2],
    })
}

/// Until all jobs have run and their ends are in the store.
async fn drain_once(jobs: &Jobs, place: &Place, count: usize, concurrency: usize) -> Result<f64> {
    submit_in_bulk(jobs, count).await?;
    place.tidy_up().await?;
    let draining = async {
        let mut working = Working::start(jobs, concurrency)?;
        working.beginnings.skip(count).await?;
        working.end().await
    };
    let jobs_per_second = per_second(count, draining).await?;
    assert_nothing_is_left(jobs).await?;
    Ok(jobs_per_second)
}

/// The same once more, beside many jobs that are over.
pub(crate) async fn drain_beside(
    jobs: &Jobs,
    place: &Place,
    (count, finished): (usize, usize),
    before: Drained,
) -> Result<BesideFinished> {
    let mut left = finished;
    while left > 0 {
        let some = left.min(10 * BULK);
        submit_in_bulk(jobs, some).await?;
        finish_all(jobs).await?;
        left -= some;
    }
    let after = drain(jobs, place, count, before.concurrency).await?;
    Ok(BesideFinished {
        finished,
        jobs_per_second: after.jobs_per_second,
        ratio: after.jobs_per_second / before.jobs_per_second,
    })
}

/// As a worker would that had a thousand slots.
async fn finish_all(jobs: &Jobs) -> Result<()> {
    let worker = WorkerId::new();
    loop {
        let claim = Claim::next(worker, BULK, Duration::from_secs(60));
        let started = jobs.store.claim(claim).await?;
        if started.is_empty() {
            return Ok(());
        }
        let succeeded = started.iter().map(|job| {
            let output = serde_json::Map::new();
            let news = News::Succeeded { output };
            Report::of_attempt(job.head.attempt(), Actor::Worker(worker), news)
        });
        jobs.store.report(succeeded.collect()).await?;
    }
}

async fn assert_nothing_is_left(jobs: &Jobs) -> Result<()> {
    let counts = jobs.store.counts().await?;
    let is_all = counts.keys().all(|state| *state == JobState::Succeeded);
    ensure!(is_all, "not all jobs succeeded: {counts:?}");
    Ok(())
}
