//! What adapters of the ports are tested with: conformance suites, strict fakes, fixtures.
//!
//! An adapter's test is a fixture and one line:
//!
//! ```
//! use std::sync::Arc;
//!
//! use esl_core::ports::ManifestStore;
//! use esl_testkit::{Fixture, MemoryManifestStore};
//!
//! async fn fresh_store() -> Fixture<dyn ManifestStore> {
//!     Fixture::new(Arc::new(MemoryManifestStore::default()))
//! }
//!
//! esl_testkit::manifest_store_suite!(fresh_store);
//! # fn main() {}
//! ```
//!
//! The fakes in here refuse what the real services refuse; none of them touches disk or network.

#[cfg(feature = "browser")]
pub mod browser;
pub mod conformance;
pub mod faults;
mod fixture;
mod jobs_fixture;
mod manual_clock;
mod memory;
mod runtime_clock;
#[cfg(unix)]
pub mod services;
mod tone;

pub use fixture::{Fixture, NotionFixture, run_test};
pub use jobs_fixture::{JobPorts, JobsFixture, OpenTransaction, OpensTransactions};
pub use manual_clock::ManualClock;
pub use memory::{MemoryArtifactStore, MemoryManifestStore, MemoryNotion, NotionCall};
pub use runtime_clock::RuntimeClock;
pub use tone::ToneTts;
