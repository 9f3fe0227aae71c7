//! A queue in Redis keeps the contract of its port, beside a store in memory.
#![cfg(feature = "redis")]

use std::sync::Arc;

use esl_core::ports::{Clock, Queue};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::redis::RedisQueue;
use esl_testkit::services::redis::RedisServer;
use esl_testkit::{JobPorts, JobsFixture, ManualClock};

async fn jobs() -> Option<JobsFixture> {
    let server = RedisServer::start()?;
    let clock = Arc::new(ManualClock::default());
    let store = || Arc::new(MemoryJobs::new(clock.clone() as Arc<dyn Clock>));
    let queue = async |namespace| {
        let queue = RedisQueue::connect(&server.url(), namespace, 1000).await;
        let queue: Arc<dyn Queue> = Arc::new(queue.unwrap());
        queue
    };
    let (here, there) = (store(), store());
    let one = JobPorts {
        queue: queue("esl-jobs").await,
        ..JobPorts::of(&here)
    };
    let other = JobPorts {
        queue: queue("esl-jobs").await,
        ..JobPorts::of(&here)
    };
    let elsewhere = JobPorts {
        queue: queue("another").await,
        ..JobPorts::of(&there)
    };
    Some(JobsFixture::new(
        clock.clone(),
        [one, other, elsewhere],
        server,
    ))
}

esl_testkit::queue_suite!(jobs);
