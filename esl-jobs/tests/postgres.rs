//! Jobs in a Postgres database keep the contracts of their ports.
#![cfg(feature = "postgres")]

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::job::JobId;
use esl_core::ports::Clock;
use esl_jobs::postgres::PostgresJobs;
use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::{JobPorts, JobsFixture, ManualClock, OpenTransaction, OpensTransactions};
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
