//! Ids of jobs and of those who deal with them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{IdError, RunId};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id that sorts after those made before it on the same machine.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id's 128 bits.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text.trim())
                    .map(Self)
                    .map_err(|_| IdError::new(text, $expected))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

uuid_id! {
    /// A job.
    JobId, "job id (a UUID)"
}
uuid_id! {
    /// Somebody with an account: the owner of jobs.
    UserId, "user id (a UUID)"
}
uuid_id! {
    /// A lesson that somebody uploaded.
    LessonUploadId, "lesson upload id (a UUID)"
}
uuid_id! {
    /// Jobs that were submitted together.
    BatchId, "batch id (a UUID)"
}
uuid_id! {
    /// One start of a worker. Made anew at each start: a name that came back would hide that its
    /// earlier bearer is dead.
    WorkerId, "worker id (a UUID)"
}

impl From<JobId> for RunId {
    /// A job and its run share the id.
    fn from(job: JobId) -> Self {
        Self::from(job.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let made: Vec<_> = (0..1000).map(|_| JobId::new()).collect();
        assert!(made.is_sorted());
    }

    #[test]
    fn an_id_is_read_back_and_other_text_is_refused() {
        let id = JobId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("lesson-1".parse::<JobId>().is_err());
    }
}
