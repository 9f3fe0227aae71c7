//! How much longer a run takes than the services that it asks make it take.
//!
//! `cargo build --release && cargo run --release -p esl-benches --bin end-to-end -- target/release/esl`
//!
//! It starts the fakes of all services in this process (a request takes Notion 150 ms, speech 800 ms and
//! S3 80 ms) and runs the given binary on them, from an empty folder: on a lesson of ordinary size with
//! coloured headings, and on one whose study text has 40 lines, spoken line by line at concurrency 10.
//! It prints one JSON object: the time from start to end of the process, the critical path that
//! `critical_path` finds in the log of the requests, their ratio, and the requests by service and kind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use esl_benches::{critical_path, monologue_of};
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{Fakes, FakesOptions, LoggedRequest, Service, ServiceLimits};
use serde_json::{Value, json};
use tokio::process::Command;

/// Pieces that are spoken at once.
const CONCURRENCY: usize = 10;

const DEMO: &str = include_str!("../../../examples/lessons/a1-at-the-cafe.md");

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
async fn main() -> anyhow::Result<()> {
    let binary = std::env::args_os().nth(1).map(PathBuf::from);
    let binary = binary.context("name the binary to measure")?;
    let binary = binary.canonicalize().context("there is no such binary")?;
    // The faked database has no such property.
    let demo = DEMO.replacen("properties:\n  Status: Not started\n", "", 1);
    let result = json!({
        "demo": measured(&binary, &demo, &["--preset", "b1-default"]).await?,
        "monologue": measured(&binary, &monologue_of(40), &["--tts-mode", "monologue"]).await?,
    });
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}

async fn measured(binary: &Path, lesson: &str, options: &[&str]) -> anyhow::Result<Value> {
    let fakes = Fakes::start(fakes_options()).await?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("lesson.md"), lesson)?;
    let environment = fakes.environment().iter();
    let environment = environment.filter(|(name, _)| !name.starts_with("OPENAI"));
    let mut command = Command::new(binary);
    command
        .args(["run", "lesson.md", "--json", "--concurrency"])
        .arg(CONCURRENCY.to_string())
        .args(options)
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .envs(environment.map(|(name, value)| (*name, value)));
    let start = Instant::now();
    let output = command.output().await?;
    let wall = start.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {said}");
    let requests: Vec<_> = Service::ALL
        .into_iter()
        .flat_map(|service| fakes.requests(service))
        .collect();
    let path = critical_path(&requests, CONCURRENCY);
    Ok(json!({
        "wallSeconds": wall.as_secs_f64(),
        "criticalPathSeconds": path.as_secs_f64(),
        "ratio": wall.as_secs_f64() / path.as_secs_f64(),
        "requests": by_kind(&requests),
    }))
}

fn fakes_options() -> FakesOptions {
    let latency = |service| match service {
        Service::Notion => Duration::from_millis(150),
        Service::ElevenLabs => Duration::from_millis(800),
        _ => Duration::from_millis(80),
    };
    let limits = |service| {
        let latency = latency(service);
        let limits = ServiceLimits {
            latency,
            ..ServiceLimits::default()
        };
        (service, limits)
    };
    FakesOptions {
        limits: Service::ALL.into_iter().map(limits).collect(),
        elevenlabs: ElevenLabsAccount {
            max_concurrent: Some(CONCURRENCY),
            ..ElevenLabsAccount::default()
        },
        ..FakesOptions::default()
    }
}

/// How many requests of each kind each service got.
fn by_kind(requests: &[LoggedRequest]) -> BTreeMap<&'static str, BTreeMap<String, usize>> {
    let mut counts: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for request in requests {
        let of_service = counts.entry(request.service.name()).or_default();
        *of_service.entry(kind(request)).or_default() += 1;
    }
    counts
}

/// The request without ids and keys.
fn kind(request: &LoggedRequest) -> String {
    let is_name = |part: &str| part.len() >= 20 || part.contains('.');
    let parts = request.path.split('/');
    let parts: Vec<_> = parts
        .map(|part| if is_name(part) { "*" } else { part })
        .collect();
    format!("{} {}", request.method, parts.join("/"))
}
