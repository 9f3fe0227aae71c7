//! Lets calls go wrong as planned, and keeps the count.

use std::future::pending;
use std::sync::{Mutex, MutexGuard, PoisonError};

use esl_core::CancellationToken;

use super::plan::Count;
use super::{Fault, FaultPlan, PortCall};

/// The faults of one process: shared by its ports, which are counted together and die together.
#[derive(Debug, Default)]
pub struct Faults {
    plan: FaultPlan,
    calls: Mutex<Vec<PortCall>>,
    death: CancellationToken,
}

impl Faults {
    /// The faults of a process that has made no call yet.
    #[must_use]
    pub fn new(plan: FaultPlan) -> Self {
        Self {
            plan,
            ..Self::default()
        }
    }

    /// The calls made so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<PortCall> {
        self.lock().clone()
    }

    /// How often `call` was made so far.
    #[must_use]
    pub fn count(&self, call: PortCall) -> usize {
        self.lock().iter().filter(|made| **made == call).count()
    }

    /// Lets `process` live until it ends or a fault kills it; then it is dropped where it stands and
    /// the result is `None`.
    pub async fn until_death<T>(&self, process: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.death.cancelled() => None,
            result = process => Some(result),
        }
    }

    /// Makes the call, or lets it go wrong. A dead process makes none.
    pub(super) async fn call<T, E>(
        &self,
        call: PortCall,
        failure: impl FnOnce() -> E,
        effect: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E> {
        if self.death.is_cancelled() {
            return pending().await;
        }
        let Some(fault) = self.fault(call) else {
            return effect.await;
        };
        match fault {
            Fault::Fail => Err(failure()),
            Fault::LoseAnswer => {
                let _ = effect.await;
                Err(failure())
            }
            Fault::Delay(delay) => {
                tokio::time::sleep(delay).await;
                effect.await
            }
            Fault::CommitLate(delay) => {
                happen_after(delay, effect);
                Err(failure())
            }
            Fault::KillBefore => self.die().await,
            Fault::KillAfter => {
                let _ = effect.await;
                self.die().await
            }
            Fault::KillInFlight(delay) => {
                happen_after(delay, effect);
                self.die().await
            }
        }
    }

    fn fault(&self, call: PortCall) -> Option<Fault> {
        let mut calls = self.lock();
        calls.push(call);
        let of_kind = calls.iter().filter(|made| **made == call).count();
        let of_all = calls.len();
        self.plan.fault(call, Count { of_all, of_kind })
    }

    async fn die<T>(&self) -> T {
        self.death.cancel();
        pending().await
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PortCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Outlives the caller, as a request on the wire does.
fn happen_after<T, E>(
    delay: std::time::Duration,
    effect: impl Future<Output = Result<T, E>> + Send + 'static,
) {
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let _ = effect.await;
    });
}
