//! Jobs in a Postgres database keep the contracts of their ports.
#![cfg(feature = "postgres")]

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::payload::NotifyEmail;
use esl_core::job::{JobId, NewJob, WorkerId};
use esl_core::ports::{Claim, Clock, JobFilter, JobStore, Permits};
use esl_core::{Classify, ErrorKind};
use esl_jobs::SchemaVersion;
use esl_jobs::permits::{LEASE, SharedPermits};
use esl_jobs::postgres::PostgresJobs;
use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::{
    JobPorts, JobsFixture, ManualClock, OpenTransaction, OpensTransactions, PermitsFixture,
};
use tokio_postgres::{Client, NoTls};

async fn jobs() -> Option<JobsFixture> {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create);
    let database = database.await.unwrap()?;
    let (url, clock) = (database.url(), Arc::new(ManualClock::default()));
    let connect = async |namespace| {
        let clock: Arc<dyn Clock> = clock.clone();
        let connected = PostgresJobs::connect(&url, namespace, 4, clock).await;
        JobPorts::of(&Arc::new(connected.unwrap()))
    };
    // All at once: whoever comes first makes the tables.
    let (one, other, elsewhere) =
        tokio::join!(connect("esl-jobs"), connect("esl-jobs"), connect("another"));
    let transactions = Transactions { url: url.clone() };
    let ports = [one, other, elsewhere];
    Some(JobsFixture::new(clock.clone(), ports, database).with_transactions(transactions))
}

esl_testkit::job_store_suite!(jobs);
esl_testkit::event_log_suite!(jobs);
esl_testkit::queue_suite!(jobs);
esl_testkit::settings_store_suite!(jobs);

async fn shared_permits() -> Option<PermitsFixture> {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create);
    let database = database.await.unwrap()?;
    let clock = Arc::new(ManualClock::default());
    // Two namespaces: a service that counts requests knows none.
    let process = async |namespace| {
        let clock: Arc<dyn Clock> = clock.clone();
        let jobs = PostgresJobs::connect(&database.url(), namespace, 2, clock).await;
        Arc::new(SharedPermits::new(Arc::new(jobs.unwrap()))) as Arc<dyn Permits>
    };
    let processes = [
        process("esl-jobs").await,
        process("another").await,
        process("esl-jobs").await,
    ];
    Some(PermitsFixture::new(clock, processes, LEASE, database))
}

esl_testkit::permits_suite!(shared_permits);

struct Transactions {
    url: String,
}

struct Open(Client);

#[async_trait]
impl OpensTransactions for Transactions {
    async fn append(&self, job: JobId) -> Box<dyn OpenTransaction> {
        let client = client(&self.url).await;
        client.batch_execute("BEGIN").await.unwrap();
        let insert = "INSERT INTO job_events (namespace, job, kind, state, actor, at, data)
            VALUES ('esl-jobs', $1, 'job_progress', 'running', 'system', now(), '{}')";
        client.execute(insert, &[job.as_uuid()]).await.unwrap();
        Box::new(Open(client))
    }
}

#[async_trait]
impl OpenTransaction for Open {
    async fn commit(self: Box<Self>) {
        self.0.batch_execute("COMMIT").await.unwrap();
    }
}

