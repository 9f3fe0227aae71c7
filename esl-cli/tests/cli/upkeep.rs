//! A worker does the upkeep that became due while there was none.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use esl_core::job::payload::{
    LessonRun, MaintenanceCleanup, MaintenanceRefreshOptions, MaintenanceVerify,
};
use esl_core::job::{Actor, Cursor, Job, JobId, JobKind, NewJob, News, Payload, Report, WorkerId};
use esl_core::ports::{Claim, Clock, EventPage, JobFilter};
use esl_jobs::{Jobs, Places};
use esl_testkit::ManualClock;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::bench::Bench;
use crate::worker::Worker;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The jobs of a bench, at a time of the past.
async fn jobs(bench: &Bench, ago: Duration) -> Jobs {
    let clock = ManualClock::at((SystemTime::now() - ago).into());
    let mut places = Places::default();
    places.database_url = format!("sqlite:{}", bench.path("data/esl.db").display());
    let clock: Arc<dyn Clock> = Arc::new(clock);
    esl_jobs::connect(&places, clock).await.unwrap()
}

/// A job about a lesson that was made, so long ago.
async fn made(bench: &Bench, ago: Duration) -> JobId {
    let jobs = jobs(bench, ago).await;
    let lesson = LessonRun {
        md: "lesson:lost.md".into(),
        ..LessonRun::default()
    };
    jobs.store.submit(vec![NewJob::new(&lesson)]).await.unwrap();
    let claim = Claim::next(WorkerId::new(), 1, DAY);
    let attempt = jobs.store.claim(claim).await.unwrap()[0].head.attempt();
    let output = Map::new();
    let report = Report::of_attempt(attempt, Actor::System, News::Succeeded { output });
    let told = jobs.store.report(vec![report]).await.unwrap();
    told[0].as_ref().unwrap().id
}

/// What came of the only job of a kind.
async fn output(jobs: &Jobs, kind: JobKind) -> Value {
    let mut filter = JobFilter::default();
    filter.kinds = vec![kind];
    let found = jobs.store.list(&filter).await.unwrap();
    let [Job { output, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    Value::from(output.clone())
}

#[test]
fn a_worker_forgets_what_is_old_and_looks_after_lessons() {
    let (bench, runtime) = (Bench::that_speaks(), Runtime::new().unwrap());
    std::fs::create_dir(bench.path("data")).unwrap();
    bench.file("esl.toml", "[lessons]\nfolder = 'school'\n");
    bench.file("school/other.md", crate::bench::LESSON);
    let (old, recent) = runtime.block_on(async {
        let old = made(&bench, 40 * DAY).await;
        (old, made(&bench, 5 * DAY).await)
    });
    let mut command = bench.command(&["worker", "--log-format", "json"]);
    command.env("JOB_RETENTION_DAYS", "30");
    let mut worker = Worker::start(command);
    let mut kinds = vec![
        MaintenanceCleanup::KIND,
        MaintenanceRefreshOptions::KIND,
        MaintenanceVerify::KIND,
    ];
    while !kinds.is_empty() {
        let done = worker.until("worker_completed");
        kinds.retain(|kind| done["span"]["job.kind"] != kind.as_str());
    }
    worker.end();

    runtime.block_on(async {
        let jobs = jobs(&bench, Duration::ZERO).await;
        let left = jobs.store.jobs(&[old, recent]).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].head.id, recent);
        let cleanup = output(&jobs, MaintenanceCleanup::KIND).await;
        assert_eq!(
            (&cleanup["expired_jobs"], &cleanup["expired_events"]),
            (&json!(1), &json!(3))
        );
        let events = jobs
            .events
            .read(EventPage::after(Cursor::START, 1000))
            .await;
        assert!(events.unwrap().iter().all(|one| one.event.job != old));
        let verify = output(&jobs, MaintenanceVerify::KIND).await;
        assert_eq!(verify["found"][0]["jobId"], json!(recent));
        assert_eq!(verify["found"][0]["defect"], "md_not_found");
        let options = output(&jobs, MaintenanceRefreshOptions::KIND).await;
        assert!(options["voices"].as_u64().unwrap() > 0, "{options}");
    });
}
