//! The handlers of upkeep: what is old is forgotten, what can be chosen from is listed anew.
//!
//! ```ignore
//! let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
//!     .handles::<MaintenanceCleanup>(Cleanup::new(jobs.store.clone(), clock.clone(), retention))
//!     .handles::<MaintenanceRefreshOptions>(RefreshOptions::new(jobs.settings.clone(), sources))
//!     .schedule(jobs.scheduler(clock))
//! ```
//!
//! Knows ports only.

mod cleanup;
mod options;
mod orphans;

pub use cleanup::{Cleanup, Retention};
pub use options::{OPTIONS, RefreshOptions};
pub use orphans::OrphanUploads;
