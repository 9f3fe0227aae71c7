//! What a conformance test of permits runs against.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use esl_core::ports::Permits;

use crate::ManualClock;

/// A place that shares permits out, seen from several processes.
pub struct PermitsFixture {
    /// The time that leases go by.
    pub clock: Arc<ManualClock>,
    /// One process.
    pub one: Arc<dyn Permits>,
    /// Another process.
    pub other: Arc<dyn Permits>,
    doomed: Mutex<Option<Arc<dyn Permits>>>,
    /// How long the permits of a dead process may be missing.
    pub lease: Duration,
    _guard: Box<dyn Any + Send + Sync>,
}

impl PermitsFixture {
    /// A place and what it stands on. The last process is as good as dead once it is dropped.
    #[must_use]
    pub fn new(
        clock: Arc<ManualClock>,
        [one, other, doomed]: [Arc<dyn Permits>; 3],
        lease: Duration,
        guard: impl Any + Send + Sync,
    ) -> Self {
        Self {
            clock,
            one,
            other,
            doomed: Mutex::new(Some(doomed)),
            lease,
            _guard: Box::new(guard),
        }
    }

    /// A process that the caller may let die.
    ///
    /// # Panics
    /// The second time.
    pub fn take_doomed(&self) -> Arc<dyn Permits> {
        let mut doomed = self.doomed.lock().expect("no holder panics");
        doomed.take().expect("taken once")
    }
}

impl fmt::Debug for PermitsFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitsFixture")
            .field("one", &self.one)
            .finish_non_exhaustive()
    }
}
