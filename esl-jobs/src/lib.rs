//! Durable jobs: stores, queues and the worker that runs what they hold.
//!
//! Adapters of the ports of `esl-core` live here, one feature each; the worker knows ports only.
//! [`connect()`] turns addresses into adapters, [`worker::Worker`] runs what they hold.
//!
//! A kind of job of one's own is a [`Payload`](esl_core::job::Payload) and a
//! [`HandlePayload`](esl_core::ports::HandlePayload); `examples/jobs.rs` is a whole program with one.

mod accepted;
mod connect;
pub mod maintenance;
pub mod memory;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod migrate;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod migrations;
#[cfg(any(feature = "email", feature = "webhook"))]
pub mod notify;
pub mod permits;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
mod scheduler;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod stored;
mod wakeups;
pub mod worker;

pub use connect::{
    DEFAULT_DATABASE_URL, DEFAULT_NAMESPACE, DEFAULT_POOL_SIZE, Jobs, Places, connect,
};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use migrate::migrate;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use migrations::{SchemaChange, SchemaStep, SchemaVersion};
pub use scheduler::Scheduler;
