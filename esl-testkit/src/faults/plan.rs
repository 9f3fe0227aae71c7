//! What goes wrong when. Pure.

use std::time::Duration;

use super::PortCall;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails and nothing has happened.
    Fail,
    /// It happens, but the caller is told that it failed.
    LoseAnswer,
    /// It happens, and the caller waits this long before it does.
    Delay(Duration),
    /// The caller is told that it failed; this long afterwards it happens nevertheless.
    CommitLate(Duration),
    /// The process dies before it happens.
    KillBefore,
    /// The process dies after it happened, before it is told so.
    KillAfter,
    /// The process dies while the request is under way; this long afterwards it happens.
    KillInFlight(Duration),
}

/// Which calls go wrong, and how.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    rules: Vec<(Selector, Fault)>,
}

#[derive(Debug, Clone)]
enum Selector {
    Number(usize),
    Kind(PortCall, usize),
    Every(PortCall),
    Chance { seed: u64, per_mille: u64 },
}

/// How often calls were made, the present one included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub(super) of_all: usize,
    pub(super) of_kind: usize,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Call number `number` (from 1, all ports together) goes wrong.
    #[must_use]
    pub fn at(self, number: usize, fault: Fault) -> Self {
        self.with(Selector::Number(number), fault)
    }

    /// The `nth` call (from 1) of this kind goes wrong.
    #[must_use]
    pub fn on(self, call: PortCall, nth: usize, fault: Fault) -> Self {
        self.with(Selector::Kind(call, nth), fault)
    }

    /// Every call of this kind goes wrong.
    #[must_use]
    pub fn every(self, call: PortCall, fault: Fault) -> Self {
        self.with(Selector::Every(call), fault)
    }

    /// Of a thousand calls, about `per_mille` go wrong; `seed` says which.
    #[must_use]
    pub fn sometimes(self, seed: u64, per_mille: u64, fault: Fault) -> Self {
        self.with(Selector::Chance { seed, per_mille }, fault)
    }

    fn with(mut self, selector: Selector, fault: Fault) -> Self {
        self.rules.push((selector, fault));
        self
    }

    /// What happens to this call; the first rule that knows it decides.
    pub(super) fn fault(&self, call: PortCall, count: Count) -> Option<Fault> {
        let rule = self.rules.iter().zip(1u64..);
        let mut matching = rule.filter(|((selector, _), salt)| selector.is_met(call, count, *salt));
        matching.next().map(|((_, fault), _)| *fault)
    }
}

impl Selector {
    fn is_met(&self, call: PortCall, count: Count, salt: u64) -> bool {
        match *self {
            Self::Number(number) => number == count.of_all,
            Self::Kind(kind, nth) => kind == call && nth == count.of_kind,
            Self::Every(kind) => kind == call,
            Self::Chance { seed, per_mille } => {
                mixed(seed ^ mixed(salt) ^ count.of_all as u64) % 1000 < per_mille
            }
        }
    }
}

/// The finalizer of SplitMix64: neighbouring numbers give unrelated ones.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(of_all: usize, of_kind: usize) -> Count {
        Count { of_all, of_kind }
    }

    #[test]
    fn calls_are_picked_by_number_or_by_kind() {
        let plan =
            FaultPlan::none()
                .at(3, Fault::Fail)
                .on(PortCall::Children, 2, Fault::LoseAnswer);
        assert_eq!(plan.fault(PortCall::Children, count(1, 1)), None);
        let second = plan.fault(PortCall::Children, count(2, 2));
        assert_eq!(second, Some(Fault::LoseAnswer));
        assert_eq!(plan.fault(PortCall::Schema, count(3, 1)), Some(Fault::Fail));
    }

    #[test]
    fn every_call_of_a_kind_can_go_wrong() {
        let plan = FaultPlan::none().every(PortCall::Voices, Fault::Fail);
        assert_eq!(plan.fault(PortCall::Voices, count(1, 1)), Some(Fault::Fail));
        assert_eq!(plan.fault(PortCall::Voices, count(9, 4)), Some(Fault::Fail));
        assert_eq!(plan.fault(PortCall::Schema, count(2, 1)), None);
    }

    #[test]
    fn a_seed_picks_about_its_share_and_always_the_same() {
        let picked = |seed| {
            let plan = FaultPlan::none().sometimes(seed, 100, Fault::Fail);
            let is_picked = |n: &usize| plan.fault(PortCall::Schema, count(*n, *n)).is_some();
            (1..=1000).filter(is_picked).collect::<Vec<_>>()
        };
        assert!((50..200).contains(&picked(1).len()));
        assert_eq!(picked(1), picked(1));
        assert_ne!(picked(1), picked(2));
    }
}
