//! Who did something to a job.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{UserId, WorkerId};
use crate::IdError;

/// Who did something to a job, written `user:<id>`, `worker:<id>` or `system`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// Somebody with an account.
    User(UserId),
    /// The worker that runs the job.
    Worker(WorkerId),
    /// This program on its own account, or a caller without one.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Worker(id) => write!(f, "worker:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

impl FromStr for Actor {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once(':') {
            Some(("user", id)) => Ok(Self::User(id.parse()?)),
            Some(("worker", id)) => Ok(Self::Worker(id.parse()?)),
            None if text == "system" => Ok(Self::System),
            _ => Err(IdError::new(
                text,
                "actor (user:<id>, worker:<id> or system)",
            )),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for actor in [
            Actor::User(UserId::new()),
            Actor::Worker(WorkerId::new()),
            Actor::System,
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for text in ["", "nobody", "user:", "robot:1"] {
            assert!(text.parse::<Actor>().is_err(), "{text}");
        }
    }
}
