//! Manifests, artifacts, uploads and shared documents in local folders.
//!
//! Every file appears whole or not at all: it is written beside its place, flushed to the disk and
//! renamed. Blocking calls run on the blocking pool and are never cut short, so dropping a future
//! leaves no half-done work. Nothing here knows what a manifest or an artifact means.

mod artifact_store;
mod atomic;
mod config_source;
mod manifest_copies;
mod manifest_store;
mod temp_files;
mod upload_store;

use std::io;

pub use artifact_store::FsArtifactStore;
pub use config_source::FsConfigSource;
pub use manifest_store::FsManifestStore;
pub use temp_files::TempFiles;
pub use upload_store::FsUploadStore;

/// Runs blocking file work to its end on the blocking pool.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|died| Err(io::Error::other(died)))
}

fn unless_missing<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
