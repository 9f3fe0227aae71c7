//! One page, whoever creates it, and whatever becomes of the request that does.

use std::sync::Arc;
use std::time::Duration;

use esl_core::manifest::{BlockDigest, Manifest, PendingImport};
use esl_core::ports::NotionError;
use esl_core::{
    Classify, Digest, ErrorKind, ProgressSink, RetryPolicy, RunId, Stage, StageEvent, StageStatus,
};
use esl_pipeline::pipeline::{ErrorClass, OnExisting, PipelineError, RunContext, RunOptions};
use esl_testkit::faults::ShowsLate;
use esl_testkit::{MemoryManifestStore, MemoryNotion, NotionCall, RuntimeClock};

use crate::world::{LESSON, World, context, lesson_id, request, run};

#[tokio::test]
async fn a_failed_creation_is_not_left_pending() {
    let world = World::new();
    let refused = NotionError::Forbidden {
        operation: "create a page",
        source: None,
    };
    world.notion.fail_next(NotionCall::CreatePage, refused);
    let error = run(world.silent(), LESSON).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::ConfigurationError);
    assert_eq!(world.manifest().await.unwrap().pending_import, None);
    run(world.silent(), LESSON).await.unwrap();
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn an_unanswered_creation_is_looked_into_and_then_repeated() {
    let world = World::new();
    let dropped = || NotionError::Unavailable {
        operation: "create a page",
        source: "connection reset".into(),
    };
    world.notion.fail_next(NotionCall::CreatePage, dropped());
    run(world.silent(), LESSON).await.unwrap_err();
    run(world.silent(), LESSON).await.unwrap();
    assert_eq!(world.notion.page_count(), 1);
}

