//! Several processes, or several lessons, at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::manifest::Manifest;
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
use esl_core::{Classify, ErrorKind, LessonId};
use esl_testkit::faults::{Fault, FaultPlan, PortCall};

use crate::world::{Process, World, lesson_text, on_paused_time};

/// A store that keeps nobody out, as object stores are.
#[derive(Debug)]
struct WithoutLocks(Arc<dyn ManifestStore>);

#[async_trait]
impl ManifestStore for WithoutLocks {
    fn location(&self, lesson: &LessonId) -> String {
        self.0.location(lesson)
    }

    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError> {
        self.0.read(lesson).await
    }

    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        self.0.write(lesson, manifest, expected).await
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        self.0.remove(lesson, expected).await
    }

    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError> {
        self.0.keep(lesson, manifest, most).await
    }

    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError> {
        self.0.any(fits).await
    }

    async fn lock(&self, _lesson: &LessonId) -> Result<LessonLock, ManifestError> {
        Ok(LessonLock::new(()))
    }
}

/// A process whose calls are now and then slow.
fn dawdling(world: &World, manifests: &Arc<dyn ManifestStore>, seed: u64) -> Process {
    let plan = [1, 4, 9].map(Duration::from_secs).map(Fault::Delay);
    let plan = plan.into_iter().fold(FaultPlan::none(), |plan, fault| {
        plan.sometimes(seed, 120, fault)
    });
    world.process_on(manifests.clone(), plan)
}

/// Two processes at once; then one more, to which nothing happens. How many of the two succeeded.
async fn two_at_once(world: &World, manifests: Arc<dyn ManifestStore>, seed: u64) -> usize {
    let text = lesson_text();
    let one = dawdling(world, &manifests, 2 * seed);
    let other = dawdling(world, &manifests, 2 * seed + 1);
    let (one, other) = tokio::join!(one.run(&text), other.run(&text));
    let mut succeeded = 0;
    for ended in [one, other] {
        match ended.expect("nobody kills it") {
            Ok(_) => succeeded += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}"),
        }
    }
    succeeded
}

#[test]
fn of_two_processes_at_once_the_second_is_sent_away() {
    on_paused_time(async {
        let text = lesson_text();
        let reference = World::new();
        reference.run(&text).await;
        for seed in 0..10 {
            let world = World::new();
            let succeeded = two_at_once(&world, world.manifests.clone(), seed).await;
            assert!(succeeded >= 1, "seed {seed}");
            world
                .check_done(&reference.page().await, &format!("seed {seed}"))
                .await;
        }
    });
}

#[test]
fn where_nobody_is_kept_out_the_earlier_process_ends_and_no_page_is_made_twice() {
    on_paused_time(async {
        let text = lesson_text();
        let reference = World::new();
        reference.run(&text).await;
        for seed in 0..10 {
            let world = World::new();
            let manifests = Arc::new(WithoutLocks(world.manifests.clone()));
            two_at_once(&world, manifests, seed).await;
            world.run(&text).await;
            world
                .check_done(&reference.page().await, &format!("seed {seed}"))
                .await;
        }
    });
}

#[test]
fn a_process_that_comes_too_late_to_the_lesson_does_nothing_more() {
    on_paused_time(async {
        let text = lesson_text();
        let world = World::new();
        let manifests: Arc<dyn ManifestStore> = Arc::new(WithoutLocks(world.manifests.clone()));
        // Stands still where the page would be announced next.
        let pause = Fault::Delay(Duration::from_secs(600));
        let plan = FaultPlan::none().on(PortCall::WriteManifest, 2, pause);
        let zombie = world.process_on(manifests.clone(), plan);
        let successor = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            world
                .process_on(manifests, FaultPlan::none())
                .run(&text)
                .await
        };
        let (zombie, successor) = tokio::join!(zombie.run(&text), successor);
        assert_eq!(zombie.unwrap().unwrap_err().kind(), ErrorKind::Conflict);
        let report = successor.unwrap().unwrap();
        assert_eq!(world.notion.page_count(), 1);
        assert_eq!(world.manifest().await.page_id, report.page_id);
        assert_eq!(world.manifest().await.run.unwrap().epoch, 2);
    });
}

#[test]
fn lessons_that_share_lines_speak_them_once() {
    on_paused_time(async {
        let text = lesson_text();
        let world = World::new();
        let process = world.process(FaultPlan::none());
        let [one, other] = ["one.md", "other.md"].map(|id| LessonId::parse(id).unwrap());
        let (one, other) = tokio::join!(process.run_as(one, &text), process.run_as(other, &text));
        let [one, other] = [one, other].map(|run| run.unwrap().unwrap());
        assert_ne!(one.page_id, other.page_id);
        assert!(world.spoken().values().all(|times| *times == 1));
    });
}
