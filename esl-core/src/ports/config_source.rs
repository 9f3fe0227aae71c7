//! Where presets, student profiles, the voice map and the voice catalog come from.

use std::fmt;

use async_trait::async_trait;

use crate::{Classify, ErrorKind};

/// Holds the documents that a school shares: who has which colours, which voice, which database.
///
/// Contract:
/// - `read` returns the parts of a document as they are; it does not look into them. A document of
///   several parts is what all of them say together. No parts mean that the source has none, and
///   the built-in one holds.
/// - What cannot be read is an error, never taken for an empty document.
/// - It may answer from a cache of its own; it retries by itself where that makes sense.
#[async_trait]
pub trait ConfigSource: fmt::Debug + Send + Sync + 'static {
    /// The parts of `document`, in a stable order.
    ///
    /// # Errors
    /// [`ConfigError`].
    async fn read(&self, document: ConfigDocument) -> Result<Vec<ConfigPart>, ConfigError>;
}

/// A document that a [`ConfigSource`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConfigDocument {
    /// Heading colours by name (JSON).
    Presets,
    /// Student profiles: in each part one, or a list of them (JSON).
    Students,
    /// Voices by speaker (YAML or JSON).
    VoiceMap,
    /// The voices on offer (JSON).
    VoiceCatalog,
}

impl ConfigDocument {
    /// Every document.
    pub const ALL: [Self; 4] = [
        Self::Presets,
        Self::Students,
        Self::VoiceMap,
        Self::VoiceCatalog,
    ];

    /// The name of its file, or, for student profiles, of the folder of their files.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Presets => "presets.json",
            Self::Students => "students",
            Self::VoiceMap => "voices.yml",
            Self::VoiceCatalog => "elevenlabs.voices.json",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Presets => "presets",
            Self::Students => "student profiles",
            Self::VoiceMap => "voice map",
            Self::VoiceCatalog => "voice catalog",
        }
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigPart {
    /// What it says.
    pub text: String,
    /// Where it comes from, for messages: a path or an address.
    pub location: String,
}

/// A document could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the {} {location}", document.name())]
    Unreadable {
        /// Which.
        document: ConfigDocument,
        /// Where it should be.
        location: String,
        /// What the system or the service said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether it may work again by itself.
        transient: bool,
    },
    /// The service refuses the token.
    #[error("{location} refuses the token for the {}", document.name())]
    Refused {
        /// Which.
        document: ConfigDocument,
        /// Where it should be.
        location: String,
    },
}

impl Classify for ConfigError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreadable {
                transient: true, ..
            } => ErrorKind::Unavailable,
            Self::Unreadable { .. } => ErrorKind::Configuration,
            Self::Refused { .. } => ErrorKind::Unauthenticated,
        }
    }
}
