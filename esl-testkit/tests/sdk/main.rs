//! The official clients work with the fakes as they are: each script beside this file asserts on
//! what its client makes of the answers.
//!
//! `sh esl-testkit/tests/sdk/install.sh` installs the clients. Where they are missing the tests say
//! so and pass, unless `ESL_TEST_REQUIRE` names `sdk`.

mod elevenlabs;
mod notion;
mod openai;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use esl_testkit::fakes::{Fakes, FakesOptions};

/// A client and the program that runs its script.
enum Client {
    /// From npm.
    Node(&'static str),
    /// From PyPI.
    Python(&'static str),
}

impl Client {
    fn command(&self) -> Command {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
        let (program, script) = match self {
            Self::Node(script) => (PathBuf::from("node"), script),
            Self::Python(script) => (here.join(".venv/bin/python"), script),
        };
        let mut command = Command::new(program);
        command.arg(here.join(script)).env_remove("HTTP_PROXY");
        command
    }

    fn is_installed(&self) -> bool {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
        match self {
            Self::Node(_) => here.join("node_modules").is_dir(),
            Self::Python(_) => here.join(".venv/installed").is_file(),
        }
    }
}

/// Runs the script against `fakes`, with the variables that point there; fails as it fails.
async fn run(client: Client, fakes: &Fakes) {
    if !client.is_installed() {
        skip();
        return;
    }
    let mut command = client.command();
    command.envs(
        fakes
            .environment()
            .iter()
            .map(|(name, value)| (name, value)),
    );
    let ended = tokio::task::spawn_blocking(move || command.output());
    let Output {
        status,
        stdout,
        stderr,
    } = ended.await.unwrap().unwrap();
    let told = [stdout, stderr].concat();
    assert!(status.success(), "{}", String::from_utf8_lossy(&told));
}

#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn skip() {
    let required = std::env::var("ESL_TEST_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|name| name.trim() == "sdk");
    assert!(
        !is_required,
        "the clients are required and missing: run tests/sdk/install.sh"
    );
    eprintln!("skipped: the clients are missing (sh esl-testkit/tests/sdk/install.sh)");
}

async fn fakes() -> Fakes {
    Fakes::start(FakesOptions::default()).await.unwrap()
}
