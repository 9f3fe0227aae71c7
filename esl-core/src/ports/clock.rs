//! Time as a port, so that tests decide what time it is.

use std::fmt;
use std::time::SystemTime;

use crate::Timestamp;

/// Tells the time.
///
/// Contract: `now` never fails and never blocks. It may jump in either direction, as the clock of
/// a machine does; callers do not rely on order.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}
