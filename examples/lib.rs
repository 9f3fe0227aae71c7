//! Runnable examples, one idea each: `cargo run -p esl-examples --example NAME`.
//!
//! - `embed`: the whole job inside an application, on memory adapters and a tone generator.
//! - `jobs`: jobs of one's own, which outlive the process.
//!
//! The folders beside this file hold lessons: `lessons/` good ones, `broken/` the rest.
