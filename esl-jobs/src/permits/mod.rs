//! Limits that hold over all processes: permits with leases, in the store that the jobs are in.
//!
//! A ledger knows how many permits of a key each process has. A process asks it for as many as it has
//! use for and hands them on by itself, so that a request costs no round trip; it gives them back when
//! it has no use for them, or when others should have them. The permits of a process that died come
//! free when its lease ends.

mod keeper;
mod share;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use esl_core::ports::{HeldPermit, PermitKey, Permits, StoreError};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use keeper::{Keeper, Message};

pub use keeper::LEASE;
pub use share::{Answer, Ask, Settled, Share, settle};

/// Where it is written down how many permits each process has.
#[async_trait]
pub trait PermitLedger: fmt::Debug + Send + Sync + 'static {
    /// Does, as one transaction, what [`settle()`] says about the shares of the key, and forgets those
    /// whose leases ran out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn settle(&self, ask: &Ask) -> Result<Answer, StoreError>;

    /// Is marked as changed whenever what a process settled concerns others.
    fn watch_permits(&self) -> watch::Receiver<()>;
}

/// Permits shared with all processes that use the same ledger.
///
/// Dropped while permits are held, it keeps them from others until the lease ends, as if the process
/// had died.
pub struct SharedPermits {
    ledger: Arc<dyn PermitLedger>,
    holder: Uuid,
    keepers: Mutex<Keepers>,
}

#[derive(Default)]
struct Keepers {
    ways: HashMap<PermitKey, mpsc::UnboundedSender<Message>>,
    tasks: JoinSet<()>,
}

impl fmt::Debug for SharedPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPermits")
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}

impl SharedPermits {
    /// Permits of `ledger`, for one process.
    #[must_use]
    pub fn new(ledger: Arc<dyn PermitLedger>) -> Self {
        Self {
            ledger,
            holder: Uuid::new_v4(),
            keepers: Mutex::default(),
        }
    }

    /// Tells the keeper of a key, a new one if there is none.
    fn tell(&self, key: &PermitKey, message: Message) {
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let unheard = match keepers.ways.get(key) {
            Some(way) => way.send(message).err().map(|unheard| unheard.0),
            None => Some(message),
        };
        let Some(message) = unheard else { return };
        while keepers.tasks.try_join_next().is_some() {}
        let (way, keeper) = Keeper::new(self.ledger.clone(), key.clone(), self.holder);
        // It has not begun to listen, and so has not ended.
        let _ = way.send(message);
        keepers.ways.insert(key.clone(), way);
        keepers.tasks.spawn(keeper.run());
    }
}

#[async_trait]
impl Permits for SharedPermits {
    async fn acquire(&self, key: &PermitKey, limit: NonZeroU32) -> HeldPermit {
        loop {
            let (waiting, served) = oneshot::channel();
            let limit = limit.get();
            self.tell(key, Message::Wanted { limit, waiting });
            // A keeper that ended just then is followed by another one.
            if let Ok(permit) = served.await {
                return HeldPermit::new(permit);
            }
        }
    }
}