async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn down_takes_back_all_that_up_made() {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create);
    let Some(database) = database.await.unwrap() else {
        return;
    };
    let url = database.url();
    let client = client(&url).await;
    let tables = async || {
        let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
        let rows = client.query(names, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    let latest = SchemaVersion::Latest;
    let planned = PostgresJobs::plan_migration(&url, latest).await.unwrap();
    assert_eq!(tables().await, [""; 0]);
    let done = PostgresJobs::migrate(&url, latest).await.unwrap();
    assert_eq!((done.from, &done), (0, &planned));
    let made = tables().await;
    assert!(made.contains(&"jobs".to_owned()));
    PostgresJobs::migrate(&url, 0).await.unwrap();
    assert_eq!(tables().await, ["esl_migrations"]);
    PostgresJobs::migrate(&url, latest).await.unwrap();
    assert_eq!(tables().await, made);
    assert!(PostgresJobs::migrate(&url, 99).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_without_fields_fails_its_job_and_no_claim() {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create);
    let Some(database) = database.await.unwrap() else {
        return;
    };
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let jobs = PostgresJobs::connect(&database.url(), "esl-jobs", 2, clock).await;
    let jobs = jobs.unwrap();
    let [spoilt, good] = [(); 2].map(|()| NewJob::new(&NotifyEmail::default()));
    let spoilt_id = *spoilt.id.as_uuid();
    jobs.submit(vec![spoilt, good]).await.unwrap();
    let spoil = "UPDATE job_bodies SET payload = '[]' WHERE id = $1";
    let client = client(&database.url()).await;
    assert_eq!(client.execute(spoil, &[&spoilt_id]).await.unwrap(), 1);
    let claimed = jobs.claim(Claim::next(WorkerId::new(), 9, LEASE)).await;
    let claimed = claimed.unwrap();
    let readable = claimed
        .iter()
        .map(|job| job.payload::<NotifyEmail>().is_ok());
    assert_eq!(readable.collect::<Vec<_>>(), [false, true]);
    assert_eq!(jobs.list(&JobFilter::default()).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_is_found_again_with_everything_it_was_told() {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create_apart);
    let Some(database) = database.await.unwrap() else {
        return;
    };
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let jobs = PostgresJobs::connect(&database.url(), "esl-jobs", 2, clock).await;
    let jobs = jobs.unwrap();
    let new: Vec<_> = (0..20)
        .map(|_| NewJob::new(&NotifyEmail::default()))
        .collect();
    let ids: Vec<_> = new.iter().map(|job| job.id).collect();
    jobs.submit(new).await.unwrap();
    let database = tokio::task::spawn_blocking(move || {
        database.stop();
        database.start_again();
        database
    });
    let database = database.await.unwrap();
    // Connections of before are noticed one by one, as they are used.
    let mut found = jobs.jobs(&ids).await;
    for _ in 0..10 {
        if found.is_ok() {
            break;
        }
        assert_eq!(found.unwrap_err().kind(), ErrorKind::Unavailable);
        found = jobs.jobs(&ids).await;
    }
    assert_eq!(found.unwrap().len(), ids.len());
    let again = jobs
        .submit(vec![NewJob::new(&NotifyEmail::default())])
        .await;
    assert!(!again.unwrap()[0].reused);
    drop(database);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_is_told_to_correct_the_address() {
    let database = tokio::task::spawn_blocking(PostgresDatabase::create_guarded);
    let Some(database) = database.await.unwrap() else {
        return;
    };
    let make = "CREATE ROLE me LOGIN PASSWORD 'right'; CREATE ROLE guest LOGIN PASSWORD 'guest'";
    let admin = client(&database.url()).await;
    admin.batch_execute(make).await.unwrap();
    let grant = "GRANT CREATE ON SCHEMA public TO me";
    admin.batch_execute(grant).await.unwrap();
    let of = |login: &str| database.url().replace("user=postgres", login);
    let right = of("user=me&password=right");
    for denied in [
        of("user=me&password=wrong"),
        of("user=me"),
        of("user=nobody&password=right"),
        of("user=guest&password=guest"),
        right.replace("postgres:///test", "postgres:///nowhere"),
    ] {
        let error = PostgresJobs::migrate(&denied, SchemaVersion::Latest).await;
        let error = error.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Configuration,
            "{denied}: {error:?}"
        );
        assert!(error.hint().is_some());
        assert!(!format!("{error:?}").contains("password=wrong"));
    }
    let latest = SchemaVersion::Latest;
    PostgresJobs::migrate(&right, latest).await.unwrap();
    let stopped = tokio::task::spawn_blocking(move || database.stop());
    stopped.await.unwrap();
    let down = PostgresJobs::migrate(&right, latest).await.unwrap_err();
    assert_eq!(down.kind(), ErrorKind::Unavailable);
}
