//! Which job is next: one number, made once, that any index can sort by.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How urgent a job is. Lower numbers run sooner; ten minutes of waiting make up for one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

/// The number is no priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no priority; priorities go from 1 (soonest) to 9")]
pub struct BadPriority(i64);

impl Priority {
    /// An administrator wants it now.
    pub const CRITICAL: Self = Self(1);
    /// Somebody waits for it: a rerun, a retry by hand.
    pub const HIGH: Self = Self(3);
    /// Submissions and what follows from them.
    pub const NORMAL: Self = Self(5);
    /// Upkeep.
    pub const LOW: Self = Self(8);

    /// How much later a job of this priority ranks than one of priority 1.
    const fn handicap(self) -> Duration {
        Duration::from_secs((self.0 as u64 - 1) * 600)
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl TryFrom<i64> for Priority {
    type Error = BadPriority;

    fn try_from(number: i64) -> Result<Self, BadPriority> {
        match u8::try_from(number) {
            Ok(small @ 1..=9) => Ok(Self(small)),
            _ => Err(BadPriority(number)),
        }
    }
}

impl TryFrom<u8> for Priority {
    type Error = BadPriority;

    fn try_from(number: u8) -> Result<Self, BadPriority> {
        Self::try_from(i64::from(number))
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

/// The place of a queued job: the smallest runs first, and of equal ones the one with the smaller id.
///
/// A number of milliseconds: when the job could first run, ten minutes more for each level of
/// priority, and two seconds more for each job that its owner already had in the queue, so that one
/// owner's two hundred jobs do not hold up another's single one. Since time is part of it, whatever
/// waits gets ahead of what comes later: nothing starves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(i64);

impl Rank {
    /// From how many queued jobs of the owner on the handicap stays the same. With it, a backlog
    /// never costs a whole level of priority.
    pub const COUNTED_BACKLOG: u64 = 300;

    /// The rank of a job that could first run at `eligible_at`, whose owner has `backlog` other jobs
    /// queued.
    #[must_use]
    pub fn new(eligible_at: Timestamp, priority: Priority, backlog: u64) -> Self {
        let behind = Duration::from_secs((backlog.min(Self::COUNTED_BACKLOG) * 2).min(599));
        Self(eligible_at.plus(priority.handicap() + behind).as_millis())
    }

    /// The number, as stores keep it.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// A number from a store.
    #[must_use]
    pub const fn from_i64(rank: i64) -> Self {
        Self(rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn ten_minutes_of_waiting_make_up_for_one_level() {
        let early = Rank::new(at(0), Priority(6), 0);
        assert_eq!(early, Rank::new(at(600), Priority(5), 0));
        assert!(early < Rank::new(at(601), Priority(5), 0));
    }

    #[test]
    fn no_backlog_costs_a_whole_level() {
        let crowded = Rank::new(at(0), Priority(3), u64::MAX);
        assert!(crowded < Rank::new(at(0), Priority(4), 0));
        assert_eq!(
            crowded,
            Rank::new(at(0), Priority(3), Rank::COUNTED_BACKLOG)
        );
    }

    #[test]
    fn a_single_job_gets_ahead_of_a_long_row_of_another_owner() {
        let row = (0..200).map(|backlog| Rank::new(at(0), Priority::NORMAL, backlog));
        let single = Rank::new(at(1), Priority::NORMAL, 0);
        assert!(row.filter(|rank| *rank < single).count() < 10);
    }

    #[test]
    fn priorities_go_from_one_to_nine() {
        assert!(Priority::try_from(0_u8).is_err());
        assert!(Priority::try_from(10_u8).is_err());
        let order = [
            Priority::CRITICAL,
            Priority::HIGH,
            Priority::NORMAL,
            Priority::LOW,
        ];
        assert_eq!(order.map(u8::from), [1, 3, 5, 8]);
    }
}
