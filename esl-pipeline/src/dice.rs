//! Chance, for waiting times.

use std::hash::{BuildHasher, RandomState};

/// A number from 0 to 1 that differs from process to process and call to call.
pub(crate) fn roll() -> f64 {
    RandomState::new().hash_one(()) as f64 / u64::MAX as f64
}
