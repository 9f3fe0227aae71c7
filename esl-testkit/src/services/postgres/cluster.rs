//! The server, from its folder to its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::services::account::Account;
use crate::services::programs::{folder_with, run, try_to_run};
use crate::services::watchdog::Watchdog;
use crate::services::{free_port, missing};

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "createdb"];

/// How long to wait for what a killed server has left behind.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of its own.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    account: Option<Account>,
    settings: String,
    /// None: it listens on a socket only.
    tcp_port: Option<u16>,
    watchdog: Mutex<Option<Watchdog>>,
}

impl Cluster {
    /// Makes its folder.
    pub(super) fn new(programs: &Path, settings: &str) -> Self {
        let cluster = Self {
            programs: programs.to_owned(),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            account: Account::beside_root("postgres"),
            settings: settings.to_owned(),
            tcp_port: None,
            watchdog: Mutex::default(),
        };
        if let Some(account) = cluster.account {
            account.owns(cluster.folder());
        }
        let settings = ["-N", "-A", "trust", "-U", "postgres", "--locale=C"];
        cluster.run("initdb", &[&["-D", "data"], &settings[..]].concat());
        cluster
    }

    /// Listens at a port of this machine, too.
    pub(super) fn listening(mut self) -> Self {
        self.tcp_port = Some(free_port());
        self
    }

    pub(super) fn started(self) -> Self {
        self.start();
        self
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The number of its port, which is part of the name of its socket.
    pub(super) fn port(&self) -> u16 {
        self.tcp_port.unwrap_or(5432)
    }

    /// Keeps a file that nobody but the server may read.
    pub(super) fn keep(&self, name: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder().join(name);
        fs::write(&path, content).expect("the folder can be written to");
        let mine = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&path, mine).expect("the file was just made");
        if let Some(account) = self.account {
            account.owns(&path);
        }
    }

    pub(super) fn start(&self) {
        let socket = self.folder().display();
        let address = self.tcp_port.map_or(String::new(), |port| {
            format!("-c listen_addresses=127.0.0.1 -c port={port}")
        });
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{socket}' -c max_connections=200 \
             {} {address}",
            self.settings
        );
        let arguments = [
            "-D",
            "data",
            "-w",
            "-l",
            "server.log",
            "-o",
            &options,
            "start",
        ];
        let started = Instant::now();
        // The children of a killed server keep its memory until they notice.
        while let Err(said) = self.try_to_run("pg_ctl", &arguments) {
            assert!(
                started.elapsed() < PATIENCE,
                "Postgres does not start: {said}"
            );
            sleep(Duration::from_millis(50));
        }
        *self.watchdog() = Some(Watchdog::over(self.process(), self.folder()));
    }

    pub(super) fn stop(&self) {
        *self.watchdog() = None;
        self.run("pg_ctl", &["-D", "data", "-w", "-m", "immediate", "stop"]);
    }

    pub(super) fn kill(&self) {
        *self.watchdog() = None;
        let process = self.process().to_string();
        run(
            None,
            self.folder(),
            Command::new("kill").args(["-KILL", &process]),
        );
    }

    /// The id of the process, as its folder says.
    fn process(&self) -> u32 {
        let said = fs::read_to_string(self.folder().join("data/postmaster.pid"));
        let said = said.expect("the server runs");
        let first = said
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        first.expect("the first line is the id of the process")
    }

    fn watchdog(&self) -> std::sync::MutexGuard<'_, Option<Watchdog>> {
        self.watchdog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn create_database(&self, name: &str) {
        let socket = self.folder().display().to_string();
        let port = self.port().to_string();
        self.run(
            "createdb",
            &["-h", &socket, "-p", &port, "-U", "postgres", name],
        );
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = self.try_to_run(program, arguments);
        done.unwrap_or_else(|said| panic!("{said}"));
    }

    fn try_to_run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments);
        try_to_run(self.account, self.folder(), &mut command)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.watchdog().is_some() {
            self.stop();
        }
    }
}

/// The folder of Postgres's programs; none if it is not installed.
pub(super) fn programs() -> Option<PathBuf> {
    let found = folder_with(&PROGRAMS, debian_folders().into_iter());
    if found.is_none() {
        missing("postgres", "postgresql");
    }
    found
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
