//! What was found out lately, so that it is not asked again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Answers that are kept, at most.
const MAX_ENTRIES: usize = 1000;

/// Answers by question. Who asks the same at the same time shares one answer; a failure is no
/// answer.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    lifetime: Duration,
    entries: Mutex<HashMap<K, Entry<V>>>,
}

/// An answer and when it was given. Locked while somebody asks.
type Entry<V> = Arc<tokio::sync::Mutex<Option<(Instant, V)>>>;

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            entries: Mutex::default(),
        }
    }

    /// The answer that is known, or else what `ask` says.
    pub(super) async fn get<E>(
        &self,
        question: K,
        ask: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let entry = self.entry(question);
        let mut entry = entry.lock().await;
        if let Some((since, answer)) = &*entry
            && since.elapsed() < self.lifetime
        {
            return Ok(answer.clone());
        }
        *entry = None;
        let answer = ask.await?;
        *entry = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }

    /// Keeps an answer that came along with another.
    pub(super) async fn put(&self, question: K, answer: V) {
        *self.entry(question).lock().await = Some((Instant::now(), answer));
    }

    /// Makes the next one ask again.
    pub(super) fn forget(&self, question: &K) {
        self.lock().remove(question);
    }

    fn entry(&self, question: K) -> Entry<V> {
        let mut entries = self.lock();
        if entries.len() >= MAX_ENTRIES && !entries.contains_key(&question) {
            entries.clear();
        }
        Arc::clone(entries.entry(question).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Entry<V>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(300);

    #[derive(Default)]
    struct Service(AtomicUsize);

    impl Service {
        async fn answer(&self) -> Result<usize, ()> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_shared_and_kept_for_its_lifetime() {
        let (service, cache) = (Service::default(), Cache::new(LIFETIME));
        let ask = || cache.get("a", service.answer());
        assert_eq!(tokio::join!(ask(), ask()), (Ok(0), Ok(0)));
        tokio::time::sleep(LIFETIME - Duration::from_secs(1)).await;
        assert_eq!(ask().await, Ok(0));
        assert_eq!(cache.get("b", service.answer()).await, Ok(1));
        tokio::time::sleep(LIFETIME).await;
        assert_eq!(ask().await, Ok(2));
        cache.forget(&"a");
        assert_eq!(ask().await, Ok(3));
        cache.put("a", 7).await;
        assert_eq!(ask().await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_not_kept() {
        let cache = Cache::new(LIFETIME);
        assert_eq!(cache.get((), async { Err("down") }).await, Err("down"));
        assert_eq!(cache.get((), async { Ok::<_, &str>(1) }).await, Ok(1));
    }
}
