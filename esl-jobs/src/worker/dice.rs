//! Chance, so that workers do not all do the same thing at the same time.

/// A number from 0 to 1.
pub(super) fn roll() -> f64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    high as f64 / u64::MAX as f64
}
