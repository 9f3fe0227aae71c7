//! What the machine can do at most, by the simplest means.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use fred::clients::Client;
use fred::interfaces::{ClientLike, KeysInterface, StreamsInterface};
use fred::types::config::Config;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

use super::place::Place;

/// How long each limit is measured.
const TIME: Duration = Duration::from_secs(2);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    cores: usize,
    /// Four kilobytes each, where the jobs are as far as is known.
    disk_syncs_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    postgres_inserts_per_second: Option<ByClients>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_additions_per_second: Option<ByClients>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ByClients {
    one: f64,
    fifty: f64,
}

pub(crate) async fn measure(place: &Place) -> Result<Limits> {
    Ok(Limits {
        cores: std::thread::available_parallelism()?.get(),
        disk_syncs_per_second: disk_syncs(&place.folder())?,
        postgres_inserts_per_second: match place.postgres() {
            Some(url) => Some(postgres_inserts(url).await?),
            None => None,
        },
        redis_additions_per_second: match &place.addresses.queue_url {
            Some(url) => Some(redis_additions(url).await?),
            None => None,
        },
    })
}

fn disk_syncs(folder: &Path) -> Result<f64> {
    let path = folder.join("jobs-load.sync");
    let mut file = File::create(&path)?;
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < TIME {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    std::fs::remove_file(path)?;
    Ok(rate(count, started))
}

async fn postgres_inserts(url: &str) -> Result<ByClients> {
    let table = "CREATE TABLE jobs_load (id uuid NOT NULL PRIMARY KEY, payload jsonb NOT NULL)";
    let client = connected(url).await?;
    client.batch_execute(table).await?;
    let by_clients = ByClients {
        one: inserts_by(url, 1).await?,
        fifty: inserts_by(url, 50).await?,
    };
    client.batch_execute("DROP TABLE jobs_load").await?;
    Ok(by_clients)
}

pub(crate) async fn connected(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn inserts_by(url: &str, count: usize) -> Result<f64> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(connected(url).await?);
    }
    let (started, mut inserting) = (Instant::now(), JoinSet::new());
    for client in clients {
        inserting.spawn(async move {
            let insert = "INSERT INTO jobs_load VALUES (gen_random_uuid(), '{\"words\": 7}')";
            let (insert, mut count) = (client.prepare(insert).await?, 0);
            while started.elapsed() < TIME {
                client.execute(&insert, &[]).await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    sum(inserting, started).await
}

async fn redis_additions(url: &str) -> Result<ByClients> {
    let redis = Client::new(Config::from_url(url)?, None, None, None);
    redis.init().await?;
    let by_clients = ByClients {
        one: additions_by(&redis, 1).await?,
        fifty: additions_by(&redis, 50).await?,
    };
    redis.del::<(), _>("jobs-load").await?;
    redis.quit().await?;
    Ok(by_clients)
}

/// Callers share a connection, as they do in a program.
async fn additions_by(redis: &Client, callers: usize) -> Result<f64> {
    let (started, mut adding) = (Instant::now(), JoinSet::new());
    for _ in 0..callers {
        let redis = redis.clone();
        adding.spawn(async move {
            let mut count = 0;
            while started.elapsed() < TIME {
                let field = ("jobId", "00000000-0000-0000-0000-000000000000");
                redis
                    .xadd::<(), _, _, _, _>("jobs-load", false, None::<()>, "*", field)
                    .await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    sum(adding, started).await
}

async fn sum(working: JoinSet<Result<u64>>, started: Instant) -> Result<f64> {
    let counts: Result<Vec<u64>> = working.join_all().await.into_iter().collect();
    Ok(rate(counts?.into_iter().sum(), started))
}

fn rate(count: u64, started: Instant) -> f64 {
    count as f64 / started.elapsed().as_secs_f64()
}
