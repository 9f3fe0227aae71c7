//! Durable jobs: stores, queues and the worker that runs what they hold.
//!
//! Adapters of the ports of `esl-core` live here, one feature each; the worker knows ports only.

pub mod memory;
mod wakeups;
