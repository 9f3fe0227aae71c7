//! Connections to Postgres are encrypted as `sslmode` and `sslrootcert` ask for.
#![cfg(feature = "postgres")]

use std::path::PathBuf;
use std::sync::Arc;

use esl_core::ports::{StoreError, SystemClock};
use esl_core::{Classify, ErrorKind};
use esl_jobs::postgres::PostgresJobs;
use esl_testkit::services::postgres::PostgresDatabase;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// Somebody who vouches for servers.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self {
            issuer,
            certificate,
        }
    }

    /// A certificate for a name, and its key.
    fn vouch_for(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

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
