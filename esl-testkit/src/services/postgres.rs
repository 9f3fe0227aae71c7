//! A Postgres server for the tests of one process: one cluster, a database for each test.
//!
//! It listens on a socket in a temporary folder only, trusts whoever can reach it, and does without
//! the disk: it is thrown away with its last database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::account::Account;
use super::missing;
use super::programs::{folder_with, run};

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "createdb"];

/// The server of this process, as long as somebody has a database of it.
static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

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
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let Some(programs) = folder_with(&PROGRAMS, debian_folders().into_iter()) else {
            missing("postgres", "postgresql");
            return None;
        };
        let cluster = Cluster::running(&programs);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster.create_database(&name);
        Some(Self { cluster, name })
    }

    /// How to connect to it.
    #[must_use]
    pub fn url(&self) -> String {
        let socket = self.cluster.folder.path().display();
        format!("postgres:///{}?host={socket}&user=postgres", self.name)
    }

    /// Stops the server as a power cut would, and starts it again. Other databases go down with it.
    pub fn restart(&self) {
        self.cluster.stop();
        self.cluster.start();
    }
}

#[derive(Debug)]
struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    account: Option<Account>,
}

impl Cluster {
    fn running(programs: &Path) -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = running.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::make(programs));
        *running = Arc::downgrade(&cluster);
        cluster
    }

    fn make(programs: &Path) -> Self {
        let cluster = Self {
            programs: programs.to_owned(),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            account: Account::beside_root("postgres"),
        };
        if let Some(account) = cluster.account {
            account.owns(cluster.folder.path());
        }
        let settings = [
            "-D",
            "data",
            "-N",
            "-A",
            "trust",
            "-U",
            "postgres",
            "--locale=C",
        ];
        cluster.run("initdb", &settings);
        cluster.start();
        cluster
    }

    fn start(&self) {
        let socket = self.folder.path().display();
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{socket}' -c fsync=off \
             -c full_page_writes=off -c max_connections=200"
        );
        self.run(
            "pg_ctl",
            &[
                "-D",
                "data",
                "-w",
                "-l",
                "server.log",
                "-o",
                &options,
                "start",
            ],
        );
    }

    fn stop(&self) {
        self.run("pg_ctl", &["-D", "data", "-w", "-m", "immediate", "stop"]);
    }

    fn create_database(&self, name: &str) {
        let socket = self.folder.path().display().to_string();
        self.run("createdb", &["-h", &socket, "-U", "postgres", name]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments);
        run(self.account, self.folder.path(), &mut command);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // By the process id in its folder: whatever started it is long gone.
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

/// Where Debian keeps the programs of each version, latest first.
fn debian_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut numbered: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .collect();
    numbered.sort_unstable();
    numbered
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .collect()
}
