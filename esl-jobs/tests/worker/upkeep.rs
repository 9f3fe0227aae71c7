//! Upkeep: when it is submitted, and what it does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::{
    CleanupScope, LessonRun, MaintenanceCleanup, MaintenanceRefreshOptions, MaintenanceVerify,
};
use esl_core::job::{
    Actor, FailureCode, Job, JobId, JobState, NewJob, Priority, UpkeepTask, UserId,
};
use esl_core::ports::{
    Claim, Clock, Done, EventLog, HandlePayload, JobContext, JobError, JobFilter, JobStore,
    OptionsSource, SettingsStore, Sweeper, UploadStore,
};
use esl_jobs::Scheduler;
use esl_jobs::maintenance::{Cleanup, OrphanUploads, RefreshOptions, Retention};
use esl_jobs::worker::WorkerBuilder;
use esl_testkit::MemoryUploadStore;
use serde_json::{Value, json};

use crate::handlers::Chore;
use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn scheduler(world: &World, namespace: &str) -> Scheduler {
    Scheduler::new(world.jobs.clone(), world.clock.clone(), namespace)
}

/// How often each task was submitted.
async fn submitted(world: &World) -> [usize; 3] {
    let mut filter = JobFilter::default();
    filter.limit = 1000;
    let jobs = world.jobs.list(&filter).await.unwrap();
    UpkeepTask::ALL.map(|task| {
        let kind = task.by_hand(Actor::System).kind;
        jobs.iter().filter(|job| job.head.kind == kind).count()
    })
}

