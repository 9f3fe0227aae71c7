//! Adapters that keep everything in memory: strict, and countable by tests.

mod artifact_store;
mod manifest_store;
mod notion;
mod upload_store;

pub use artifact_store::MemoryArtifactStore;
pub use manifest_store::MemoryManifestStore;
pub use notion::{MemoryNotion, NotionCall};
pub use upload_store::MemoryUploadStore;
