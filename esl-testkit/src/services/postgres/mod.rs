//! A Postgres server for the tests of one process: one cluster, a database for each test.
//!
//! It listens on a socket in a temporary folder, trusts whoever can reach it, and does without the
//! disk unless it is asked for more: it is thrown away with its last database.

mod cluster;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use cluster::{Cluster, programs};

/// The server of this process, as long as somebody has a database of it.
static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// What is told to a server that does without the disk.
const FORGETFUL: &str = "-c fsync=off -c full_page_writes=off";

/// An empty database. Its server stops when the last one goes.
#[derive(Debug)]
pub struct PostgresDatabase {
    cluster: Arc<Cluster>,
    name: String,
}

impl PostgresDatabase {
    /// Makes a database, and starts the server if need be; none if Postgres is not installed.
    ///
    /// # Panics
    /// If Postgres is missing and `ESL_TEST_REQUIRE` names `postgres`, or it does not start.
    #[must_use]
    pub fn create() -> Option<Self> {
        Some(Self::on(running(&programs()?)))
    }

    /// The same on a server of its own, which may be stopped.
    ///
    /// # Panics
    /// Like [`PostgresDatabase::create`].
    #[must_use]
    pub fn create_apart() -> Option<Self> {
        let cluster = Cluster::new(&programs()?, FORGETFUL);
        Some(Self::on(Arc::new(cluster.started())))
    }

    /// The same on a server of its own that loses nothing when the machine fails: what measurements
    /// need.
    ///
    /// # Panics
    /// Like [`PostgresDatabase::create`].
    #[must_use]
    pub fn create_durable() -> Option<Self> {
        let cluster = Cluster::new(&programs()?, "");
        Some(Self::on(Arc::new(cluster.started())))
    }

    /// The same on a server of its own that can also be reached by [`PostgresDatabase::tcp_url`],
    /// encrypted if the client likes. Certificate and key are PEM.
    ///
    /// # Panics
    /// Like [`PostgresDatabase::create`].
    #[must_use]
    pub fn create_encrypted(certificate: &str, key: &str) -> Option<Self> {
        let settings = format!(
            "{FORGETFUL} -c ssl=on -c ssl_cert_file=../server.crt -c ssl_key_file=../server.key"
        );
        let cluster = Cluster::new(&programs()?, &settings);
        cluster.keep("server.crt", certificate);
        cluster.keep("server.key", key);
        Some(Self::on(Arc::new(cluster.listening().started())))
    }

    /// The same on a server of its own that trusts only the user `postgres`, and asks all others for
    /// their passwords.
    ///
    /// # Panics
    /// Like [`PostgresDatabase::create`].
    #[must_use]
    pub fn create_guarded() -> Option<Self> {
        let cluster = Cluster::new(&programs()?, FORGETFUL);
        let guards = "local all postgres trust\nlocal all all scram-sha-256\n";
        cluster.keep("data/pg_hba.conf", guards);
        Some(Self::on(Arc::new(cluster.started())))
    }

    fn on(cluster: Arc<Cluster>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster.create_database(&name);
        Self { cluster, name }
    }

    /// How to connect to it, through a socket.
    #[must_use]
    pub fn url(&self) -> String {
        let (folder, port) = (self.cluster.folder().display(), self.cluster.port());
        format!(
            "postgres:///{}?host={folder}&port={port}&user=postgres",
            self.name
        )
    }

    /// The socket that its server listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.cluster.folder().join(".s.PGSQL.5432")
    }

    /// How to connect to it through `localhost`; only of [`PostgresDatabase::create_encrypted`].
    #[must_use]
    pub fn tcp_url(&self) -> String {
        let port = self.cluster.port();
        format!("postgres://postgres@localhost:{port}/{}", self.name)
    }

    /// Stops the server without warning. Other databases of it go down, too.
    pub fn stop(&self) {
        self.cluster.stop();
    }

    /// Kills the server as the system does when memory runs out.
    pub fn kill(&self) {
        self.cluster.kill();
    }

    /// Starts a server that was stopped or killed.
    pub fn start_again(&self) {
        self.cluster.start();
    }
}

fn running(programs: &Path) -> Arc<Cluster> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = running.upgrade() {
        return cluster;
    }
    let cluster = Arc::new(Cluster::new(programs, FORGETFUL).started());
    *running = Arc::downgrade(&cluster);
    cluster
}
