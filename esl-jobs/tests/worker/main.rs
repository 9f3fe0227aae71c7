//! The worker on jobs in memory, in time that the test's runtime makes up.

mod handlers;
mod health;
mod logs;
#[cfg(feature = "metrics")]
mod metrics;
mod upkeep;
mod world;

use std::sync::atomic::Ordering;
use std::time::Duration;

use esl_core::job::{self, FailureCode, JobState, NewJob, News, Report};
use esl_core::ports::{Claim, Hint, JobStore};
use esl_jobs::worker::{BuildError, Step, Worker, WorkerConfig};
use tokio::time::Instant;

use handlers::Chore;
use world::World;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_job_is_run_and_what_came_of_it_is_kept() {
    let world = World::new();
    let id = world.submit(Chore::Succeed).await;
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!(job.head.state, JobState::Succeeded);
    assert_eq!(job.output["said"], "done");
    assert_eq!((job.head.attempt, job.head.lease), (1, None));
}

#[tokio::test(start_paused = true)]
async fn three_jobs_run_at_the_same_time_and_the_fourth_waits() {
    let world = World::new();
    let started = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.submit(Chore::Take { seconds: 2 }).await);
    }
    world.run().await;
    for id in &ids[..3] {
        world.ended(*id).await;
    }
    assert!(started.elapsed() < 3 * SECOND);
    world.ended(ids[3]).await;
    assert!(started.elapsed() >= 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_starts_a_job_as_soon_as_it_hears_of_it() {
    let world = World::new();
    world.run().await;
    tokio::time::sleep(1000 * SECOND).await;
    let submitted = Instant::now();
    let id = world.submit(Chore::Succeed).await;
    world.ended(id).await;
    assert!(submitted.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_hardly_asks() {
    let world = World::new();
    let (_worker, counted) = world.run_counted();
    tokio::time::sleep(60 * SECOND).await;
    // It claims before and after each question at most.
    let claims = 2 * counted.asked.load(Ordering::Relaxed);
    assert!((2..60).contains(&claims), "{claims} claims in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_is_tried_again_and_then_given_up() {
    let world = World::new();
    let new = NewJob {
        max_attempts: 3,
        ..NewJob::new(&Chore::FailForNow)
    };
    let id = world.submit_job(new).await;
    let started = Instant::now();
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!((job.head.state, job.head.attempt), (JobState::Failed, 3));
    assert_eq!(job.head.failure.unwrap().code, FailureCode::NETWORK);
    // One second and two, with a fifth of jitter either way.
    assert!(started.elapsed() >= SECOND * 12 / 5);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_without_a_shutdown_costs_an_attempt() {
    let world = World::new();
    let id = world.submit(Chore::BeInterrupted).await;
    world.run().await;
    let head = world.ended(id).await.head;
    assert_eq!((head.state, head.attempt), (JobState::Failed, 5));
    assert_eq!(head.failure.unwrap().code, FailureCode::INTERNAL);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_is_not_tried_again() {
    let world = World::new();
    let id = world.submit(Chore::FailForGood).await;
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!((job.head.state, job.head.attempt), (JobState::Failed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_takes_nobody_with_it() {
    let world = World::new();
    let new = NewJob {
        max_attempts: 1,
        ..NewJob::new(&Chore::Panic)
    };
    let bad = world.submit_job(new).await;
    let good = world.submit(Chore::Take { seconds: 2 }).await;
    world.run().await;
    let job = world.ended(bad).await;
    assert_eq!(job.head.failure.unwrap().code, FailureCode::INTERNAL);
    assert_eq!(world.ended(good).await.head.state, JobState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_job_stops_within_a_second_and_frees_its_slot() {
    let world = World::with(world::one_slot());
    let long = world.submit(Chore::UntilCancelled).await;
    world.run().await;
    world.reaches(long, JobState::Running).await;
    let next = world.submit(Chore::Succeed).await;
    let cancelled = Instant::now();
    let news = News::Cancelled { reason: None };
    world
        .report(Report::about(long, job::Actor::System, news))
        .await;
    world.ended(next).await;
    assert!(cancelled.elapsed() <= SECOND + SECOND / 10);
    let job = world.ended(long).await;
    assert_eq!(job.head.state, JobState::Cancelled);
    assert!(!job.output.contains_key("said"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_listen_is_dropped_after_a_while() {
    let world = World::with(world::one_slot());
    let deaf = world.submit(Chore::Take { seconds: 86_400 }).await;
    world.run().await;
    world.reaches(deaf, JobState::Running).await;
    let news = News::Cancelled { reason: None };
    world
        .report(Report::about(deaf, job::Actor::System, news))
        .await;
    let next = world.submit(Chore::Succeed).await;
    let waited = Instant::now();
    world.ended(next).await;
    assert!(waited.elapsed() < 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_stopped_and_may_be_repeated() {
    let world = World::new();
    let new = NewJob {
        max_attempts: 2,
        ..NewJob::new(&Chore::UntilCancelled)
    };
    let id = world.submit_job(new).await;
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!((job.head.state, job.head.attempt), (JobState::Failed, 2));
    assert_eq!(job.head.failure.unwrap().code, FailureCode::TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_long_job_keeps_its_lease() {
    let world = World::new();
    let id = world.submit(Chore::Take { seconds: 600 }).await;
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!((job.head.state, job.head.attempt), (JobState::Succeeded, 1));
    assert_eq!(job.head.stalls, 0);
}

#[tokio::test(start_paused = true)]
async fn the_job_of_a_dead_worker_is_run_by_another_within_ninety_seconds() {
    let world = World::new();
    let id = world.submit(Chore::Succeed).await;
    let dead = Claim::next(job::WorkerId::new(), 1, 60 * SECOND);
    assert_eq!(world.jobs.claim(dead).await.unwrap().len(), 1);
    let died = Instant::now();
    world.run().await;
    let job = world.ended(id).await;
    assert!(died.elapsed() <= 90 * SECOND);
    assert_eq!((job.head.state, job.head.attempt), (JobState::Succeeded, 2));
}

#[tokio::test(start_paused = true)]
async fn jobs_nobody_can_do_fail_and_the_worker_goes_on() {
    let world = World::new();
    let mut unknown = NewJob::new(&Chore::Succeed);
    unknown.kind = "test.unheard_of".parse().unwrap();
    let mut unreadable = NewJob::new(&Chore::Succeed);
    unreadable.payload.fields.clear();
    let unknown = world.submit_job(unknown).await;
    let unreadable = world.submit_job(unreadable).await;
    let good = world.submit(Chore::Succeed).await;
    world.run().await;
    for (id, code) in [
        (unknown, FailureCode::UNKNOWN_TYPE),
        (unreadable, FailureCode::PAYLOAD_UNREADABLE),
    ] {
        let head = world.ended(id).await.head;
        assert_eq!((head.state, head.attempt), (JobState::Failed, 1));
        assert_eq!(head.failure.unwrap().code, code);
    }
    assert_eq!(world.ended(good).await.head.state, JobState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_what_ends_in_time_and_gives_back_the_rest() {
    let world = World::new();
    let short = world.submit(Chore::Take { seconds: 15 }).await;
    let long = world.submit(Chore::Take { seconds: 300 }).await;
    let polite = world.submit(Chore::UntilShutdown).await;
    let worker = world.run().await;
    world.reaches(long, JobState::Running).await;
    let late = world.submit(Chore::Succeed).await;
    let began = Instant::now();
    worker.shut_down().await;
    assert!(began.elapsed() <= 26 * SECOND);
    assert_eq!(world.job(short).await.head.state, JobState::Succeeded);
    for id in [long, polite] {
        let head = world.job(id).await.head;
        assert_eq!(
            (head.state, head.attempt, head.max_attempts),
            (JobState::Queued, 1, 6)
        );
    }
    assert_eq!(world.job(late).await.head.attempt, 0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_with_nothing_to_wait_for_is_over_at_once() {
    let world = World::new();
    let worker = world.run().await;
    tokio::time::sleep(SECOND).await;
    let began = Instant::now();
    worker.shut_down().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn every_stage_is_told_and_other_notes_four_times_a_second() {
    let world = World::new();
    let id = world.submit(Chore::TellMuch).await;
    world.run().await;
    let job = world.ended(id).await;
    assert_eq!(job.head.stage.as_deref(), Some("second"));
    assert_eq!(job.output["early"], "bird");
    let events = world.events_of(id).await;
    let stages = events
        .iter()
        .filter(|event| event.data.contains_key("began"));
    assert_eq!(stages.count(), 2);
    let ends = events
        .iter()
        .filter(|event| event.data.get("status").is_some_and(|it| it == "success"));
    assert_eq!(ends.count(), 1);
    // A hundred notes within a second.
    let notes = events
        .iter()
        .filter(|event| event.data.contains_key("percentage"));
    assert!((2..=5).contains(&notes.count()));
}

#[tokio::test(start_paused = true)]
async fn what_follows_is_run_too() {
    let world = World::new();
    let id = world.submit(Chore::Chain).await;
    world.run().await;
    world.ended(id).await;
    let follower = world.child_of(id).await;
    assert_eq!(world.ended(follower).await.head.state, JobState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_step_starts_what_is_there_and_says_how_much() {
    let world = World::new();
    let worker = world.worker();
    assert_eq!(worker.step(SECOND).await.unwrap(), Step::Idle);
    for _ in 0..5 {
        world.submit(Chore::Take { seconds: 10 }).await;
    }
    assert_eq!(worker.step(SECOND).await.unwrap(), Step::Started(3));
    let hint = esl_core::ports::Queue::next(world.jobs.as_ref(), worker.id(), 1, SECOND).await;
    assert_eq!(hint.unwrap(), Hint::Next);
    assert_eq!(worker.step(SECOND).await.unwrap(), Step::Started(2));
}

#[tokio::test(start_paused = true)]
async fn several_workers_do_each_job_once() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(world.submit(Chore::Take { seconds: 1 }).await);
    }
    for _ in 0..3 {
        world.run().await;
    }
    for id in ids {
        let head = world.ended(id).await.head;
        assert_eq!((head.state, head.attempt), (JobState::Succeeded, 1));
    }
}

#[tokio::test]
async fn a_worker_that_cannot_work_is_not_built() {
    let world = World::new();
    let builder = || Worker::builder(world.jobs.clone(), world.jobs.clone());
    assert_eq!(builder().build().unwrap_err(), BuildError::NoHandler);
    let with = |config| world.builder().config(config).build().map(drop);
    let config = |change: fn(&mut WorkerConfig)| {
        let mut config = WorkerConfig::default();
        change(&mut config);
        config
    };
    assert_eq!(
        with(config(|one| one.concurrency = 0)),
        Err(BuildError::Concurrency(0))
    );
    assert_eq!(
        with(config(|one| one.lease = 20 * SECOND)),
        Err(BuildError::Lease)
    );
    assert!(with(WorkerConfig::default()).is_ok());
}
