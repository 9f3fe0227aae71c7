//! Jobs that were submitted together.

use super::{BatchId, JobHead, JobState, NewJob, notify};

/// How far the jobs are that were submitted together. Kept until the last of them has ended.
///
/// The members are the jobs that were accepted by one submission: an equal job that was there already
/// is none, since it is told of by its own. Their number is known before any of them can start, so a
/// batch never looks finished early. A later submission with the same id adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The batch.
    pub id: BatchId,
    /// How many members have not ended.
    pub open: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were cancelled.
    pub cancelled: u64,
}

impl Batch {
    /// A batch of so many jobs that were just accepted.
    #[must_use]
    pub const fn of(id: BatchId, members: u64) -> Self {
        Self {
            id,
            open: members,
            failed: 0,
            cancelled: 0,
        }
    }

    /// Counts a member that has just ended, and returns the jobs to accept with it: those that tell of
    /// the end of the batch, if that was the last one.
    #[must_use]
    pub fn member_ended(&mut self, member: &JobHead) -> Vec<NewJob> {
        self.open = self.open.saturating_sub(1);
        match member.state {
            JobState::Failed => self.failed += 1,
            JobState::Cancelled => self.cancelled += 1,
            _ => {}
        }
        if self.is_over() {
            notify::of_batch(self.id, member, self.ended_as())
        } else {
            Vec::new()
        }
    }

    /// Whether every member has ended.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.open == 0
    }

    /// The worst of its members' ends.
    const fn ended_as(&self) -> JobState {
        match (self.failed, self.cancelled) {
            (0, 0) => JobState::Succeeded,
            (0, _) => JobState::Cancelled,
            _ => JobState::Failed,
        }
    }
}
