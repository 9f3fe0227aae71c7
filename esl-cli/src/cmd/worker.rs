//! `esl worker`: runs jobs until told to end.

use std::io::{self, Write};
use std::sync::Arc;

use esl_core::ErrorKind;
use esl_core::job::WorkerId;
use esl_core::ports::SystemClock;
use esl_jobs::metrics::Metrics;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Session, homework, interrupt};
use crate::args::WorkerArgs;
use crate::config::Typed;
use crate::exit::{Exit, Failure};
use crate::exporter::Exporter;
use crate::output::{Answer, Outcome};
use crate::wiring;

/// A worker that came to its end.
struct Ended {
    worker: WorkerId,
}

pub(super) async fn worker(args: &WorkerArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(Typed {
        slots: args.concurrency,
        metrics: args.metrics.as_deref(),
        needs_jobs: true,
        ..Typed::default()
    })?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let shutdown = interrupt::shutdown().map_err(|error| {
        let message = format!("cannot listen to signals: {error}");
        Failure::new(Exit::Unexpected, ErrorKind::Internal, message)
    })?;
    let database = settings.jobs.database.to_string();
    let concurrency = settings.jobs.worker.concurrency;
    let jobs = wiring::jobs_to_run(&settings.jobs).await?;
    let metrics = Arc::new(Metrics::new(jobs.store.clone(), Arc::new(SystemClock)));
    let exporter = match &settings.jobs.worker.metrics {
        Some(address) => Some(Exporter::listen(address, metrics.clone()).await?),
        None => None,
    };
    let worker = wiring::worker(settings, &jobs, metrics, |workshop| {
        homework::defaults(workshop.settings(), workshop.delivery())
    });
    let worker = worker.await?;
    let id = worker.id();
    tracing::info!(
        event = "worker_started",
        worker.id = %id,
        database,
        concurrency,
        "worker started"
    );
    // What stands beside the worker ends with it.
    let mut beside = JoinSet::new();
    if let Some(exporter) = exporter {
        beside.spawn(exporter.serve(worker.health()));
    }
    worker.run(shutdown).await;
    tracing::info!(event = "worker_ended", worker.id = %id, "worker ended");
    Ok(Box::new(Ended { worker: id }))
}

impl Answer for Ended {
    fn json(&self) -> Value {
        json!({ "workerId": self.worker })
    }

    /// Everything was told when it happened.
    fn write_text(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
