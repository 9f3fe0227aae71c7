//! Jobs in memory keep the contracts of their ports.

use std::sync::Arc;

use esl_core::ports::{Clock, Permits};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::permits::{LEASE, SharedPermits};
use esl_testkit::{JobPorts, JobsFixture, ManualClock, PermitsFixture};

async fn jobs() -> Option<JobsFixture> {
    let clock = Arc::new(ManualClock::default());
    let here = Arc::new(MemoryJobs::new(clock.clone() as Arc<dyn Clock>));
    let there = Arc::new(MemoryJobs::new(clock.clone() as Arc<dyn Clock>));
    let ports = [&here, &here, &there].map(JobPorts::of);
    Some(JobsFixture::new(clock, ports, ()))
}

esl_testkit::job_store_suite!(jobs);
esl_testkit::event_log_suite!(jobs);
esl_testkit::queue_suite!(jobs);
esl_testkit::settings_store_suite!(jobs);

async fn shared_permits() -> Option<PermitsFixture> {
    let clock = Arc::new(ManualClock::default());
    let jobs = Arc::new(MemoryJobs::new(clock.clone() as Arc<dyn Clock>));
    let process = || Arc::new(SharedPermits::new(jobs.clone())) as Arc<dyn Permits>;
    let processes = [process(), process(), process()];
    Some(PermitsFixture::new(clock, processes, LEASE, ()))
}

esl_testkit::permits_suite!(shared_permits);
