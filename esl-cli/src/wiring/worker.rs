//! Workers: who handles which jobs on this machine.

use std::sync::Arc;

use esl_core::PhaseSettings;
use esl_core::job::payload::{
    LessonRerunAudio, LessonRun, LessonSyncMetadata, MaintenanceCleanup, MaintenanceRefreshOptions,
    MaintenanceVerify,
};
use esl_core::ports::{Clock, OptionsSource, SystemClock};
use esl_jobs::Jobs;
use esl_jobs::maintenance::{Cleanup, OrphanUploads, RefreshOptions, Retention};
use esl_jobs::worker::{Observer, Worker, WorkerConfig};
use esl_pipeline::jobs::{LessonJobs, VoicesOnOffer};
use esl_pipeline::pipeline::RunDefaults;
use esl_pipeline::providers::fs::TempFiles;
use esl_pipeline::speech::encoders::Encoders;

use super::Workshop;
use super::notify;
use super::shelf::Shelf;
use super::workplace::Machine;
use crate::config::{Settings, WorkerSettings};
use crate::exit::Failure;

/// A worker on `jobs` that makes homework with these settings, tells of it and does the upkeep.
pub(crate) async fn worker(
    settings: Settings,
    jobs: &Jobs,
    observer: Arc<dyn Observer>,
    defaults: impl FnOnce(&Workshop) -> RunDefaults,
) -> Result<Worker, Failure> {
    let config = config(&settings.jobs.worker);
    let encoders = Encoders::new(settings.jobs.worker.encoders);
    let mut retention = Retention::default();
    retention.jobs = settings.jobs.retention;
    let notify = settings.jobs.notify.clone();
    let shelf = Shelf::open(&settings)?;
    let permits = Some(jobs.permits.clone());
    let (workshop, mute) = Workshop::open(settings, false, true, permits).await?;
    if let Some(failure) = mute {
        let cause = failure.message;
        tracing::warn!(
            cause,
            "nobody can speak here: jobs that want a recording will fail"
        );
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let uploads = OrphanUploads::new(shelf.uploads.clone(), jobs.store.clone(), clock.clone());
    let cleanup = Cleanup::new(jobs.store.clone(), clock.clone(), retention)
        .sweeping(Arc::new(uploads))
        .sweeping(Arc::new(TempFiles::below(shelf.folders())));
    let options = RefreshOptions::new(jobs.settings.clone(), on_offer(&workshop));
    let machine = Machine {
        defaults: defaults(&workshop),
        workshop: workshop.with_encoders(encoders),
        shelf,
        phases: PhaseSettings::new(jobs.settings.clone()),
    };
    let lessons = LessonJobs::new(Arc::new(machine), jobs.store.clone());
    let worker = Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .handles::<LessonRun>(lessons.clone())
        .handles::<LessonRerunAudio>(lessons.clone())
        .handles::<LessonSyncMetadata>(lessons.clone())
        .handles::<MaintenanceVerify>(lessons)
        .handles::<MaintenanceCleanup>(cleanup)
        .handles::<MaintenanceRefreshOptions>(options)
        .schedule(jobs.scheduler(clock))
        .observer(observer)
        .config(config);
    let worker = notify::telling(worker, jobs, &notify)?.build();
    worker.map_err(|error| Failure::of_setting(&error))
}

/// What people may choose from.
fn on_offer(workshop: &Workshop) -> Vec<Arc<dyn OptionsSource>> {
    let tts = workshop.tts();
    tts.map(|tts| Arc::new(VoicesOnOffer::new(tts)) as Arc<dyn OptionsSource>)
        .into_iter()
        .collect()
}

fn config(settings: &WorkerSettings) -> WorkerConfig {
    let mut config = WorkerConfig::default();
    config.concurrency = settings.concurrency;
    config.timeout = settings.timeout;
    config.grace = settings.grace;
    config.lease = settings.lease;
    // Three heartbeats may be lost.
    config.heartbeat = settings.lease / 4;
    config.reap = settings.lease / 4;
    config
}
