//! What a process has of one key, and who in it waits for how much.
//!
//! A task per key, which lives while the key is in use. Permits that the process holds already are
//! handed on without asking anybody; the ledger is asked when more are needed, when others wait for
//! what is too much here, and from time to time, so that the lease goes on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::PermitKey;
use esl_core::with_causes;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::PermitLedger;
use super::share::{Answer, Ask};

/// How long the permits of a process that died are missing.
pub const LEASE: Duration = Duration::from_secs(15);

/// How often the ledger is asked by a process that has what it wants.
const BEAT: Duration = Duration::from_secs(5);

/// How often where somebody waits for permits: a wake-up may be lost, a lease may run out.
const BUSY_BEAT: Duration = Duration::from_secs(1);

/// How long permits are kept that nobody uses.
const LINGER: Duration = Duration::from_secs(2);

/// What is said to a keeper.
pub(super) enum Message {
    /// Somebody waits for one of `limit` permits.
    Wanted {
        limit: u32,
        waiting: oneshot::Sender<Guard>,
    },
    /// A permit is free again.
    Free,
}

/// A permit in use.
pub(super) struct Guard(mpsc::UnboundedSender<Message>);

impl Drop for Guard {
    fn drop(&mut self) {
        // A keeper that is gone has nothing to hand on.
        let _ = self.0.send(Message::Free);
    }
}

/// What a process has of one key.
pub(super) struct Keeper {
    ledger: Arc<dyn PermitLedger>,
    key: PermitKey,
    holder: Uuid,
    way: mpsc::UnboundedSender<Message>,
    messages: mpsc::UnboundedReceiver<Message>,
    bell: watch::Receiver<()>,
    waiting: VecDeque<oneshot::Sender<Guard>>,
    limit: u32,
    in_use: u32,
    idle_since: Instant,
    /// How many permits the ledger was told are wanted, and what it answered.
    told: u32,
    answer: Answer,
    /// Until when the answer holds.
    leased_until: Instant,
    /// When to ask again whatever happens, and when at the earliest.
    ask_at: Instant,
    not_before: Instant,
}

impl Keeper {
    /// A keeper of `key`, and the way to it.
    pub(super) fn new(
        ledger: Arc<dyn PermitLedger>,
        key: PermitKey,
        holder: Uuid,
    ) -> (mpsc::UnboundedSender<Message>, Self) {
        let (way, messages) = mpsc::unbounded_channel();
        let now = Instant::now();
        let keeper = Self {
            bell: ledger.watch_permits(),
            ledger,
            key,
            holder,
            way: way.clone(),
            messages,
            waiting: VecDeque::new(),
            limit: 0,
            in_use: 0,
            idle_since: now,
            told: 0,
            answer: Answer::default(),
            leased_until: now,
            ask_at: now + BEAT,
            not_before: now,
        };
        (way, keeper)
    }

    /// Serves whoever waits, until nobody has for a while.
    pub(super) async fn run(mut self) {
        loop {
            self.serve();
            if self.must_ask() {
                self.ask().await;
            } else if self.is_needed() || !self.messages.is_empty() {
                self.listen().await;
            } else {
                self.ask().await;
                if self.messages.is_empty() {
                    // Who was about to say something finds the way closed, and starts another keeper.
                    return;
                }
            }
        }
    }

    /// Hands permits on to those who wait, in their order.
    fn serve(&mut self) {
        let mine = self.answer.held.min(self.answer.fair).min(self.limit);
        while self.in_use < mine && Instant::now() < self.leased_until {
            let Some(next) = self.waiting.pop_front() else {
                return;
            };
            self.in_use += 1;
            // Whoever does not wait any more drops the permit, which comes back as a message.
            let _ = next.send(Guard(self.way.clone()));
        }
    }

    fn wanted(&self) -> u32 {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.in_use.saturating_add(waiting).min(self.limit)
    }

    fn must_ask(&self) -> bool {
        let now = Instant::now();
        let wants_more = self.wanted() > self.told.max(self.answer.held);
        let has_too_much = self.answer.held > self.answer.fair.max(self.in_use);
        now >= self.not_before && (now >= self.ask_at || wants_more || has_too_much)
    }

    /// Whether somebody uses or awaits a permit, or may do so soon.
    fn is_needed(&self) -> bool {
        let is_idle = self.in_use == 0 && self.waiting.is_empty();
        let may_linger = !self.answer.others_wait && self.idle_since.elapsed() < LINGER;
        !is_idle || may_linger
    }

    async fn ask(&mut self) {
        self.waiting.retain(|waiting| !waiting.is_closed());
        let ask = Ask {
            key: self.key.clone(),
            holder: self.holder,
            limit: self.limit,
            wanted: self.wanted(),
            in_use: self.in_use,
            lease: LEASE,
        };
        let now = Instant::now();
        self.bell.mark_unchanged();
        match self.ledger.settle(&ask).await {
            Ok(answer) => {
                let is_busy = answer.others_wait || answer.held < ask.wanted;
                self.told = ask.wanted;
                self.answer = answer;
                self.leased_until = now + LEASE;
                self.ask_at = now + if is_busy { BUSY_BEAT } else { BEAT };
            }
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), permit.key = self.key.as_str(), "cannot ask for permits");
                self.not_before = now + BUSY_BEAT;
            }
        }
    }

    async fn listen(&mut self) {
        let idle_until = match self.in_use == 0 && self.waiting.is_empty() {
            true => self.idle_since + LINGER,
            false => self.ask_at,
        };
        let wake = idle_until.min(self.ask_at).max(self.not_before);
        tokio::select! {
            message = self.messages.recv() => self.hear(message),
            Ok(()) = self.bell.changed() => self.ask_at = Instant::now(),
            () = sleep_until(wake) => {}
        }
    }

    fn hear(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Wanted { limit, waiting }) => {
                self.limit = limit;
                self.waiting.push_back(waiting);
            }
            Some(Message::Free) => {
                self.in_use -= 1;
                self.idle_since = Instant::now();
            }
            // The keeper has a way to itself.
            None => {}
        }
    }
}
