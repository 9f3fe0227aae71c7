//! A Redis server for one test.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::programs::folder_with;
use super::watchdog::Watchdog;
use super::{free_port, missing};

/// An empty server that listens on a socket in a temporary folder and forgets everything when it
/// stops.
#[derive(Debug)]
pub struct RedisServer {
    program: PathBuf,
    folder: TempDir,
    tls_port: Option<u16>,
    process: Option<(Child, Watchdog)>,
}

impl RedisServer {
    /// Starts a server; none if Redis is not installed.
    ///
    /// # Panics
    /// If Redis is missing and `ESL_TEST_REQUIRE` names `redis`, or it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let mut server = Self::find()?;
        server.start_again();
        Some(server)
    }

    /// Starts a server that also listens, encrypted, at [`RedisServer::tls_url`]. Certificate and key
    /// are PEM.
    ///
    /// # Panics
    /// Like [`RedisServer::start`].
    #[must_use]
    pub fn start_encrypted(certificate: &str, key: &str) -> Option<Self> {
        let mut server = Self::find()?;
        server.tls_port = Some(free_port());
        for (name, content) in [("server.crt", certificate), ("server.key", key)] {
            let kept = std::fs::write(server.folder.path().join(name), content);
            kept.expect("the folder can be written to");
        }
        server.start_again();
        Some(server)
    }

    fn find() -> Option<Self> {
        let Some(folder) = folder_with(&["redis-server"], std::iter::empty()) else {
            missing("redis", "redis-server");
            return None;
        };
        Some(Self {
            program: folder.join("redis-server"),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            tls_port: None,
            process: None,
        })
    }

    /// How to connect to it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// How to connect to it through `localhost`; only of [`RedisServer::start_encrypted`].
    #[must_use]
    pub fn tls_url(&self) -> String {
        let port = self.tls_port.unwrap_or_default();
        format!("rediss://localhost:{port}")
    }

    /// Starts a server that was stopped; what it knew is lost.
    pub fn start_again(&mut self) {
        let mut command = Command::new(&self.program);
        command.args([
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--unixsocket",
        ]);
        command.arg(self.socket()).current_dir(self.folder.path());
        if let Some(port) = self.tls_port {
            command.args(["--tls-port", &port.to_string(), "--tls-auth-clients", "no"]);
            command.args([
                "--tls-cert-file",
                "server.crt",
                "--tls-key-file",
                "server.key",
            ]);
            command.args(["--tls-ca-cert-file", "server.crt", "--bind", "127.0.0.1"]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let process = command.stderr(Stdio::null()).spawn();
        let mut process = process.expect("redis-server can be run");
        let watchdog = Watchdog::over(process.id(), self.folder.path());
        let log = process.stdout.take();
        self.process = Some((process, watchdog));
        wait_until_it_listens(log.expect("it is piped"));
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        if let Some((mut process, watchdog)) = self.process.take() {
            drop(watchdog);
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }
}

/// Nobody hears what it says afterwards, which it does not mind.
fn wait_until_it_listens(log: ChildStdout) {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let is_ready = lines.any(|line| line.contains("eady to accept connections"));
    assert!(is_ready, "redis-server does not start");
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