/// Starts everything there is and has it succeed.
async fn do_all(world: &World) {
    let worker = world.worker().id();
    let claim = Claim::next(worker, 2000, HOUR);
    for job in world.jobs.claim(claim).await.unwrap() {
        world.succeed(job.head.attempt()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_is_submitted_once_for_each_of_its_times_whoever_looks() {
    let world = World::new();
    let mut schedulers = [scheduler(&world, "a"), scheduler(&world, "a")];
    for (later, expected) in [
        (Duration::ZERO, [1, 1, 1]),
        (HOUR / 2, [1, 1, 1]),
        (HOUR / 2, [1, 2, 1]),
        (2 * HOUR, [2, 3, 1]),
        // Nobody was there for ten days.
        (10 * DAY, [3, 4, 2]),
        (Duration::ZERO, [3, 4, 2]),
    ] {
        tokio::time::advance(later).await;
        for scheduler in &mut schedulers {
            scheduler.submit_due().await.unwrap();
        }
        // Who comes anew remembers nothing.
        scheduler(&world, "a").submit_due().await.unwrap();
        assert_eq!(submitted(&world).await, expected);
        do_all(&world).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_never_overlaps_itself_and_is_made_up_for() {
    let world = World::new();
    let mut scheduler = scheduler(&world, "a");
    let by_hand = world
        .submit_job(UpkeepTask::RefreshOptions.by_hand(Actor::System))
        .await;
    scheduler.submit_due().await.unwrap();
    assert_eq!(submitted(&world).await, [1, 1, 1]);
    let again = world
        .submit_job(UpkeepTask::RefreshOptions.by_hand(Actor::System))
        .await;
    assert_eq!(again, by_hand);
    do_all(&world).await;
    scheduler.submit_due().await.unwrap();
    assert_eq!(submitted(&world).await, [1, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn planned_upkeep_waits_behind_other_work_and_upkeep_by_hand_goes_first() {
    let world = World::new();
    scheduler(&world, "a").submit_due().await.unwrap();
    world.submit(Chore::Succeed).await;
    let by_hand = UpkeepTask::Verify.by_hand(Actor::System);
    assert_eq!(by_hand.priority, Priority::CRITICAL);
    let claim = Claim::next(world.worker().id(), 1, HOUR);
    let first = world.jobs.claim(claim).await.unwrap().remove(0);
    assert_eq!(first.head.priority, Priority::NORMAL);
}

#[derive(Debug)]
struct Nothing;

#[async_trait]
impl HandlePayload<MaintenanceVerify> for Nothing {
    async fn run(
        &self,
        _payload: MaintenanceVerify,
        _job: &Job,
        _context: &JobContext,
    ) -> Result<Done, JobError> {
        Ok(Done::default())
    }
}

/// Three files of the dead.
#[derive(Debug)]
struct Attic;

#[async_trait]
impl Sweeper for Attic {
    fn scope(&self) -> CleanupScope {
        CleanupScope::TempFiles
    }

    async fn sweep(&self, context: &JobContext) -> Result<usize, JobError> {
        context.check()?;
        Ok(3)
    }
}

#[derive(Debug)]
struct Lists(&'static str, Result<Value, JobError>);

#[async_trait]
impl OptionsSource for Lists {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn list(&self) -> Result<Vec<Value>, JobError> {
        self.1.clone().map(|one| vec![one])
    }
}

fn upkeep(world: &World, sources: Vec<Arc<dyn OptionsSource>>) -> WorkerBuilder {
    let mut retention = Retention::default();
    retention.jobs = Some(7 * DAY);
    let cleanup = Cleanup::new(world.jobs.clone(), world.clock.clone(), retention);
    world
        .builder()
        .handles::<MaintenanceCleanup>(cleanup.sweeping(Arc::new(Attic)))
        .handles::<MaintenanceRefreshOptions>(RefreshOptions::new(world.jobs.clone(), sources))
        .handles::<MaintenanceVerify>(Nothing)
}

/// Cleans up now, with a worker that is there only meanwhile.
async fn cleaned_up(world: &World, scope: Option<CleanupScope>) -> Value {
    let payload = MaintenanceCleanup {
        scope,
        ..MaintenanceCleanup::default()
    };
    let working = world.run_with(upkeep(world, Vec::new()));
    let id = world.submit_job(NewJob::new(&payload)).await;
    let job = world.ended(id).await;
    working.shut_down().await;
    assert_eq!(job.head.state, JobState::Succeeded);
    job.output.into()
}

async fn is_there(world: &World, id: JobId) -> bool {
    !world.jobs.jobs(&[id]).await.unwrap().is_empty()
}

#[tokio::test(start_paused = true)]
async fn a_worker_with_a_scheduler_does_upkeep() {
    let world = World::new();
    let voices = Lists("voices", Ok(json!("Anna")));
    let worker = upkeep(&world, vec![Arc::new(voices)]);
    let worker = worker.schedule(scheduler(&world, "a")).build().unwrap();
    tokio::spawn(worker.run(Default::default()));
    tokio::time::sleep(DAY + HOUR / 2).await;
    assert_eq!(submitted(&world).await, [2, 25, 1]);
    let counts = world.jobs.counts().await.unwrap();
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [(JobState::Succeeded, 28)]
    );
}

#[tokio::test(start_paused = true)]
async fn cleanup_forgets_what_is_past_its_time() {
    let world = World::new();
    let old = world.submit(Chore::Succeed).await;
    do_all(&world).await;
    tokio::time::advance(8 * DAY).await;
    let recent = world.submit(Chore::Succeed).await;
    do_all(&world).await;
    let swept = cleaned_up(&world, Some(CleanupScope::TempFiles)).await;
    assert_eq!(swept, json!({"temp_files": 3}));
    assert!(is_there(&world, old).await);
    let all = cleaned_up(&world, None).await;
    let expected = json!({"expired_jobs": 1, "expired_events": 0, "temp_files": 3});
    assert_eq!(all, expected);
    assert!(!is_there(&world, old).await && is_there(&world, recent).await);
    tokio::time::advance(31 * DAY).await;
    let late = cleaned_up(&world, None).await;
    // The recent job and two of upkeep; their events, and those of the old job.
    assert_eq!(
        (&late["expired_jobs"], &late["expired_events"]),
        (&json!(3), &json!(12))
    );
    assert_eq!(world.jobs.horizon().await.unwrap().as_u64(), 12);
}

#[tokio::test(start_paused = true)]
async fn cleanup_goes_through_more_than_one_batch() {
    let world = World::new();
    let chores = (0..1200).map(|_| NewJob::new(&Chore::Succeed)).collect();
    world.jobs.submit(chores).await.unwrap();
    do_all(&world).await;
    tokio::time::advance(40 * DAY).await;
    let output = cleaned_up(&world, None).await;
    assert_eq!(
        (&output["expired_jobs"], &output["expired_events"]),
        (&json!(1200), &json!(3600))
    );
}

#[tokio::test(start_paused = true)]
async fn lists_are_refreshed_as_far_as_services_answer() {
    let world = World::new();
    let broken = JobError::permanent(FailureCode::CREDENTIALS_REJECTED, "the key is refused");
    let databases = Arc::new(Lists("databases", Err(broken)));
    let voices = Arc::new(Lists("voices", Ok(json!({"id": "v1"}))));
    world.run_with(upkeep(&world, vec![databases, voices]));
    let id = world
        .submit_job(UpkeepTask::RefreshOptions.by_hand(Actor::System))
        .await;
    let job = world.ended(id).await;
    assert_eq!(
        job.head.failure.unwrap().code,
        FailureCode::CREDENTIALS_REJECTED
    );
    let kept = SettingsStore::read(world.jobs.as_ref(), "options.")
        .await
        .unwrap();
    assert_eq!(kept.keys().collect::<Vec<_>>(), ["options.voices"]);
    let now = world.clock.now();
    let voices = &kept["options.voices"];
    assert_eq!(
        (&voices.value, voices.updated_at),
        (&json!([{"id": "v1"}]), now)
    );
}

#[tokio::test(start_paused = true)]
async fn uploads_that_no_job_names_go_after_a_day() {
    let world = World::new();
    let uploads = Arc::new(MemoryUploadStore::new(world.clock.clone()));
    let put = async |owner| uploads.put(owner, "# A lesson".into()).await.unwrap();
    let (ann, bob) = (Some(UserId::new()), Some(UserId::new()));
    let (named, nobodys, orphan) = (put(ann).await, put(None).await, put(ann).await);
    for (owner, id) in [(ann, named), (None, nobodys), (bob, orphan)] {
        let payload = LessonRun {
            md: format!("upload:{id}"),
            ..LessonRun::default()
        };
        let job = NewJob::new(&payload);
        world.submit_job(NewJob { owner, ..job }).await;
    }
    tokio::time::advance(DAY + HOUR).await;
    let fresh = put(ann).await;
    let sweeper = OrphanUploads::new(uploads.clone(), world.jobs.clone(), world.clock.clone());
    let cleanup = Cleanup::new(
        world.jobs.clone(),
        world.clock.clone(),
        Retention::default(),
    );
    let cleanup = cleanup.sweeping(Arc::new(sweeper));
    world.run_with(world.builder().handles::<MaintenanceCleanup>(cleanup));
    let by_hand = world
        .submit_job(UpkeepTask::Cleanup.by_hand(Actor::System))
        .await;
    let job = world.ended(by_hand).await;
    assert_eq!(job.output["orphan_uploads"], 1);
    let is_there = async |owner, id| uploads.get(owner, id).await.unwrap().is_some();
    assert!(is_there(ann, named).await && is_there(None, nobodys).await);
    assert!(is_there(ann, fresh).await && !is_there(ann, orphan).await);
}
