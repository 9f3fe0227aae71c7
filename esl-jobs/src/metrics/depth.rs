//! What waits and what runs, in the whole store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use esl_core::job::Priority;
use esl_core::ports::{Clock, Depth, DepthState, JobStore};
use esl_core::with_causes;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Labels;

/// How old figures may be before the store is asked again.
const KEPT: Duration = Duration::from_secs(5);

pub(super) struct DepthMetrics {
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    asked: Mutex<Option<Instant>>,
    jobs: Family<Labels, Gauge>,
    depth: Family<Labels, Gauge>,
    oldest: Family<Labels, Gauge<f64, AtomicU64>>,
    is_up: Gauge,
}

impl DepthMetrics {
    pub(super) fn new(
        store: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
        registry: &mut Registry,
    ) -> Self {
        let metrics = Self {
            store,
            clock,
            asked: Mutex::default(),
            jobs: Family::default(),
            depth: Family::default(),
            oldest: Family::default(),
            is_up: Gauge::default(),
        };
        let mut register = |name: &str, help: &str, family: &Family<Labels, Gauge>| {
            registry.register(name, help, family.clone());
        };
        register("jobs", "Jobs that wait or run", &metrics.jobs);
        register("queue_depth", "Jobs that wait or run", &metrics.depth);
        let help = "For how long the longest waiting of the startable jobs could have started";
        registry.register("queue_oldest_seconds", help, metrics.oldest.clone());
        let help = "Whether the store answered when it was last asked";
        registry.register("job_store_up", help, metrics.is_up.clone());
        metrics
    }

    /// Asks the store, unless it was asked just now. While it is out of reach there are no figures,
    /// rather than old ones.
    pub(super) async fn refresh(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|asked| asked.elapsed() < KEPT) {
            return;
        }
        let found = self.store.depth().await;
        *asked = Some(Instant::now());
        self.is_up.set(found.is_ok().into());
        self.jobs.clear();
        self.depth.clear();
        self.oldest.clear();
        match found {
            Ok(found) => self.show(&found),
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), "cannot ask the store how much waits");
            }
        }
    }

    fn show(&self, found: &[Depth]) {
        let mut oldest: BTreeMap<Priority, Duration> = BTreeMap::new();
        let now = self.clock.now();
        for depth in found {
            let count = i64::try_from(depth.count).unwrap_or(i64::MAX);
            let state = depth.state.as_str().to_owned();
            let labels = vec![("state", state.clone()), ("type", depth.kind.to_string())];
            self.jobs.get_or_create(&labels).inc_by(count);
            let priority = ("priority", u8::from(depth.priority).to_string());
            let labels = vec![("state", state), priority];
            self.depth.get_or_create(&labels).inc_by(count);
            if depth.state == DepthState::Ready {
                let longest = oldest.entry(depth.priority).or_default();
                *longest = now.since(depth.oldest).max(*longest);
            }
        }
        for (priority, age) in oldest {
            let labels = vec![("priority", u8::from(priority).to_string())];
            self.oldest.get_or_create(&labels).set(age.as_secs_f64());
        }
    }
}
