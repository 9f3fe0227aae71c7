//! How many jobs a second go through a store, how long they wait to be picked up, and what that takes?
//!
//! `jobs-load [--database URL] [--queue URL] [--jobs N] [--concurrency C]… [--finished M]` prints one
//! JSON document. Jobs do nothing; what is measured is accepting, starting and finishing them, with
//! all their events, durably. Beside the figures stand the limits of the machine, measured in the same
//! run, since a figure means little without them.

mod limits;
mod memory;
mod pick_up;
mod place;
mod stages;
mod work;

use std::sync::Arc;

use anyhow::Result;
use clap::Parser;
use esl_core::ports::SystemClock;
use esl_jobs::{Jobs, connect};
use serde::Serialize;

use place::Place;

#[derive(Parser)]
struct Arguments {
    /// Where jobs are kept: an address, or `sqlite` or `postgres` for one that is thrown away.
    #[arg(long, default_value = "sqlite")]
    database: String,
    /// Who hears of them first: an address, or `redis` for one that is thrown away.
    #[arg(long)]
    queue: Option<String>,
    /// How many jobs go through at each stage.
    #[arg(long, default_value_t = 10_000)]
    jobs: usize,
    /// How many jobs run at the same time.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 5, 50])]
    concurrency: Vec<usize>,
    /// How many jobs wait while memory is looked at; 0 leaves that out.
    #[arg(long, default_value_t = 100_000)]
    queued: usize,
    /// How many jobs have ended before the last stage is repeated; 0 leaves that out.
    #[arg(long, default_value_t = 0)]
    finished: usize,
    /// Work on the jobs of another process until standard input ends.
    #[arg(long, hide = true)]
    as_worker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    jobs: usize,
    limits: limits::Limits,
    submitted_per_second: stages::Submitted,
    drained_per_second: Vec<stages::Drained>,
    pick_up: pick_up::PickUp,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<memory::Memory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside_finished: Option<stages::BesideFinished>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let place = Place::find(&arguments)?;
    let jobs = connect(&place.addresses, Arc::new(SystemClock)).await?;
    if arguments.as_worker.is_some() {
        return work::until_input_ends(&jobs, arguments.concurrency[0]).await;
    }
    print(&measure(&jobs, &place, &arguments).await?)
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
fn print(figures: &Figures) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(figures)?);
    Ok(())
}

async fn measure(jobs: &Jobs, place: &Place, arguments: &Arguments) -> Result<Figures> {
    let &Arguments {
        jobs: count,
        queued,
        finished,
        ..
    } = arguments;
    let limits = limits::measure(place).await?;
    let submitted_per_second = stages::submit(jobs, count).await?;
    let mut drained_per_second = Vec::new();
    for slots in &arguments.concurrency {
        drained_per_second.push(stages::drain(jobs, place, count, *slots).await?);
    }
    let last = *drained_per_second.last().expect("clap asks for one");
    Ok(Figures {
        jobs: count,
        limits,
        submitted_per_second,
        drained_per_second,
        pick_up: pick_up::measure(jobs, place).await?,
        memory: match queued {
            0 => None,
            _ => Some(memory::measure(jobs, place, queued, last.concurrency).await?),
        },
        beside_finished: match finished {
            0 => None,
            _ => Some(stages::drain_beside(jobs, place, (count, finished), last).await?),
        },
    })
}
