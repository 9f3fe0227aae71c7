//! Workers, stores and readers together: several processes, in real time, on real databases.
#![cfg(feature = "sqlite")]

mod child;
mod counting;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::{Cursor, JobId, JobState, NewJob, Priority};
use esl_core::ports::{EventLog, EventPage, SystemClock};
use esl_jobs::worker::{Worker, WorkerConfig};
use esl_jobs::{Jobs, Places, connect};
use tokio::time::timeout;

use child::Child;
use counting::{Counts, Tally};

const PATIENCE: Duration = Duration::from_secs(60);

/// Opens `<database>` or `<database> <queue>`.
async fn open(addresses: &str) -> Jobs {
    let mut addresses = addresses.split(' ').map(str::to_owned);
    let mut places = Places::default();
    places.database_url = addresses.next().unwrap();
    places.queue_url = addresses.next();
    connect(&places, Arc::new(SystemClock)).await.unwrap()
}

fn worker(jobs: &Jobs, tally: &Arc<Tally>, config: WorkerConfig) -> Worker {
    Worker::builder(jobs.store.clone(), jobs.queue.clone())
        .config(config)
        .handles(Counts(tally.clone()))
        .build()
        .unwrap()
}

async fn ended(events: &dyn EventLog, count: usize) -> Vec<(Cursor, JobId, JobState)> {
    let (mut after, mut seen, mut ends) = (Cursor::START, Vec::new(), 0);
    while ends < count {
        let page = events.read(EventPage::after(after, 100)).await.unwrap();
        for one in &page {
            after = one.cursor;
            seen.push((one.cursor, one.event.job, one.event.state));
            ends += usize::from(one.event.state.is_terminal());
        }
        events.wait(after, Duration::from_secs(5)).await.unwrap();
    }
    seen
}

const MANY: usize = 1000;

/// Two services submit, three workers run and two readers listen, each worker and reader in a process
/// of its own.
async fn each_job_runs_once_and_every_reader_sees_all(url: &str) {
    let (one, other) = (open(url).await, open(url).await);
    let start = |part: &'static str| {
        let mut child = Child::start(part, url);
        child.next("ready").expect("the process starts");
        child
    };
    let mut readers = ["reads_and_tells_what_happened"; 2].map(start);
    let workers = ["works_and_tells_what_it_ran"; 3].map(start);
    for round in 0..MANY / 10 {
        let jobs = [&one, &other][round % 2];
        let new = (0..10).map(|_| counting::job()).collect();
        jobs.store.submit(new).await.unwrap();
    }
    let seen = timeout(PATIENCE, ended(one.events.as_ref(), MANY)).await;
    let seen = seen.expect("all jobs end");
    let told: Vec<String> = seen
        .iter()
        .map(|(cursor, job, state)| child::told(*cursor, *job, *state))
        .collect();
    for reader in &mut readers {
        let saw: Vec<_> = (0..told.len()).map_while(|_| reader.next("saw")).collect();
        assert_eq!(saw, told);
    }
    let runs: Vec<String> = workers
        .into_iter()
        .flat_map(|worker| worker.end("ran"))
        .collect();

    assert!(seen.is_sorted_by(|one, next| one.0 < next.0));
    let mut states: BTreeMap<JobId, Vec<JobState>> = BTreeMap::new();
    for (_, job, state) in seen {
        states.entry(job).or_default().push(state);
    }
    let whole = [JobState::Queued, JobState::Running, JobState::Succeeded];
    assert!(states.values().all(|states| *states == whole));
    assert_eq!(runs.len(), MANY);
    assert_eq!(runs.iter().collect::<HashSet<_>>().len(), MANY);
}

/// One worker with one slot takes the urgent jobs first, whatever came first.
async fn urgent_jobs_are_run_first(url: &str) {
    let jobs = open(url).await;
    let mut order = Vec::new();
    for priority in [8_u8, 5, 3, 1] {
        let new = NewJob {
            priority: Priority::try_from(priority).unwrap(),
            ..counting::job()
        };
        order.insert(0, new.id);
        jobs.store.submit(vec![new]).await.unwrap();
    }
    let tally = Arc::new(Tally::default());
    let mut config = WorkerConfig::default();
    config.concurrency = 1;
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(worker(&jobs, &tally, config).run(shutdown.clone()));
    let all = ended(jobs.events.as_ref(), 4);
    timeout(PATIENCE, all).await.expect("all jobs end");
    shutdown.cancel();
    working.await.unwrap();
    assert_eq!(tally.runs(), order);
}

/// A process is killed in the middle of a job; another one finishes it as the second attempt.
async fn a_killed_process_costs_an_attempt_and_no_job(url: &str) {
    let jobs = open(url).await;
    let new = counting::job();
    let id = new.id;
    jobs.store.submit(vec![new]).await.unwrap();
    let child = Child::start("works_until_it_is_killed", url);
    let running = async {
        let mut after = Cursor::START;
        loop {
            let page = jobs.events.read(EventPage::after(after, 10)).await.unwrap();
            if page.iter().any(|one| one.event.state == JobState::Running) {
                return;
            }
            after = page.last().map_or(after, |last| last.cursor);
            jobs.events
                .wait(after, Duration::from_secs(1))
                .await
                .unwrap();
        }
    };
    timeout(PATIENCE, running)
        .await
        .expect("the child starts the job");
    child.kill();

    let tally = Arc::new(Tally::default());
    let shutdown = CancellationToken::new();
    let rescuer = worker(&jobs, &tally, child::short_leases());
    let working = tokio::spawn(rescuer.run(shutdown.clone()));
    let all = ended(jobs.events.as_ref(), 1);
    timeout(PATIENCE, all).await.expect("the job ends");
    shutdown.cancel();
    working.await.unwrap();
    let head = jobs.store.jobs(&[id]).await.unwrap().remove(0).head;
    assert_eq!((head.state, head.attempt), (JobState::Succeeded, 2));
    assert_eq!((head.stalls, tally.runs()), (1, vec![id]));
}

macro_rules! stories {
    ($place:ident, $new:expr) => {
        mod $place {
            stories!(@each $new,
                each_job_runs_once_and_every_reader_sees_all,
                urgent_jobs_are_run_first,
                a_killed_process_costs_an_attempt_and_no_job,
            );
        }
    };
    (@each $new:expr, $($story:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some((url, _guard)) = $new {
                    super::$story(&url).await;
                }
            }
        )+
    };
}

stories!(sqlite, {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("esl.db").display());
    Some((url, folder))
});

#[cfg(feature = "postgres")]
stories!(postgres, {
    use esl_testkit::services::postgres::PostgresDatabase;
    let database = tokio::task::spawn_blocking(PostgresDatabase::create);
    let database = database.await.unwrap();
    database.map(|database| (database.url(), database))
});

#[cfg(all(feature = "postgres", feature = "redis"))]
stories!(redis, {
    use esl_testkit::services::postgres::PostgresDatabase;
    use esl_testkit::services::redis::RedisServer;
    let starting = || Some((PostgresDatabase::create()?, RedisServer::start()?));
    let services = tokio::task::spawn_blocking(starting).await.unwrap();
    services.map(|(database, redis)| {
        (
            format!("{} {}", database.url(), redis.url()),
            (database, redis),
        )
    })
});
