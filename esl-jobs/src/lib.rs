//! Durable jobs: stores, queues and the worker that runs what they hold.
//!
//! Adapters of the ports of `esl-core` live here, one feature each; the worker knows ports only.

pub mod memory;
#[cfg(feature = "sqlite")]
mod migrations;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "sqlite")]
mod stored;
mod wakeups;
