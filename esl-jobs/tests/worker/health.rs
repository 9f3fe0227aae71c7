//! What a worker does while nothing can be fetched.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use esl_core::CancellationToken;
use esl_core::job::JobState;
use esl_jobs::worker::{Health, Worker};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::SECOND;
use crate::handlers::{Chore, DoesChores};
use crate::world::{Counted, World};

/// A worker that begins with its queue unplugged.
fn unplugged(world: &World) -> (watch::Receiver<Health>, Arc<Counted>) {
    let queue = world.counted();
    queue.is_unplugged.store(true, Ordering::Relaxed);
    let worker = Worker::builder(world.jobs.clone(), queue.clone()).handles(DoesChores);
    let worker = worker.build().unwrap();
    let health = worker.health();
    tokio::spawn(worker.run(CancellationToken::new()));
    (health, queue)
}

#[tokio::test(start_paused = true)]
async fn a_worker_rests_after_five_failures_and_works_again_afterwards() {
    let world = World::new();
    let (mut health, queue) = unplugged(&world);
    assert_eq!(*health.borrow(), Health::Working);
    health
        .wait_for(|now| *now == Health::Resting)
        .await
        .unwrap();
    assert_eq!(queue.asked.load(Ordering::Relaxed), 5);
    let rested = Instant::now();
    queue.is_unplugged.store(false, Ordering::Relaxed);
    let id = world.submit(Chore::Succeed).await;
    health
        .wait_for(|now| *now == Health::Working)
        .await
        .unwrap();
    // The store did answer all the time: that is no news.
    assert!(rested.elapsed() >= 60 * SECOND);
    assert_eq!(world.ended(id).await.head.state, JobState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_worker_does_not_rest_because_of_a_hiccup() {
    let world = World::new();
    let (health, queue) = unplugged(&world);
    tokio::time::sleep(10 * SECOND).await;
    queue.is_unplugged.store(false, Ordering::Relaxed);
    let id = world.submit(Chore::Succeed).await;
    let plugged = Instant::now();
    assert_eq!(world.ended(id).await.head.state, JobState::Succeeded);
    assert!(plugged.elapsed() < 10 * SECOND);
    assert!(!health.has_changed().unwrap());
}
