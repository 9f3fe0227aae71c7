//! How the permits of a key are shared out among processes. Pure.

use std::time::Duration;

use esl_core::Timestamp;
use esl_core::ports::PermitKey;
use uuid::Uuid;

/// What one process has of a key, as a ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Which process.
    pub holder: Uuid,
    /// How many permits it would use.
    pub wanted: u32,
    /// How many are its own.
    pub held: u32,
    /// Who got a permit last has the highest number.
    pub turn: u64,
    /// When all that ends unless the process asks again.
    pub expires_at: Timestamp,
}

/// What a process needs of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The key.
    pub key: PermitKey,
    /// Which process asks.
    pub holder: Uuid,
    /// How many permits there are.
    pub limit: u32,
    /// How many it would use; none gives all back.
    pub wanted: u32,
    /// How many are in use and cannot be given back yet.
    pub in_use: u32,
    /// For how long its share is its own unless it asks again.
    pub lease: Duration,
}

/// What a process has from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answer {
    /// How many permits are its own.
    pub held: u32,
    /// How many it should have: those beyond are to be given back as soon as they are free.
    pub fair: u32,
    /// Whether others wait for permits.
    pub others_wait: bool,
}

/// What a ledger does about an [`Ask`].
#[derive(Debug, PartialEq, Eq)]
pub struct Settled {
    /// The share of the process from now on; none if it has no part in the key any more.
    pub share: Option<Share>,
    /// Whether that is worth writing: something changed, or the lease gets short.
    pub is_change: bool,
    /// What the process is told.
    pub answer: Answer,
    /// Whether other processes should ask again.
    pub concerns_others: bool,
}

/// Settles at `now` what a process asks for, given the shares that are written down.
#[must_use]
pub fn settle(ask: &Ask, written: &[Share], now: Timestamp) -> Settled {
    let valid = written.iter().filter(|share| share.expires_at > now);
    let (own, others): (Vec<_>, Vec<_>) = valid.partition(|share| share.holder == ask.holder);
    let before = own.first().copied();
    let had = before.map_or(0, |share| share.held);
    let fair = fair_share(ask, before.map_or(0, |share| share.turn), &others);
    let taken: u32 = others.iter().map(|share| share.held).sum();
    let held = fair.min(ask.limit.saturating_sub(taken)).max(ask.in_use);
    let share = (ask.wanted > 0).then(|| Share {
        holder: ask.holder,
        wanted: ask.wanted,
        held,
        turn: match before {
            Some(share) if held <= had => share.turn,
            _ if held == 0 => 0,
            _ => written.iter().map(|share| share.turn).max().unwrap_or(0) + 1,
        },
        expires_at: now.plus(ask.lease),
    });
    let is_unmet = |held: u32, wanted: u32| held < wanted.min(ask.limit);
    let others_wait = others
        .iter()
        .any(|share| is_unmet(share.held, share.wanted));
    let wants_more = ask.wanted > before.map_or(0, |share| share.wanted);
    Settled {
        is_change: is_change(before, share.as_ref(), ask, now),
        share,
        answer: Answer {
            held,
            fair,
            others_wait,
        },
        concerns_others: (held < had && others_wait) || (wants_more && is_unmet(held, ask.wanted)),
    }
}

fn is_change(before: Option<&Share>, share: Option<&Share>, ask: &Ask, now: Timestamp) -> bool {
    let (Some(before), Some(share)) = (before, share) else {
        return before.is_some() || share.is_some();
    };
    let what = |share: &Share| (share.wanted, share.held, share.turn);
    let is_short = before.expires_at.since(now) < ask.lease * 3 / 4;
    what(before) != what(share) || is_short
}

