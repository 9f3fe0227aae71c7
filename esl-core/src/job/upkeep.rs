//! What is done from time to time without anybody asking for it. Pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use uuid::Builder;

use super::payload::{MaintenanceCleanup, MaintenanceRefreshOptions, MaintenanceVerify};
use super::{Actor, DedupeKey, NewJob, Payload, Priority};
use crate::{Digest, Timestamp};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A task of upkeep. It is a job like any other, and of each there is one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpkeepTask {
    /// Forgets what is old. Daily at 03:00 UTC.
    Cleanup,
    /// Lists voices and databases anew. Every hour.
    RefreshOptions,
    /// Looks whether finished lessons still have what was made of them. Sundays at 04:00 UTC.
    Verify,
}

/// The text names no task of upkeep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no task {0:?}; there are cleanup, refresh_options and verify")]
pub struct UnknownTask(String);

impl UpkeepTask {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cleanup, Self::RefreshOptions, Self::Verify];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cleanup => "cleanup",
            Self::RefreshOptions => "refresh_options",
            Self::Verify => "verify",
        }
    }

    /// The last time at or before `now` for which it is planned.
    #[must_use]
    pub fn last_due(self, now: Timestamp) -> Timestamp {
        let (first, period) = self.plan();
        let since_first = now.as_millis() - millis(first);
        now.minus(Duration::from_millis(
            since_first.rem_euclid(millis(period)).unsigned_abs(),
        ))
    }

    /// The next time after `now` for which it is planned.
    #[must_use]
    pub fn next_due(self, now: Timestamp) -> Timestamp {
        self.last_due(now).plus(self.plan().1)
    }

    /// The job that is planned for `due`: the same one whoever asks, if the namespace is the same.
    #[must_use]
    pub fn planned(self, namespace: &str, due: Timestamp) -> NewJob {
        let digest = Digest::of(format!("{namespace}\0{}\0{due}", self.name())).to_bytes();
        let random = std::array::from_fn(|at| digest[at]);
        let millis = due.as_millis().unsigned_abs();
        let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        NewJob {
            id: id.into(),
            priority: Priority::LOW,
            ..self.job(false)
        }
    }

    /// A job that somebody wants now.
    #[must_use]
    pub fn by_hand(self, actor: Actor) -> NewJob {
        NewJob {
            actor,
            priority: Priority::CRITICAL,
            ..self.job(true)
        }
    }

    fn job(self, manual: bool) -> NewJob {
        match self {
            Self::Cleanup => one_at_a_time(&MaintenanceCleanup {
                manual,
                ..MaintenanceCleanup::default()
            }),
            Self::RefreshOptions => one_at_a_time(&MaintenanceRefreshOptions {
                manual,
                ..MaintenanceRefreshOptions::default()
            }),
            Self::Verify => one_at_a_time(&MaintenanceVerify {
                manual,
                ..MaintenanceVerify::default()
            }),
        }
    }

    /// A time for which it is planned, as a distance from 1970, and how often.
    const fn plan(self) -> (Duration, Duration) {
        match self {
            Self::Cleanup => (Duration::from_secs(3 * 3600), DAY),
            Self::RefreshOptions => (Duration::ZERO, HOUR),
            // 1970 began on a Thursday.
            Self::Verify => (
                Duration::from_secs((3 * 24 + 4) * 3600),
                Duration::from_secs(7 * 24 * 3600),
            ),
        }
    }
}

fn one_at_a_time<P: Payload>(payload: &P) -> NewJob {
    NewJob {
        dedupe: Some(DedupeKey::of_upkeep(&P::KIND)),
        ..NewJob::new(payload)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for UpkeepTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for UpkeepTask {
    type Err = UnknownTask;

    fn from_str(text: &str) -> Result<Self, UnknownTask> {
        let mut all = Self::ALL.into_iter();
        all.find(|task| task.name() == text)
            .ok_or_else(|| UnknownTask(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_task_has_its_times() {
        // A Thursday.
        let now = at("2026-01-01T02:59:59.999Z");
        for (task, last, next) in [
            (
                UpkeepTask::Cleanup,
                "2025-12-31T03:00:00Z",
                "2026-01-01T03:00:00Z",
            ),
            (
                UpkeepTask::RefreshOptions,
                "2026-01-01T02:00:00Z",
                "2026-01-01T03:00:00Z",
            ),
            (
                UpkeepTask::Verify,
                "2025-12-28T04:00:00Z",
                "2026-01-04T04:00:00Z",
            ),
        ] {
            assert_eq!(
                (task.last_due(now), task.next_due(now)),
                (at(last), at(next))
            );
            assert_eq!(task.last_due(at(next)), at(next));
        }
        let before = at("1969-12-31T23:30:00Z");
        let due = UpkeepTask::Cleanup.last_due(before);
        assert_eq!(due, at("1969-12-31T03:00:00Z"));
    }

    #[test]
    fn a_planned_job_is_one_of_its_task_its_time_and_its_namespace() {
        let due = at("2026-01-01T03:00:00Z");
        let job = UpkeepTask::Cleanup.planned("a", due);
        assert_eq!(job.id, UpkeepTask::Cleanup.planned("a", due).id);
        for other in [
            UpkeepTask::Cleanup.planned("b", due),
            UpkeepTask::RefreshOptions.planned("a", due),
            UpkeepTask::Cleanup.planned("a", due.plus(DAY)),
        ] {
            assert_ne!(job.id, other.id);
        }
        assert_eq!(job.id.as_uuid().get_version_num(), 7);
        assert_eq!(
            job.dedupe,
            UpkeepTask::Cleanup.by_hand(Actor::System).dedupe
        );
    }

    #[test]
    fn a_name_is_read_back() {
        for task in UpkeepTask::ALL {
            assert_eq!(task.to_string().parse(), Ok(task));
            assert!(task.by_hand(Actor::System).kind.is_upkeep());
        }
        assert!("sweep".parse::<UpkeepTask>().is_err());
    }
}
