//! What workers do and what waits, in the text form that Prometheus reads (OpenMetrics 1.0).
//!
//! A worker is shown to a [`Metrics`] by [`WorkerBuilder::observer`](crate::worker::WorkerBuilder); the
//! host renders it where it likes. Counters tell of the workers of this process only, depth and age of
//! the whole store: one query, asked every few seconds at most.

mod depth;
mod work;

use std::fmt;
use std::sync::Arc;

use esl_core::ports::{Clock, JobStore};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::worker::{Observer, Seen};
use depth::DepthMetrics;
use work::WorkMetrics;

/// The names and values that tell one series of a metric from another.
type Labels = Vec<(&'static str, String)>;

/// Gathers figures and renders them.
pub struct Metrics {
    registry: Registry,
    depth: DepthMetrics,
    work: WorkMetrics,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// The type of what [`Metrics::render`] returns, for the header `Content-Type`.
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Figures about the jobs of a store, by a clock that is the store's, too.
    #[must_use]
    pub fn new(store: Arc<dyn JobStore>, clock: Arc<dyn Clock>) -> Self {
        let mut registry = Registry::with_prefix("esl");
        Self {
            depth: DepthMetrics::new(store, clock, &mut registry),
            work: WorkMetrics::new(&mut registry),
            registry,
        }
    }

    /// All figures as text.
    pub async fn render(&self) -> String {
        self.depth.refresh().await;
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string cannot fail");
        text
    }
}

impl Observer for Metrics {
    fn see(&self, seen: Seen<'_>) {
        self.work.see(seen);
    }
}

/// From five milliseconds to three quarters of an hour.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.005, 2.0, 20))
}
