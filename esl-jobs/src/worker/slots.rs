//! Slots: each runs one job after the other, and is given up when none waits.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::waiting::Claimed;
use super::{Shared, envelope};

/// The slots of a worker.
#[derive(Debug)]
pub(super) struct Slots {
    all: usize,
    free: Arc<Semaphore>,
    changed: Notify,
}

impl Slots {
    pub(super) fn new(all: usize) -> Self {
        Self {
            all,
            free: Arc::new(Semaphore::new(all)),
            changed: Notify::new(),
        }
    }
}

/// Waits until more jobs are wanted, and says how many: one for each free slot, and those that will be
/// begun before another claim could be answered.
pub(super) async fn room(shared: &Shared) -> usize {
    let slots = &shared.slots;
    loop {
        let waiting = shared.waiting.count();
        let ahead = shared.pace.ahead(slots.all);
        let room = (slots.free.available_permits() + ahead).saturating_sub(waiting);
        // Few large claims cost less than many small ones.
        if room > 0 && waiting <= ahead / 2 {
            return room;
        }
        slots.changed.notified().await;
    }
}

/// Begins jobs that wait for as long as there are free slots.
pub(super) fn fill(shared: &Arc<Shared>) {
    while shared.waiting.count() > 0
        && let Ok(slot) = shared.slots.free.clone().try_acquire_owned()
    {
        let Some(claimed) = shared.waiting.next() else {
            drop(slot);
            return shared.slots.changed.notify_one();
        };
        tokio::spawn(work(shared.clone(), claimed, slot));
    }
}

/// Boxed, because a slot that ends may begin another.
fn work(
    shared: Arc<Shared>,
    first: Claimed,
    slot: OwnedSemaphorePermit,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut next = Some(first);
        while let Some(claimed) = next {
            envelope::run(&shared, claimed).await;
            shared.slots.changed.notify_one();
            next = shared.waiting.next();
        }
        drop(slot);
        shared.slots.changed.notify_one();
        // What was claimed since the last look.
        fill(&shared);
    })
}

#[cfg(test)]
mod tests;
