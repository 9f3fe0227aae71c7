//! What can be wrong with a change of phase settings.

use crate::ports::StoreError;
use crate::{Classify, ErrorKind};

/// Settings of phases cannot be read or changed like this. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhaseSettingError {
    /// There is no such phase.
    #[error("there is no phase {0:?}")]
    UnknownPhase(String),
    /// There is no such setting, or it cannot have this value.
    #[error("cannot set {key}: {problem}")]
    Refused {
        /// Which one, such as `phase.tts.maxCharacters`.
        key: String,
        /// Why not.
        problem: String,
    },
    /// The settings are out of reach.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Classify for PhaseSettingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownPhase(_) => ErrorKind::NotFound,
            Self::Refused { .. } => ErrorKind::InvalidInput,
            Self::Store(error) => error.kind(),
        }
    }
}
