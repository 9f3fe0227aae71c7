//! Adapters that keep everything in memory: strict, and countable by tests.

mod artifact_store;
mod manifest_store;
mod notion;

pub use artifact_store::MemoryArtifactStore;
pub use manifest_store::MemoryManifestStore;
pub use notion::{MemoryNotion, NotionCall};
