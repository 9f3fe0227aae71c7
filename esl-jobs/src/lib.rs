//! Durable jobs: stores, queues and the worker that runs what they hold.
//!
//! Adapters of the ports of `esl-core` live here, one feature each; the worker knows ports only.

pub mod memory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod migrations;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod stored;
mod wakeups;
pub mod worker;
