//! The states of a job and the one table of what may follow what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Accepted, or back after an attempt that did not end it. A worker may start it; it may be
    /// cancelled, and it may fail where nobody can run it.
    Queued,
    /// An attempt is under a worker's lease. It may end in any way, or be queued again.
    Running,
    /// Done. Final.
    Succeeded,
    /// Given up. Final.
    Failed,
    /// Stopped by somebody. Final.
    Cancelled,
}

/// What happens to a job's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// A worker claims the job.
    Start,
    /// The attempt reached its aim.
    Succeed,
    /// The job cannot be done.
    Fail,
    /// Somebody does not want it any more.
    Cancel,
    /// The attempt ended, the job did not: a retry, a lost lease, a shutdown.
    Requeue,
}

/// The state does not allow the transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {from} job cannot {transition}")]
pub struct IllegalTransition {
    /// The state.
    pub from: JobState,
    /// What was to happen.
    pub transition: Transition,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The state after `transition`.
    ///
    /// # Errors
    /// [`IllegalTransition`] where the diagram of this module has no arrow.
    pub const fn after(self, transition: Transition) -> Result<Self, IllegalTransition> {
        Ok(match (self, transition) {
            (Self::Queued, Transition::Start) => Self::Running,
            (Self::Running, Transition::Succeed) => Self::Succeeded,
            (Self::Queued | Self::Running, Transition::Fail) => Self::Failed,
            (Self::Queued | Self::Running, Transition::Cancel) => Self::Cancelled,
            (Self::Running, Transition::Requeue) => Self::Queued,
            (from, transition) => return Err(IllegalTransition { from, transition }),
        })
    }

    /// Whether nothing may follow.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// The stable name, in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Transition {
    /// Every transition.
    pub const ALL: [Self; 5] = [
        Self::Start,
        Self::Succeed,
        Self::Fail,
        Self::Cancel,
        Self::Requeue,
    ];
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Succeed => "succeed",
            Self::Fail => "fail",
            Self::Cancel => "be cancelled",
            Self::Requeue => "be queued again",
        })
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state; the states are queued, running, succeeded, failed, cancelled")]
pub struct UnknownState(String);

impl FromStr for JobState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownState(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arrows of the diagram, written down a second time.
    const ARROWS: [(JobState, Transition, JobState); 7] = [
        (JobState::Queued, Transition::Start, JobState::Running),
        (JobState::Queued, Transition::Fail, JobState::Failed),
        (JobState::Queued, Transition::Cancel, JobState::Cancelled),
        (JobState::Running, Transition::Succeed, JobState::Succeeded),
        (JobState::Running, Transition::Fail, JobState::Failed),
        (JobState::Running, Transition::Cancel, JobState::Cancelled),
        (JobState::Running, Transition::Requeue, JobState::Queued),
    ];

    #[test]
    fn only_the_arrows_of_the_diagram_are_allowed() {
        for from in JobState::ALL {
            for transition in Transition::ALL {
                let arrow = ARROWS
                    .iter()
                    .find(|(state, with, _)| (*state, *with) == (from, transition));
                let expected = arrow.map(|(.., to)| *to);
                assert_eq!(from.after(transition).ok(), expected, "{from} {transition}");
            }
        }
    }

    #[test]
    fn nothing_leaves_a_terminal_state() {
        for from in JobState::ALL {
            let leaves = Transition::ALL.iter().any(|by| from.after(*by).is_ok());
            assert_eq!(leaves, !from.is_terminal(), "{from}");
        }
    }

    #[test]
    fn states_have_one_name_everywhere() {
        for state in JobState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert!("done".parse::<JobState>().is_err());
    }
}
