//! The services outside, faked strictly, and the binary pointed to them.

use std::process::{Command, Stdio};
use std::time::Duration;

use esl_testkit::fakes::{Fakes, FakesOptions, Service};
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, LESSON};

/// How long a service waits to be asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fakes that answer while the test waits for the binary.
pub(crate) struct Outside {
    pub(crate) fakes: Fakes,
    pub(crate) runtime: Runtime,
}

impl Outside {
    pub(crate) fn new() -> Self {
        Self::with(FakesOptions::default())
    }

    pub(crate) fn with(options: FakesOptions) -> Self {
        let runtime = Runtime::new().unwrap();
        let fakes = runtime.block_on(Fakes::start(options));
        Self {
            fakes: fakes.unwrap(),
            runtime,
        }
    }

    /// The binary with the variables that point to the fakes, those of `change` replaced; an empty
    /// value takes a variable away.
    pub(crate) fn command(&self, bench: &Bench, line: &[&str], change: &[(&str, &str)]) -> Command {
        let mut command = bench.command(line);
        let variables = self.fakes.environment().iter();
        command
            .envs(variables.map(|(name, value)| (*name, value)))
            .env_remove("OPENAI_BASE_URL")
            .env_remove("OPENAI_API_KEY")
            .envs(change.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary as [`command`](Self::command) says.
    pub(crate) fn esl(&self, bench: &Bench, line: &[&str], change: &[(&str, &str)]) -> Ended {
        let ended = Ended::from(self.command(bench, line, change).output().unwrap());
        self.assert_no_secret(&ended);
        ended
    }

    /// Waits until a service was asked something by this method.
    pub(crate) fn until(&self, service: Service, method: &str) {
        let asked = self
            .fakes
            .until(service, |request| request.method == method);
        let asked = async { tokio::time::timeout(PATIENCE, asked).await };
        let asked = self.runtime.block_on(asked);
        asked.expect("the service is asked");
    }

    /// No output repeats a secret, whatever was logged.
    pub(crate) fn assert_no_secret(&self, ended: &Ended) {
        let is_secret = |name: &str| name.ends_with("_KEY") || name.ends_with("_TOKEN");
        for (name, secret) in self.fakes.environment() {
            if is_secret(name) {
                let output = format!("{}{}", ended.stdout, ended.stderr);
                assert!(!output.contains(secret.as_str()), "{name}: {output}");
            }
        }
    }

    pub(crate) fn count(&self, service: Service, method: &str) -> usize {
        let requests = self.fakes.requests(service);
        requests
            .iter()
            .filter(|request| request.method == method)
            .count()
    }
}

/// A bench with a lesson that fits into the faked database.
pub(crate) fn lesson() -> Bench {
    let bench = Bench::new();
    let text = LESSON.replacen("properties:\n  Status: Not started\n", "", 1);
    bench.file("lesson.md", text);
    bench
}
