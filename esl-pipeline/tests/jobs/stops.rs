//! Jobs that are cancelled, and jobs whose worker shuts down.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::job::FailureCode;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, HandlePayload as _, ProgressNote, Stored,
};
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};
use tokio::sync::Notify;

use crate::world::{Listener, World, context, spoken};

const LONG: Duration = Duration::from_secs(100);

/// A world in which the `nth` request for speech takes its time.
fn slow_at(nth: usize) -> World {
    let mut world = World::new();
    let plan = FaultPlan::none().on(PortCall::Synthesize, nth, Fault::Delay(LONG));
    let slow = Faulty::new(world.tts.clone(), Arc::new(Faults::new(plan)));
    world.front.tts = Some(Arc::new(slow));
    world
}

/// Whether all requests for speech but the slow one have been answered, and the page is there.
fn has_come_far(notes: &ProgressNote) -> bool {
    let (current, total) = (notes.data["current"].as_u64(), notes.data["total"].as_u64());
    current.is_some() && current.map(|current| current + 1) == total
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_job_stops_at_once_and_what_was_paid_for_is_kept() {
    let world = slow_at(2);
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let handlers = world.handlers();
    let begun = tokio::time::Instant::now();
    let (done, ()) = tokio::join!(handlers.run(spoken(), &job, &context), async {
        listener.heard(has_come_far).await;
        listener
            .heard(|note| note.output.contains_key("notionUrl"))
            .await;
        context.cancelled.cancel();
    });
    let error = done.unwrap_err();
    assert_eq!(error.failure.code, FailureCode::CANCELLED);
    assert!(begun.elapsed() < LONG / 2);
    assert!(listener.output("notionUrl").is_some());
    let kept = world.segments.keys().len();
    assert_eq!(kept, world.tts.calls());
    assert!(world.files("recordings").is_empty());
    // A job that is submitted anew goes on from there.
    let world = world.front_is_fast();
    world.homework().await;
    let segments = world.manifest().await.unwrap().segments.len();
    assert_eq!(world.notion.page_count(), 1);
    assert_eq!(world.tts.calls(), segments);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_what_is_paid_for_and_another_attempt_goes_on() {
    let world = slow_at(2);
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let handlers = world.handlers();
    let (done, ()) = tokio::join!(handlers.run(spoken(), &job, &context), async {
        listener.heard(has_come_far).await;
        context.shutting_down.cancel();
    });
    assert!(done.unwrap_err().is_interrupted);
    assert_eq!(world.segments.keys().len(), world.tts.calls());
    let next = crate::world::context(&job, &listener);
    let done = world.handlers().run(spoken(), &job, &next).await.unwrap();
    assert!(done.output.contains_key("audioUrl"));
    assert_eq!(world.notion.page_count(), 1);
    let segments = world.manifest().await.unwrap().segments.len();
    assert_eq!(world.tts.calls(), segments);
}

/// Stores what it is given and never says so.
#[derive(Debug)]
struct NeverAnswers {
    inner: FsArtifactStore,
    stored: Arc<Notify>,
}

#[async_trait]
impl ArtifactStore for NeverAnswers {
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError> {
        self.inner.put(key, body, meta).await?;
        self.stored.notify_one();
        std::future::pending().await
    }

    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError> {
        self.inner.get(key).await
    }

    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError> {
        self.inner.head(key).await
    }

    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError> {
        self.inner.delete(key).await
    }

    async fn url(&self, key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError> {
        self.inner.url(key).await
    }

    fn place(&self, key: &ArtifactKey) -> Option<ArtifactPlace> {
        self.inner.place(key)
    }

    async fn check(&self) -> Result<(), ArtifactError> {
        self.inner.check().await
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_cancelled_job_was_uploading_is_taken_back() {
    let mut world = World::new();
    let bucket = FsArtifactStore::new(world.folder.path().join("bucket"));
    let stored = Arc::new(Notify::new());
    world.front.bucket = Some(Arc::new(NeverAnswers {
        inner: bucket.served_at("https://cdn.example/"),
        stored: stored.clone(),
    }));
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let handlers = world.handlers();
    let (done, ()) = tokio::join!(handlers.run(spoken(), &job, &context), async {
        stored.notified().await;
        assert_eq!(world.files("bucket").len(), 1);
        context.cancelled.cancel();
    });
    assert_eq!(done.unwrap_err().failure.code, FailureCode::CANCELLED);
    assert!(world.files("bucket").is_empty());
    // The recording itself stands in the manifest.
    let audio = world.manifest().await.unwrap().audio.unwrap();
    assert!(std::path::Path::new(&audio.path.unwrap()).exists());
    assert_eq!(audio.key, None);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_does_not_come_to_a_safe_point_is_cut_off() {
    let mut world = World::new();
    let plan = FaultPlan::none().on(PortCall::CreatePage, 1, Fault::Delay(LONG));
    let slow = Faulty::new(world.notion.clone(), Arc::new(Faults::new(plan)));
    world.front.notion = Some(Arc::new(slow));
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let handlers = world.handlers();
    let begun = tokio::time::Instant::now();
    let (done, ()) = tokio::join!(handlers.run(spoken(), &job, &context), async {
        listener.heard(|note| note.data["stage"] == "import").await;
        context.cancelled.cancel();
    });
    assert_eq!(done.unwrap_err().failure.code, FailureCode::CANCELLED);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(world.notion.page_count(), 0);
}
