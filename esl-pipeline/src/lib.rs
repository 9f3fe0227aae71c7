//! What happens to a lesson: parsing and checking, Markdown to Notion blocks, speech, and the run
//! that puts them together, written against the ports of `esl-core`.
//!
//! Adapters live in [`providers`], one feature each; nothing outside that module names one.

pub mod blocks;
mod dice;
pub mod documents;
pub mod jobs;
pub mod lesson;
pub mod patience;
pub mod pipeline;
pub mod providers;
mod scratch;
pub mod speech;
pub mod spelling;
mod turns;
mod yaml;
