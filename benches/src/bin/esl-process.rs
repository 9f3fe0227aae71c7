//! How long the command `esl` takes to start, and how much memory a whole run needs.
//!
//! `cargo build --release && cargo run --release -p esl-benches --bin esl-process -- target/release/esl [MINUTES]`
//!
//! It starts the given binary for `--version` many times, then once for a lesson with MINUTES (15)
//! minutes of speech, spoken by the machine's own offline engine, in a temporary folder. It prints one
//! JSON object. Memory is the peak resident set of the largest process, as the system counts it.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use esl_benches::{Figures, lesson_spoken_for};
use serde_json::json;
use wait4::{ResUse, Wait4 as _};

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let binary = arguments
        .next()
        .map(PathBuf::from)
        .context("name the binary to measure")?;
    let binary = binary.canonicalize().context("there is no such binary")?;
    let minutes = match arguments.next() {
        Some(text) => text
            .to_string_lossy()
            .parse()
            .context("MINUTES is a whole number")?,
        None => 15,
    };
    let folder = tempfile::tempdir()?;
    let esl = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        let cache = folder.path().join("cache");
        command
            .args(arguments)
            .current_dir(folder.path())
            .env("XDG_CACHE_HOME", cache);
        command
    };
    let mut starts = Vec::new();
    for _ in 0..50 {
        starts.push(timed(esl(&["--version"]))?.0);
    }
    std::fs::write(folder.path().join("lesson.md"), lesson_spoken_for(minutes))?;
    let (first, usage) = timed(esl(&["run", "lesson.md", "--json"]))?;
    let (second, idle_usage) = timed(esl(&["run", "lesson.md", "--json"]))?;
    let result = json!({
        "version": Figures::of(starts),
        "run": {"spokenMinutes": minutes, "seconds": first.as_secs_f64(), "peakRssBytes": usage.rusage.maxrss},
        "unchangedRun": {"seconds": second.as_secs_f64(), "peakRssBytes": idle_usage.rusage.maxrss},
    });
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}

fn timed(mut command: Command) -> anyhow::Result<(Duration, ResUse)> {
    let start = Instant::now();
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let usage = child.wait4()?;
    ensure!(
        usage.status.success(),
        "{command:?} ended with {}",
        usage.status
    );
    Ok((start.elapsed(), usage))
}
