//! What a worker does while nothing can be fetched.

use std::sync::atomic::Ordering;

use esl_core::CancellationToken;
use esl_core::job::JobState;
use esl_jobs::worker::{Health, Worker};
use tokio::time::Instant;

use crate::SECOND;
use crate::handlers::{Chore, DoesChores};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_worker_rests_after_five_failures_and_works_again_afterwards() {
    let world = World::new();
    let queue = world.counted();
    queue.is_unplugged.store(true, Ordering::Relaxed);
    let worker = Worker::builder(world.jobs.clone(), queue.clone()).handles(DoesChores);
    let worker = worker.build().unwrap();
    let mut health = worker.health();
    assert_eq!(*health.borrow(), Health::Working);
    let started = Instant::now();
    tokio::spawn(worker.run(CancellationToken::new()));
    health
        .wait_for(|now| *now == Health::Resting)
        .await
        .unwrap();
    assert_eq!(queue.asked.load(Ordering::Relaxed), 5);
    assert!(started.elapsed() < 2 * SECOND);
    queue.is_unplugged.store(false, Ordering::Relaxed);
    let id = world.submit(Chore::Succeed).await;
    health
        .wait_for(|now| *now == Health::Working)
        .await
        .unwrap();
    assert!(started.elapsed() >= 60 * SECOND);
    assert_eq!(world.ended(id).await.head.state, JobState::Succeeded);
}
