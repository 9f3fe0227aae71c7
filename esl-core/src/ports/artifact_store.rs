//! Where finished files are kept: audio, and what it is made of.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::manifest::UrlKind;
use crate::{Classify, Digest, ErrorKind, Retry, Timestamp};

/// Files that never change, found by a key that is derived from what they hold.
///
/// Contract (`esl_testkit::conformance::artifact_store`):
/// - `put` is atomic and durable: a reader sees the whole file or none, whatever happens to the
///   writer. A key that exists is left alone and reported as [`Stored::AlreadyPresent`].
/// - Several concurrent `put`s of one key all succeed; one file results.
/// - `get` and `head` of an unknown key are `None`, not an error.
/// - `delete` of an unknown key succeeds.
#[async_trait]
pub trait ArtifactStore: fmt::Debug + Send + Sync + 'static {
    /// Stores `body` under `key`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError>;

    /// The whole file.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError>;

    /// The size of the file in bytes.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError>;

    /// Removes the file.
    ///
    /// # Errors
    /// [`ArtifactError`].
    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError>;

    /// The address at which others can fetch the file; `None` if the store serves nobody. The file
    /// need not be there.
    ///
    /// # Errors
    /// [`ArtifactError`] if an address has to be signed and cannot be.
    async fn url(&self, key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError>;

    /// Where the file is or would be, told without asking anybody; `None` if the store serves
    /// nobody.
    fn place(&self, key: &ArtifactKey) -> Option<ArtifactPlace>;

    /// Whether the store can be reached and used. Changes nothing.
    ///
    /// # Errors
    /// [`ArtifactError`] tells why it cannot be used.
    async fn check(&self) -> Result<(), ArtifactError>;
}

/// An address at which others can fetch a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactUrl {
    /// The address, percent-encoded.
    pub url: String,
    /// When it stops working; `None` if it lasts.
    pub expires_at: Option<Timestamp>,
}

/// Where a file is or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactPlace {
    /// The bucket; `None` in stores without.
    pub bucket: Option<String>,
    /// The file's name in the bucket or below the store's root.
    pub key: String,
    /// Its address, without a signature where it would need one.
    pub url: String,
    /// Who can fetch it.
    pub url_kind: UrlKind,
    /// How long an address works from the moment it is given out; `None` if it lasts.
    pub lifetime: Option<Duration>,
}

/// The name of a stored file: parts of `a-z 0-9 . _ -` joined by `/`, none of them `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactKey(String);

/// The text is no artifact key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no artifact key: parts of a-z 0-9 . _ - joined by /")]
pub struct BadArtifactKey(String);

impl ArtifactKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`BadArtifactKey`] if a part is empty, `.`, `..` or has another character.
    pub fn parse(text: &str) -> Result<Self, BadArtifactKey> {
        let is_fine = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        };
        if text.len() <= 512 && text.split('/').all(is_fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadArtifactKey(text.chars().take(80).collect()))
        }
    }

    /// The key of content with this digest: `<digest>.<extension>`.
    ///
    /// # Errors
    /// [`BadArtifactKey`] if the extension has a character that a key cannot have.
    pub fn of_content(digest: &Digest, extension: &str) -> Result<Self, BadArtifactKey> {
        Self::parse(&format!("{digest}.{extension}"))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What to store.
#[derive(Debug, Clone)]
pub enum ArtifactBody {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A local file, read in pieces. It must not change meanwhile and stays where it is.
    File(PathBuf),
}

/// What to tell those who fetch the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactMeta {
    /// The media type, such as `audio/mpeg`.
    pub content_type: String,
    /// The name under which browsers save it.
    pub file_name: Option<String>,
}

/// What `put` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Nothing; the file is there now.
    Created,
    /// The file; it was left alone.
    AlreadyPresent,
}

/// A file could not be stored or fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The store failed.
    #[error("cannot {operation} {location}")]
    Storage {
        /// What was attempted.
        operation: &'static str,
        /// On what.
        location: String,
        /// What the store said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether the store may work again by itself.
        transient: bool,
    },
    /// A storage service refused, or failed however often it was asked.
    #[error("cannot {operation} {location}")]
    Service {
        /// What was attempted.
        operation: &'static str,
        /// On what.
        location: String,
        /// Why it failed.
        kind: ErrorKind,
        /// How to mend it.
        hint: Option<String>,
        /// What the service said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Classify for ArtifactError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Storage {
                transient: true, ..
            } => ErrorKind::Unavailable,
            Self::Storage { .. } => ErrorKind::Storage,
            Self::Service { kind, .. } => *kind,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Storage {
                transient: true, ..
            } => Retry::Backoff,
            Self::Service { kind, .. } if kind.is_transient() => Retry::Exhausted,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Storage { .. } => None,
            Self::Service { hint, .. } => hint.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_cannot_leave_the_store() {
        assert!(ArtifactKey::parse("segments/ab12.mp3").is_ok());
        for text in ["", "/a", "a/../b", "..", "A", "a b", "a//b", "a\\b"] {
            assert!(ArtifactKey::parse(text).is_err(), "{text}");
        }
    }
}
