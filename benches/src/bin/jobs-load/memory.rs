//! How much memory a worker takes, in a process of its own; and, since a row of jobs stands there
//! anyway, how soon Redis knows of them again when it has forgotten everything.

use std::time::Instant;

use anyhow::{Context, Result};
use esl_jobs::Jobs;
use fred::clients::Client;
use fred::interfaces::{ClientLike, StreamsInterface};
use fred::types::{Value, config::Config};
use serde::Serialize;

use super::place::Place;
use super::stages::submit_in_bulk;
use super::work::{WorkingApart, nothing};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    idle_mb: f64,
    queued: usize,
    /// The most that the worker took while it did them all.
    queued_mb: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced_again_seconds: Option<f64>,
}

pub(crate) async fn measure(
    jobs: &Jobs,
    place: &Place,
    queued: usize,
    slots: usize,
) -> Result<Memory> {
    let mut idle = WorkingApart::start(place, slots)?;
    jobs.store.submit(vec![nothing()]).await?;
    idle.beginnings.next().await?;
    let idle_kb = idle.memory("VmRSS")?;
    idle.end()?;
    submit_in_bulk(jobs, queued).await?;
    let announced_again_seconds = match &place.addresses.queue_url {
        Some(queue) => Some(announced_again(queue, &place.addresses.namespace).await?),
        None => None,
    };
    let mut working = WorkingApart::start(place, slots)?;
    working.beginnings.skip(queued).await?;
    let queued_kb = working.memory("VmHWM")?;
    working.end()?;
    Ok(Memory {
        idle_mb: mb(idle_kb),
        queued,
        queued_mb: mb(queued_kb),
        announced_again_seconds,
    })
}

fn mb(kb: u64) -> f64 {
    kb as f64 * 1024.0 / 1e6
}

/// How long the window of announced jobs takes to be full again after Redis forgot everything.
async fn announced_again(queue: &str, namespace: &str) -> Result<f64> {
    let redis = Client::new(Config::from_url(queue)?, None, None, None);
    redis.init().await?;
    let hints = format!("esl:{{{namespace}}}:hints");
    let full: usize = redis.xlen(hints.as_str()).await?;
    let started = Instant::now();
    redis
        .custom::<Value, String>(fred::cmd!("FLUSHALL"), Vec::new())
        .await?;
    while redis.xlen::<usize, _>(hints.as_str()).await? < full {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    redis.quit().await.context("leave Redis")?;
    Ok(started.elapsed().as_secs_f64())
}
