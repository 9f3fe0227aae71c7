//! How fast and how busy a service may get: latency, a token bucket, a number of requests at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::service::{Failure, Load};

/// What a service takes. The default is no latency and no limits.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceLimits {
    /// How long each request takes (`latency_ms` in JSON).
    #[serde(rename = "latency_ms", with = "super::millis")]
    pub latency: Duration,
    /// How many requests are taken over time.
    pub rate: Option<Rate>,
    /// How many requests are taken at once.
    pub concurrency: Option<usize>,
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Tokens that come back each second; above zero.
    pub per_second: f64,
    /// Tokens the bucket holds.
    pub burst: u32,
}

/// Counts the requests of one service.
#[derive(Debug)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug)]
struct State {
    limits: ServiceLimits,
    tokens: f64,
    filled: Instant,
    closed_until: Option<Instant>,
    in_flight: usize,
}

/// One request in flight; counted until dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Arc<Gate>,
    pub(crate) load: Load,
    pub(crate) latency: Duration,
}

impl Gate {
    pub(crate) fn new(limits: ServiceLimits) -> Self {
        Self(Mutex::new(State {
            limits,
            tokens: burst(&limits),
            filled: Instant::now(),
            closed_until: None,
            in_flight: 0,
        }))
    }

    pub(crate) fn limits(&self) -> ServiceLimits {
        self.lock().limits
    }

    /// Sets other limits, with a full bucket.
    pub(crate) fn set(&self, limits: ServiceLimits) {
        let mut state = self.lock();
        state.limits = limits;
        state.tokens = burst(&limits);
        state.filled = Instant::now();
        state.closed_until = None;
    }

    /// Lets a request in, or says which limit is in the way.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Pass, Failure> {
        let mut state = self.lock();
        state.take_token(Instant::now())?;
        let maximum = state.limits.concurrency;
        if let Some(maximum) = maximum
            && state.in_flight >= maximum
        {
            return Err(Failure::OverConcurrency { maximum });
        }
        state.in_flight += 1;
        let load = Load {
            in_flight: state.in_flight,
            maximum,
        };
        let latency = state.limits.latency;
        Ok(Pass {
            gate: Arc::clone(self),
            load,
            latency,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// After a refusal the bucket stays closed until the time that was told is over.
    fn take_token(&mut self, now: Instant) -> Result<(), Failure> {
        let Some(rate) = self.limits.rate else {
            return Ok(());
        };
        if let Some(until) = self.closed_until
            && now < until
        {
            let retry_after = until - now;
            return Err(Failure::OverRate { retry_after });
        }
        let gained = (now - self.filled).as_secs_f64() * rate.per_second;
        self.tokens = (self.tokens + gained).min(f64::from(rate.burst));
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let seconds = ((1.0 - self.tokens) / rate.per_second).ceil().max(1.0);
        let retry_after = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 4);
        self.closed_until = now.checked_add(retry_after);
        Err(Failure::OverRate { retry_after })
    }
}

fn burst(limits: &ServiceLimits) -> f64 {
    limits.rate.map_or(0.0, |rate| f64::from(rate.burst))
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.lock().in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(limits: ServiceLimits) -> Arc<Gate> {
        Arc::new(Gate::new(limits))
    }

    #[tokio::test(start_paused = true)]
    async fn a_spent_bucket_stays_closed_until_the_time_told_is_over() {
        let rate = Some(Rate {
            per_second: 0.5,
            burst: 2,
        });
        let gate = gate(ServiceLimits {
            rate,
            ..ServiceLimits::default()
        });
        assert!(gate.enter().is_ok());
        assert!(gate.enter().is_ok());
        let refused = gate.enter().unwrap_err();
        let told = Duration::from_secs(2);
        assert_eq!(refused, Failure::OverRate { retry_after: told });

        tokio::time::advance(Duration::from_millis(1500)).await;
        let left = Duration::from_millis(500);
        let refused = gate.enter().unwrap_err();
        assert_eq!(refused, Failure::OverRate { retry_after: left });

        tokio::time::advance(left).await;
        assert!(gate.enter().is_ok());
    }

    #[tokio::test]
    async fn a_request_counts_as_long_as_its_pass_lives() {
        let gate = gate(ServiceLimits {
            concurrency: Some(1),
            ..ServiceLimits::default()
        });
        let pass = gate.enter().unwrap();
        assert_eq!((pass.load.in_flight, pass.load.maximum), (1, Some(1)));
        let refused = gate.enter().unwrap_err();
        assert_eq!(refused, Failure::OverConcurrency { maximum: 1 });
        drop(pass);
        assert!(gate.enter().is_ok());
    }

    #[test]
    fn limits_are_read_from_json_in_milliseconds() {
        let limits: ServiceLimits = serde_json::from_value(
            serde_json::json!({"latency_ms": 150, "rate": {"per_second": 3, "burst": 5}}),
        )
        .unwrap();
        assert_eq!(limits.latency, Duration::from_millis(150));
        assert_eq!(limits.rate.map(|rate| rate.burst), Some(5));
        assert_eq!(limits.concurrency, None);
    }
}
