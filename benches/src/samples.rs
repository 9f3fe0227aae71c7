//! Durations of many runs, told as minimum, median and maximum.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Serialize;

/// How long something took, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Runs counted.
    pub runs: usize,
    /// The fastest.
    pub min_us: f64,
    /// The one in the middle: the figure to quote.
    pub median_us: f64,
    /// The slowest: tells how quiet the machine was.
    pub max_us: f64,
}

impl Figures {
    /// Sums up `durations`; at least one.
    #[must_use]
    pub fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
        Self {
            runs: durations.len(),
            min_us: micros(durations[0]),
            median_us: micros(durations[durations.len() / 2]),
            max_us: micros(durations[durations.len() - 1]),
        }
    }
}

/// Runs `work` for about a second after a warm-up, at least 5 and at most 2000 times.
pub fn measure<T>(mut work: impl FnMut() -> T) -> Figures {
    const BUDGET: Duration = Duration::from_secs(1);
    for _ in 0..3 {
        black_box(work());
    }
    let (begin, mut durations) = (Instant::now(), Vec::new());
    while durations.len() < 5 || (begin.elapsed() < BUDGET && durations.len() < 2000) {
        let start = Instant::now();
        black_box(work());
        durations.push(start.elapsed());
    }
    Figures::of(durations)
}
