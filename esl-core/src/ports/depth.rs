//! How much waits and runs.

use crate::Timestamp;
use crate::job::{JobKind, Priority};

/// Jobs of one kind and priority that wait or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// How far they are.
    pub state: DepthState,
    /// What sort of work they are.
    pub kind: JobKind,
    /// How urgent they are.
    pub priority: Priority,
    /// How many there are.
    pub count: u64,
    /// Since when the first of them could start, or from when on.
    pub oldest: Timestamp,
}

/// How far jobs are that have not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepthState {
    /// Queued; may start.
    Ready,
    /// Queued; wait for a time.
    Delayed,
    /// Under the lease of a worker.
    Running,
}

impl DepthState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Ready, Self::Delayed, Self::Running];

    /// The stable name, in stores and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Running => "running",
        }
    }
}
