//! What the workers of this process do.

use esl_core::job::payload::{NotifyEmail, NotifyWebhook};
use esl_core::job::{JobHead, JobState, Payload};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{Labels, durations};
use crate::worker::Seen;

type Counters = Family<Labels, Counter>;
type Durations = Family<Labels, Histogram, fn() -> Histogram>;

pub(super) struct WorkMetrics {
    waited: Durations,
    ran: Durations,
    stages: Durations,
    ended: Counters,
    retried: Counters,
    lost: Counters,
    notified: Counters,
}

impl WorkMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let mut histogram = |name: &str, help: &str| {
            let family: Durations = Family::new_with_constructor(durations);
            registry.register(name, help, family.clone());
            family
        };
        let waited = histogram(
            "job_claim_latency_seconds",
            "From when a job could start to when it did",
        );
        let ran = histogram("job_run_seconds", "How long attempts ran");
        let stages = histogram("stage_seconds", "How long stages took");
        let mut counter = |name: &str, help: &str| {
            let family = Counters::default();
            registry.register(name, help, family.clone());
            family
        };
        Self {
            waited,
            ran,
            stages,
            ended: counter("jobs_ended", "Jobs that reached a terminal state"),
            retried: counter(
                "job_retries",
                "Attempts that failed and are followed by another",
            ),
            lost: counter(
                "job_leases_lost",
                "Jobs taken away from workers that were gone",
            ),
            notified: counter("notifications", "Notifications that were sent or given up"),
        }
    }

    pub(super) fn see(&self, seen: Seen<'_>) {
        match seen {
            Seen::Started(job) => {
                let waited = job.updated_at.since(job.eligible_at);
                let series = self.waited.get_or_create(&of_type(job));
                series.observe(waited.as_secs_f64());
            }
            Seen::Stage {
                stage,
                status,
                took,
            } => {
                let labels = vec![("stage", stage.into()), ("status", status.into())];
                self.stages
                    .get_or_create(&labels)
                    .observe(took.as_secs_f64());
            }
            Seen::Ran { job, took } => {
                let series = self.ran.get_or_create(&of_type(job));
                series.observe(took.as_secs_f64());
            }
            Seen::Retried(job) => drop(self.retried.get_or_create(&of_type(job)).inc()),
            Seen::Lost(job) => drop(self.lost.get_or_create(&of_type(job)).inc()),
            Seen::Ended(job) => self.count_end(job),
        }
    }

    fn count_end(&self, job: &JobHead) {
        let mut labels = of_type(job);
        labels.push(("state", job.state.to_string()));
        self.ended.get_or_create(&labels).inc();
        if let Some(channel) = channel(job) {
            let result = match job.state {
                JobState::Succeeded => "sent",
                _ => "failed",
            };
            let labels = vec![("channel", channel.into()), ("result", result.into())];
            self.notified.get_or_create(&labels).inc();
        }
    }
}

fn of_type(job: &JobHead) -> Labels {
    vec![("type", job.kind.to_string())]
}

/// How a job tells people or programs; none if it does something else.
fn channel(job: &JobHead) -> Option<&'static str> {
    if job.kind == NotifyEmail::KIND {
        Some("email")
    } else if job.kind == NotifyWebhook::KIND {
        Some("webhook")
    } else {
        None
    }
}
