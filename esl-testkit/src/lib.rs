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
//! The workspaces and stores in memory refuse what the real services refuse, and touch neither disk
//! nor network. The same services over HTTP are in `fakes`.

#[cfg(feature = "browser")]
pub mod browser;
pub mod conformance;
#[cfg(feature = "fakes")]
pub mod fakes;
pub mod faults;
mod fixture;
mod jobs_fixture;
mod lessons;
mod manual_clock;
mod memory;
mod permits_fixture;
mod runtime_clock;
#[cfg(unix)]
pub mod services;
#[cfg(feature = "fakes")]
mod sound;
mod tone;

pub use fixture::{Fixture, NotionFixture, run_test};
pub use jobs_fixture::{JobPorts, JobsFixture, OpenTransaction, OpensTransactions};
pub use lessons::made_up_lesson;
pub use manual_clock::ManualClock;
pub use memory::{
    MemoryArtifactStore, MemoryManifestStore, MemoryNotion, MemoryUploadStore, NotionCall,
};
pub use permits_fixture::PermitsFixture;
pub use runtime_clock::RuntimeClock;
pub use tone::ToneTts;
