//! Work on one thing takes turns.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

/// Who may work on what, within this process.
#[derive(Debug)]
pub(crate) struct Turns<K> {
    taken: Mutex<HashMap<K, Weak<tokio::sync::Mutex<()>>>>,
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self {
            taken: Mutex::default(),
        }
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// Waits until nobody else works on `thing`. The turn ends when the guard is dropped.
    pub(crate) async fn wait_for(&self, thing: &K) -> OwnedMutexGuard<()> {
        self.lock_of(thing).lock_owned().await
    }

    fn lock_of(&self, thing: &K) -> Arc<tokio::sync::Mutex<()>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = taken.get(thing).and_then(Weak::upgrade) {
            return lock;
        }
        taken.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        taken.insert(thing.clone(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures_check::is_pending;

    use super::*;

    mod futures_check {
        use std::pin::pin;
        use std::task::{Context, Waker};

        pub(super) fn is_pending(future: impl Future) -> bool {
            let mut context = Context::from_waker(Waker::noop());
            pin!(future).poll(&mut context).is_pending()
        }
    }

    #[tokio::test]
    async fn only_work_on_the_same_thing_waits() {
        let turns = Turns::default();
        let [one, other] = ["one.md", "other.md"];
        let turn = turns.wait_for(&one).await;
        assert!(is_pending(turns.wait_for(&one)));
        turns.wait_for(&other).await;
        drop(turn);
        assert!(!is_pending(turns.wait_for(&one)));
        assert_eq!(turns.taken.lock().unwrap().len(), 1);
    }
}
