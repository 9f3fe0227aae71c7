//! Connections are encrypted: to Postgres as `sslmode` and `sslrootcert` ask for, to Redis by
//! `rediss:`.
#![cfg(feature = "postgres")]

mod authority;
mod log;

use std::path::PathBuf;
use std::sync::Arc;

use esl_core::ports::{StoreError, SystemClock};
use esl_core::{Classify, ErrorKind};
use esl_jobs::postgres::PostgresJobs;
use esl_testkit::services::postgres::PostgresDatabase;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use authority::Authority;
use log::Log;

/// An address that leads to this machine, and cannot be told from another one's.
const ELSEWHERE: &str = "0.0.0.0";

/// A server called `localhost`, and files with who vouches for it and who does not.
struct Place {
    database: PostgresDatabase,
    folder: TempDir,
}

impl Place {
    async fn new() -> Option<Self> {
        let (authority, stranger) = (Authority::new(), Authority::new());
        let (certificate, key) = authority.vouch_for("localhost");
        let starting = move || PostgresDatabase::create_encrypted(&certificate, &key);
        let database = tokio::task::spawn_blocking(starting).await.unwrap()?;
        let folder = tempfile::tempdir().unwrap();
        let place = Self { database, folder };
        std::fs::write(place.file("known"), authority.certificate).unwrap();
        std::fs::write(place.file("stranger"), stranger.certificate).unwrap();
        Some(place)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether connections are encrypted that are opened as asked, to `host`. In what is asked, `@` is
    /// the folder of the files.
    async fn is_encrypted(&self, host: &str, asked: &str) -> Result<bool, StoreError> {
        let folder = self.folder.path().display().to_string();
        let url = self.database.tcp_url().replace("localhost", host);
        let url = format!("{url}?{}", asked.replace('@', &folder));
        let jobs = PostgresJobs::connect(&url, "esl-jobs", 1, Arc::new(SystemClock)).await?;
        let (client, connection) = tokio_postgres::connect(&self.database.url(), NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let all = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'esl-jobs'";
        let is_encrypted = client.query_one(all, &[]).await.unwrap().get(0);
        drop(jobs);
        Ok(is_encrypted)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_encrypted_as_asked() {
    let Some(place) = Place::new().await else {
        return;
    };
    for (host, asked, is_encrypted) in [
        ("localhost", "sslmode=disable", false),
        ("localhost", "", true),
        ("127.0.0.1", "sslmode=require", true),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=@/known", true),
        ("localhost", "sslmode=verify-full&sslrootcert=@/known", true),
    ] {
        let found = place.is_encrypted(host, asked).await;
        assert_eq!(found.unwrap(), is_encrypted, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_proves_too_little_is_not_talked_to() {
    let Some(place) = Place::new().await else {
        return;
    };
    for (host, asked, kind) in [
        (
            "127.0.0.1",
            "sslmode=verify-full&sslrootcert=@/known",
            ErrorKind::Unavailable,
        ),
        (
            "localhost",
            "sslmode=verify-ca&sslrootcert=@/stranger",
            ErrorKind::Unavailable,
        ),
        (
            "localhost",
            "sslmode=require&sslrootcert=@/stranger",
            ErrorKind::Unavailable,
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=@/missing",
            ErrorKind::Configuration,
        ),
    ] {
        let refused = place.is_encrypted(host, asked).await.unwrap_err();
        assert_eq!(refused.kind(), kind, "{asked}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_to_another_machine_that_can_be_overheard_is_told_of() {
    let Some(place) = Place::new().await else {
        return;
    };
    for (host, asked, is_told) in [
        (ELSEWHERE, "sslmode=disable", true),
        (ELSEWHERE, "", false),
        (ELSEWHERE, "sslmode=require", false),
        ("localhost", "sslmode=disable", false),
    ] {
        let log = Log::of_this_thread();
        place.is_encrypted(host, asked).await.unwrap();
        let told = log.lines_with(&["WARN", "the database", "not encrypted"]);
        assert_eq!(told, usize::from(is_told), "{host} {asked}");
    }
}

/// Redis is asked for by a process that trusts those who vouch for it.
#[cfg(feature = "redis")]
mod redis {
    use std::process::Command;

    use esl_core::ports::Queue;
    use esl_jobs::redis::RedisQueue;
    use esl_testkit::services::redis::RedisServer;

    use super::{Arc, Authority, ELSEWHERE, Log, StoreError, SystemClock};

    const ADDRESS: &str = "ESL_TEST_CHILD_QUEUE_URL";

    async fn connect(url: &str) -> Result<RedisQueue, StoreError> {
        RedisQueue::connect(url, "esl-jobs", 10, Arc::new(SystemClock)).await
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "a process of another test"]
    async fn announces_over_an_encrypted_connection() {
        let Ok(url) = std::env::var(ADDRESS) else {
            return;
        };
        let queue = connect(&url).await.unwrap();
        queue
            .announce(&[esl_core::job::JobId::new()])
            .await
            .unwrap();
    }

    /// Nobody listens there: what is sent to somebody is told of before.
    #[tokio::test]
    async fn a_connection_to_another_machine_that_can_be_overheard_is_told_of() {
        for (url, is_told) in [
            (format!("redis://{ELSEWHERE}:1"), true),
            (format!("rediss://{ELSEWHERE}:1"), false),
            ("redis://localhost:1".into(), false),
            ("redis+unix:///nowhere/redis.sock".into(), false),
        ] {
            let log = Log::of_this_thread();
            let refused = connect(&url).await;
            refused.unwrap_err();
            let told = log.lines_with(&["WARN", "Redis", "not encrypted"]);
            assert_eq!(told, usize::from(is_told), "{url}");
        }
    }

    fn can_announce(server: &RedisServer, trusted: &std::path::Path) -> bool {
        let test = "redis::announces_over_an_encrypted_connection";
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", test, "--ignored"]);
        // Where the machine's authorities are looked for.
        child
            .env("SSL_CERT_FILE", trusted)
            .env_remove("SSL_CERT_DIR");
        child.env(ADDRESS, server.tls_url());
        child.output().unwrap().status.success()
    }

    #[test]
    fn redis_is_reached_encrypted_if_somebody_known_vouches_for_it() {
        let (authority, stranger) = (Authority::new(), Authority::new());
        let (certificate, key) = authority.vouch_for("localhost");
        let Some(server) = RedisServer::start_encrypted(&certificate, &key) else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        for (authority, is_known) in [(authority, true), (stranger, false)] {
            let file = folder.path().join("authorities.pem");
            std::fs::write(&file, authority.certificate).unwrap();
            assert_eq!(can_announce(&server, &file), is_known);
        }
    }
}