/// How long a run takes whose first creation fails so, in a workspace that finds pages 10 s late and
/// carries out requests up to 60 s late.
async fn time_after(failure: NotionError) -> Duration {
    let (world, clock) = (World::new(), Arc::new(RuntimeClock::default()));
    let pages = Arc::new(MemoryNotion::new(clock.clone()));
    pages.fail_next(NotionCall::CreatePage, failure);
    let notion = ShowsLate::new(pages.clone(), clock, Duration::from_secs(10));
    let notion = notion.admitting_delays(Duration::from_secs(60));
    let builder = world.silent().notion_retry(RetryPolicy::default());
    let builder = builder.notion(Arc::new(notion), MemoryNotion::source());
    let start = tokio::time::Instant::now();
    run(builder, LESSON).await.unwrap();
    assert_eq!(pages.page_count(), 1);
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_page_is_waited_for_as_long_as_it_may_come() {
    let (operation, seconds) = ("create a page", Duration::from_secs);
    let unanswered = |after| NotionError::Unanswered {
        operation,
        after,
        source: "no answer".into(),
    };
    let failed = NotionError::Unavailable {
        operation,
        source: "503".into(),
    };
    for (failure, least) in [
        (failed, seconds(10)),
        (unanswered(seconds(50)), seconds(20)),
        (unanswered(Duration::ZERO), seconds(70)),
    ] {
        let case = format!("{failure:?}");
        let took = time_after(failure).await;
        assert!(
            least <= took && took < least + seconds(2),
            "{case}: {took:?}"
        );
    }
}

#[tokio::test]
async fn the_same_run_tries_again_at_once() {
    let world = World::new();
    let dropped = NotionError::RateLimited { retry_after: None };
    world.notion.fail_next(NotionCall::CreatePage, dropped);
    let pipeline = world.silent().build().unwrap();
    let run_id = RunId::random();
    let attempt = || {
        let request = request(LESSON, RunOptions::default());
        pipeline.run(request, RunContext::new(run_id))
    };
    attempt().await.unwrap_err();
    attempt().await.unwrap();
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn a_run_that_asked_for_another_page_makes_it_once() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let pipeline = world.silent().build().unwrap();
    let run_id = RunId::random();
    let attempt = || {
        let mut options = RunOptions::default();
        options.on_existing = OnExisting::New;
        pipeline.run(request(LESSON, options), RunContext::new(run_id))
    };
    let refused = NotionError::Forbidden {
        operation: "create a page",
        source: None,
    };
    world.notion.fail_next(NotionCall::CreatePage, refused);
    attempt().await.unwrap_err();
    let second = attempt().await.unwrap();
    assert_ne!(second.page_id, first.page_id);
    let third = attempt().await.unwrap();
    assert!(!third.changed);
    assert_eq!(
        (third.page_id, world.notion.page_count()),
        (second.page_id, 2)
    );
}

#[tokio::test]
async fn runs_of_one_lesson_make_one_page() {
    let world = World::new();
    let pipeline = Arc::new(world.silent().build().unwrap());
    let runs = (0..8).map(|_| {
        let pipeline = pipeline.clone();
        tokio::spawn(async move {
            let request = request(LESSON, RunOptions::default());
            pipeline.run(request, context()).await
        })
    });
    for run in runs.collect::<Vec<_>>() {
        run.await.unwrap().unwrap();
    }
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn of_several_processes_one_makes_the_page() {
    let world = World::new();
    let runs = (0..8).map(|_| {
        // A pipeline of its own, as another process would have.
        let pipeline = world.silent().build().unwrap();
        async move {
            let request = request(LESSON, RunOptions::default());
            pipeline.run(request, context()).await
        }
    });
    let runs: Vec<_> = runs.map(tokio::spawn).collect();
    let mut made = 0;
    for run in runs {
        match run.await.unwrap() {
            Ok(report) => made += u32::from(report.changed),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
        }
    }
    assert_eq!((made, world.notion.page_count()), (1, 1));
}

/// A listener that, as soon as a stage begins, writes the manifest as another run might.
#[derive(Debug)]
struct Intruder {
    manifests: Arc<MemoryManifestStore>,
    at: Stage,
}

impl ProgressSink for Intruder {
    fn emit(&self, event: StageEvent) {
        if (event.stage, event.status) == (self.at, StageStatus::Start) {
            self.manifests
                .tamper(&lesson_id(), intruding_manifest(Vec::new()));
        }
    }
}

/// Of a run that was about to create a page of the lesson's title that begins so.
fn intruding_manifest(begins_with: Vec<BlockDigest>) -> Vec<u8> {
    let long_ago = "2026-01-30T08:00:00Z".parse().unwrap();
    let mut manifest = Manifest::new(&Digest::of(""), long_ago);
    manifest.pending_import = Some(PendingImport {
        attempt_id: RunId::random(),
        data_source_id: MemoryNotion::source(),
        title: "Asking for Directions: Lost Near the Station".to_owned(),
        started_at: long_ago,
        begins_with,
        blocks: Vec::new(),
    });
    manifest.to_json()
}

async fn run_beside_an_intruder(world: &World, at: Stage) -> PipelineError {
    let context = RunContext {
        progress: Arc::new(Intruder {
            manifests: world.manifests.clone(),
            at,
        }),
        ..context()
    };
    let pipeline = world.silent().build().unwrap();
    let request = request(LESSON, RunOptions::default());
    pipeline.run(request, context).await.unwrap_err()
}

#[tokio::test]
async fn a_run_that_lost_the_lesson_makes_no_page() {
    let world = World::new();
    let error = run_beside_an_intruder(&world, Stage::Import).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.class(), ErrorClass::ManifestError);
    assert_eq!(world.notion.page_count(), 0);
}

#[tokio::test]
async fn a_page_that_no_manifest_names_is_found_by_its_intent() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    world
        .manifests
        .tamper(&lesson_id(), intruding_manifest(Vec::new()));
    let second = run(world.silent(), LESSON).await.unwrap();
    assert_eq!(second.page_id, first.page_id);
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn a_page_of_the_same_title_and_another_text_is_left_alone() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let another = BlockDigest::of("paragraph Read this twice.");
    world
        .manifests
        .tamper(&lesson_id(), intruding_manifest(vec![another]));
    let second = run(world.silent(), LESSON).await.unwrap();
    assert_ne!(second.page_id, first.page_id);
    assert_eq!(world.notion.page_count(), 2);
}