/// Permits are dealt out one by one to whoever wants more; who got one longest ago comes first.
fn fair_share(ask: &Ask, turn: u64, others: &[&Share]) -> u32 {
    let mut players: Vec<_> = others
        .iter()
        .map(|share| (share.turn, share.holder, share.wanted))
        .collect();
    players.push((turn, ask.holder, ask.wanted));
    players.sort_unstable();
    let most = players
        .iter()
        .map(|(.., wanted)| *wanted)
        .max()
        .unwrap_or(0);
    let (mut left, mut fair) = (ask.limit, 0);
    for round in 0..most.min(ask.limit) {
        for (_, holder, _) in players.iter().filter(|(.., wanted)| *wanted > round) {
            if left == 0 {
                return fair;
            }
            left -= 1;
            fair += u32::from(*holder == ask.holder);
        }
    }
    fair
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ledger of one key, and processes that use whatever they hold.
    struct Table {
        limit: u32,
        shares: Vec<Share>,
    }

    impl Table {
        fn new(limit: u32) -> Self {
            Self {
                limit,
                shares: Vec::new(),
            }
        }

        fn ask(&mut self, holder: u128, wanted: u32, in_use: u32) -> Settled {
            let ask = Ask {
                key: PermitKey::of("test", "key"),
                holder: Uuid::from_u128(holder),
                limit: self.limit,
                wanted,
                in_use,
                lease: Duration::from_secs(1),
            };
            let now = Timestamp::from_millis(0);
            let settled = settle(&ask, &self.shares, now);
            let is_other = |share: &Share| share.holder != ask.holder && share.expires_at > now;
            self.shares.retain(is_other);
            self.shares.extend(settled.share.clone());
            let held: u32 = self.shares.iter().map(|share| share.held).sum();
            assert!(held <= self.limit);
            settled
        }
    }

    #[test]
    fn who_is_alone_has_all_it_wants_up_to_the_limit() {
        let mut table = Table::new(3);
        assert_eq!(table.ask(1, 2, 0).answer.held, 2);
        assert_eq!(table.ask(1, 9, 2).answer.held, 3);
        let settled = table.ask(1, 0, 0);
        assert_eq!((settled.share, settled.concerns_others), (None, false));
    }

    #[test]
    fn what_is_in_use_is_given_back_when_it_is_free() {
        let mut table = Table::new(4);
        table.ask(1, 4, 0);
        let newcomer = table.ask(2, 4, 0);
        assert_eq!((newcomer.answer.held, newcomer.concerns_others), (0, true));
        let told = table.ask(1, 4, 4);
        assert_eq!((told.answer.held, told.answer.fair), (4, 2));
        assert!(!told.concerns_others);
        let freed = table.ask(1, 4, 3);
        assert_eq!((freed.answer.held, freed.concerns_others), (3, true));
        assert_eq!(table.ask(2, 4, 0).answer.held, 1);
        table.ask(1, 4, 2);
        assert_eq!(table.ask(2, 4, 1).answer.held, 2);
    }

    #[test]
    fn who_wants_little_leaves_the_rest_to_others() {
        let mut table = Table::new(5);
        table.ask(1, 1, 0);
        assert_eq!(table.ask(2, 9, 0).answer.held, 4);
        assert_eq!(table.ask(1, 1, 1).answer.held, 1);
    }

    #[test]
    fn a_single_permit_goes_round() {
        let mut table = Table::new(1);
        let mut served = [0; 3];
        for _ in 0..30 {
            for holder in 0..3 {
                let held = table.ask(holder, 5, 0).answer.held;
                served[usize::try_from(holder).unwrap()] += held;
            }
        }
        let (least, most) = (served.iter().min(), served.iter().max());
        assert!(most.unwrap() - least.unwrap() <= 1, "{served:?}");
    }

    #[test]
    fn the_permits_of_the_dead_come_free() {
        let mut table = Table::new(2);
        table.ask(1, 2, 2);
        assert_eq!(table.ask(2, 2, 0).answer.held, 0);
        table.shares[0].expires_at = Timestamp::from_millis(0);
        assert_eq!(table.ask(2, 2, 0).answer.held, 2);
    }

    #[test]
    fn nothing_new_is_not_written_until_the_lease_gets_short() {
        let mut table = Table::new(2);
        assert!(table.ask(1, 1, 0).is_change);
        assert!(!table.ask(1, 1, 1).is_change);
        table.shares[0].expires_at = Timestamp::from_millis(500);
        assert!(table.ask(1, 1, 1).is_change);
        assert!(table.ask(1, 0, 0).is_change);
        assert!(!table.ask(1, 0, 0).is_change);
    }

    #[test]
    fn a_smaller_limit_is_kept_as_permits_become_free() {
        let mut table = Table::new(4);
        table.ask(1, 4, 0);
        table.limit = 2;
        table.shares[0].held = 2;
        assert_eq!(table.ask(1, 4, 1).answer.held, 2);
    }
}
