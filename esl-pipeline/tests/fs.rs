//! The local folders against the contracts of their ports.
#![cfg(feature = "fs")]

use std::sync::Arc;

use esl_core::ports::{ArtifactStore, ManifestStore, UploadStore};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore, FsUploadStore};
use esl_testkit::Fixture;

mod manifests {
    use super::*;

    async fn fresh_store() -> Fixture<dyn ManifestStore> {
        let root = tempfile::tempdir().unwrap();
        let store = FsManifestStore::new(root.path());
        Fixture::guarded(Arc::new(store), root)
    }

    esl_testkit::manifest_store_suite!(fresh_store);
}

mod artifacts {
    use super::*;

    async fn fresh_store() -> Fixture<dyn ArtifactStore> {
        let root = tempfile::tempdir().unwrap();
        let store = FsArtifactStore::new(root.path());
        Fixture::guarded(Arc::new(store), root)
    }

    esl_testkit::artifact_store_suite!(fresh_store);
}

mod uploads {
    use super::*;

    async fn fresh_store() -> Fixture<dyn UploadStore> {
        let root = tempfile::tempdir().unwrap();
        let store = FsUploadStore::new(root.path());
        Fixture::guarded(Arc::new(store), root)
    }

    esl_testkit::upload_store_suite!(fresh_store);
}
