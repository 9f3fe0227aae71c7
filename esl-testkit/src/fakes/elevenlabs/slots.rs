//! How many requests speak at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the requests of one family of models.
#[derive(Debug, Default)]
pub(super) struct Slots(Arc<AtomicUsize>);

/// A request under way; counted until dropped.
#[derive(Debug)]
pub(super) struct Slot(Arc<AtomicUsize>);

impl Slots {
    /// A slot, unless `maximum` are taken.
    pub(super) fn take(&self, maximum: usize) -> Option<Slot> {
        let free = |taken| (taken < maximum).then_some(taken + 1);
        let (set, fetch) = (Ordering::SeqCst, Ordering::SeqCst);
        let taken = self.0.fetch_update(set, fetch, free);
        taken.is_ok().then(|| Slot(Arc::clone(&self.0)))
    }

    /// Slots taken.
    pub(super) fn taken(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_when_dropped() {
        let slots = Slots::default();
        let first = slots.take(1);
        assert!(first.is_some() && slots.take(1).is_none());
        drop(first);
        assert_eq!(slots.taken(), 0);
        assert!(slots.take(1).is_some());
    }
}
