//! What the measuring programs share: lessons of a wanted size, and samples of durations.

mod lessons;
mod samples;

pub use lessons::{lesson_of_bytes, lesson_spoken_for};
pub use samples::{Figures, measure};
