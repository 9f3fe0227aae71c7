//! Attempts of a worker that fail, and those that follow.

use std::sync::Arc;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::payload::LessonRun;
use esl_core::job::{FailureCode, JobState, NewJob};
use esl_core::ports::{ArtifactStore, EventLog as _, JobStore as _};
use esl_jobs::worker::Worker;
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};

use crate::world::{World, spoken};

/// The bucket of `world`, going wrong as the plan says.
fn bucket(world: &World, plan: FaultPlan) -> Arc<dyn ArtifactStore> {
    let bucket = FsArtifactStore::new(world.folder.path().join("bucket"));
    let bucket = bucket.served_at("https://cdn.example/");
    Arc::new(Faulty::new(Arc::new(bucket), Arc::new(Faults::new(plan))))
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_fails_once_makes_no_second_page_and_buys_no_speech_twice() {
    let mut world = World::new();
    let plan = FaultPlan::none().on(PortCall::PutArtifact, 1, Fault::Fail);
    world.front.bucket = Some(bucket(&world, plan));
    let shutdown = CancellationToken::new();
    let worker = Worker::builder(world.jobs.clone(), world.jobs.clone())
        .handles::<LessonRun>(world.handlers())
        .build()
        .unwrap();
    let working = tokio::spawn(worker.run(shutdown.clone()));
    let new = NewJob::new(&spoken());
    let id = new.id;
    world.jobs.submit(vec![new]).await.unwrap();
    let mut failures = Vec::new();
    let job = loop {
        let seen = world.jobs.head().await.unwrap();
        let job = world.jobs.jobs(&[id]).await.unwrap().remove(0);
        failures.extend(job.head.failure.clone().map(|failure| failure.code));
        if job.head.state.is_terminal() {
            break job;
        }
        let a_day = Duration::from_secs(24 * 3600);
        world.jobs.wait(seen, a_day).await.unwrap();
    };
    shutdown.cancel();
    working.await.unwrap();
    assert_eq!(job.head.state, JobState::Succeeded);
    assert_eq!(job.head.attempt, 2);
    assert!(failures.contains(&FailureCode::STORAGE_UNAVAILABLE));
    assert_eq!(world.notion.page_count(), 1);
    assert_eq!(
        world.tts.calls(),
        world.manifest().await.unwrap().segments.len()
    );
    for field in ["manifestPath", "notionUrl", "audioUrl", "phases"] {
        assert!(job.output.contains_key(field), "{field}");
    }
}
