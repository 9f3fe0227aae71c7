//! What a worker does while nothing can be fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::{JobId, JobState, WorkerId};
use esl_core::ports::{Hint, Queue, QueueCapabilities, StoreError};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::worker::{Health, Worker};
use tokio::time::Instant;

use crate::SECOND;
use crate::handlers::{Chore, DoesChores};
use crate::world::World;

/// A queue that can be unplugged.
#[derive(Debug)]
struct Unpluggable {
    queue: Arc<MemoryJobs>,
    is_unplugged: AtomicBool,
    asked: AtomicU32,
}

#[async_trait]
impl Queue for Unpluggable {
    fn capabilities(&self) -> QueueCapabilities {
        self.queue.capabilities()
    }

    async fn announce(&self, jobs: &[JobId]) -> Result<(), StoreError> {
        Queue::announce(self.queue.as_ref(), jobs).await
    }

    async fn next(
        &self,
        worker: WorkerId,
        limit: usize,
        wait: Duration,
    ) -> Result<Hint, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_unplugged.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable {
                operation: "listen",
                source: "unplugged".into(),
            });
        }
        self.queue.next(worker, limit, wait).await
    }

    async fn acknowledge(&self, worker: WorkerId, jobs: &[JobId]) -> Result<(), StoreError> {
        self.queue.acknowledge(worker, jobs).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_rests_after_five_failures_and_works_again_afterwards() {
    let world = World::new();
    let queue = Arc::new(Unpluggable {
        queue: world.jobs.clone(),
        is_unplugged: AtomicBool::new(true),
        asked: AtomicU32::new(0),
    });
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
    assert_eq!(queue.asked.load(Ordering::SeqCst), 5);
    assert!(started.elapsed() < 2 * SECOND);
    queue.is_unplugged.store(false, Ordering::SeqCst);
    let id = world.submit(Chore::Succeed).await;
    health
        .wait_for(|now| *now == Health::Working)
        .await
        .unwrap();
    assert!(started.elapsed() >= 60 * SECOND);
    assert_eq!(world.ended(id).await.head.state, JobState::Succeeded);
}
