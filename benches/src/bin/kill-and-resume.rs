//! Whether lessons survive that their processes are killed, not answered, or answered late.
//!
//! `cargo run --profile dist -p esl-benches --bin kill-and-resume -- [LESSONS]`
//!
//! Each of LESSONS (1,000) lessons has a world of its own, in which time is simulated. It prints one
//! JSON object, or ends at the first lesson that was not done exactly once.

#[path = "../../../esl-pipeline/tests/durable/storm.rs"]
mod storm;
#[expect(dead_code, reason = "shared with tests, which need more of it")]
#[path = "../../../esl-pipeline/tests/durable/world.rs"]
mod world;

use std::time::Instant;

use serde_json::json;

use storm::weather;
use world::{World, lesson_text, on_paused_time};

#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
fn main() -> anyhow::Result<()> {
    let lessons = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 1000,
    };
    let (begin, mut deaths) = (Instant::now(), 0);
    on_paused_time(async {
        let text = lesson_text();
        let reference = World::new();
        reference.run(&text).await;
        let expected = reference.page().await;
        for seed in 0..lessons {
            deaths += weather(seed, &text, &expected).await;
        }
    });
    let seconds = begin.elapsed().as_secs_f64();
    let result =
        json!({"lessons": lessons, "deaths": deaths, "doneOnce": lessons, "seconds": seconds});
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}
