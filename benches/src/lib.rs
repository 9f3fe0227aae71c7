//! What the measuring programs share: lessons of a wanted size, and samples of durations.

mod critical_path;
mod lessons;
mod samples;

pub use critical_path::critical_path;
pub use lessons::{dialogue_of, lesson_of_bytes, lesson_spoken_for, monologue_of};
pub use samples::{Figures, measure};
