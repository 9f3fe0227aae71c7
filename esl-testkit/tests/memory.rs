//! The adapters in memory keep the contracts of their ports.

use std::sync::Arc;

use esl_core::ports::{ArtifactStore, Clock, ManifestStore, SystemClock, Tts, UploadStore};
use esl_testkit::{
    Fixture, ManualClock, MemoryArtifactStore, MemoryManifestStore, MemoryNotion,
    MemoryUploadStore, NotionFixture, ToneTts,
};

async fn manifest_store() -> Fixture<dyn ManifestStore> {
    Fixture::new(Arc::new(MemoryManifestStore::default()))
}

async fn artifact_store() -> Fixture<dyn ArtifactStore> {
    Fixture::new(Arc::new(MemoryArtifactStore::default()))
}

async fn upload_store() -> Fixture<dyn UploadStore> {
    Fixture::new(Arc::new(MemoryUploadStore::default()))
}

async fn workspace() -> NotionFixture {
    NotionFixture {
        workspace: Fixture::new(Arc::new(MemoryNotion::default())),
        source: MemoryNotion::source(),
    }
}

async fn speech() -> Fixture<dyn Tts> {
    Fixture::new(Arc::new(ToneTts::default()))
}

async fn manual_clock() -> Fixture<dyn Clock> {
    Fixture::new(Arc::new(ManualClock::default()))
}

async fn system_clock() -> Fixture<dyn Clock> {
    Fixture::new(Arc::new(SystemClock))
}

mod stores {
    use super::{artifact_store, manifest_store, speech, upload_store, workspace};

    esl_testkit::manifest_store_suite!(manifest_store);
    esl_testkit::artifact_store_suite!(artifact_store);
    esl_testkit::upload_store_suite!(upload_store);
    esl_testkit::notion_suite!(workspace);
    esl_testkit::tts_suite!(speech);
}

mod manual {
    use super::manual_clock;

    esl_testkit::clock_suite!(manual_clock);
}

mod system {
    use super::system_clock;

    esl_testkit::clock_suite!(system_clock);
}
