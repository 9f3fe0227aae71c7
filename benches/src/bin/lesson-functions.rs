//! How long it takes to parse, lint and convert lessons.
//!
//! `cargo run --profile dist -p esl-benches --bin lesson-functions -- [LESSON …]`
//!
//! Without arguments it measures two lessons of its own, of 6 KB and 1.2 MB. It prints one JSON
//! object: per lesson its size, and per function the figures of its runs.

use std::path::Path;

use anyhow::Context as _;
use esl_benches::{lesson_of_bytes, measure};
use esl_pipeline::blocks::{ConvertOptions, convert};
use esl_pipeline::lesson::{Lesson, lint};
use serde_json::{Value, json};

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
fn main() -> anyhow::Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let mut lessons = Vec::new();
    for path in &paths {
        let path = Path::new(path);
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        lessons.push((path.display().to_string(), text));
    }
    if lessons.is_empty() {
        lessons.push(("6 KB".into(), lesson_of_bytes(6_000)));
        lessons.push(("1.2 MB".into(), lesson_of_bytes(1_200_000)));
    }
    let results: Vec<_> = lessons
        .iter()
        .map(|(name, text)| figures(name, text))
        .collect();
    println!("{}", serde_json::to_string_pretty(&results)?);
    Ok(())
}

fn figures(name: &str, text: &str) -> Value {
    let options = ConvertOptions::default();
    let lesson = Lesson::parse(text);
    let blocks = convert(&lesson, &options);
    json!({
        "lesson": name,
        "bytes": text.len(),
        "findings": lint(&lesson).len(),
        "blocks": blocks.iter().map(esl_core::block::Block::count).sum::<usize>(),
        "parse": measure(|| Lesson::parse(text)),
        "lint": measure(|| lint(&lesson)),
        "parseAndLint": measure(|| lint(&Lesson::parse(text))),
        "blocksTree": measure(|| convert(&lesson, &options)),
        "blocksJson": measure(|| serde_json::to_vec(&blocks)),
        "blocksTreeAndJson": measure(|| serde_json::to_vec(&convert(&lesson, &options))),
    })
}
