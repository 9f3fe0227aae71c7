//! Runs of one lesson take turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use esl_core::LessonId;
use tokio::sync::OwnedMutexGuard;

/// Who may work on which lesson, within this process. Between processes the manifest decides.
#[derive(Debug, Default)]
pub(super) struct Turns {
    lessons: Mutex<HashMap<LessonId, Weak<tokio::sync::Mutex<()>>>>,
}

impl Turns {
    /// Waits until no other run works on the lesson. The turn ends when the guard is dropped.
    pub(super) async fn wait_for(&self, lesson: &LessonId) -> OwnedMutexGuard<()> {
        self.lock_of(lesson).lock_owned().await
    }

    fn lock_of(&self, lesson: &LessonId) -> Arc<tokio::sync::Mutex<()>> {
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = lessons.get(lesson).and_then(Weak::upgrade) {
            return lock;
        }
        lessons.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        lessons.insert(lesson.clone(), Arc::downgrade(&lock));
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
    async fn only_runs_of_the_same_lesson_wait() {
        let turns = Turns::default();
        let [one, other] = ["one.md", "other.md"].map(|id| LessonId::parse(id).unwrap());
        let turn = turns.wait_for(&one).await;
        assert!(is_pending(turns.wait_for(&one)));
        turns.wait_for(&other).await;
        drop(turn);
        assert!(!is_pending(turns.wait_for(&one)));
        assert_eq!(turns.lessons.lock().unwrap().len(), 1);
    }
}
