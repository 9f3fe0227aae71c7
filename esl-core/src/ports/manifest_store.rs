//! Where manifests are kept.

use std::any::Any;
use std::fmt;

use async_trait::async_trait;

use crate::manifest::{Manifest, ManifestFormatError};
use crate::{Classify, ErrorKind, LessonId, Retry};

/// A durable journal per lesson, changed only by compare-and-swap.
///
/// Contract (`esl_testkit::conformance::manifest_store`):
/// - `write` is atomic and durable: once it returns, a reader sees the whole new manifest even after
///   a crash; if it fails or is dropped, a reader sees the whole old one or the whole new one.
/// - `write` succeeds only if the stored revision is the expected one; of several concurrent writers
///   with the same expectation exactly one succeeds.
/// - `read` gives back all fields that were written, unknown ones included.
/// - A lock is advisory: while a guard lives, nobody else locks the lesson, but everybody may read
///   and write. It ends with the guard or its process. A store that cannot lock gives a guard that
///   keeps nobody out.
/// - `remove` is atomic and durable, too; afterwards the lesson has no manifest, and no copies.
/// - What `keep` keeps are copies for people, by the timestamps of the manifests. They are no lesson's
///   manifest: `read` and `any` do not see them.
/// - `any` sees every manifest written before the call, if the store can list them.
/// - Different lessons never affect each other.
#[async_trait]
pub trait ManifestStore: fmt::Debug + Send + Sync + 'static {
    /// Where the lesson's manifest is kept, for people: a path or a URI.
    fn location(&self, lesson: &LessonId) -> String;

    /// The lesson's manifest and its revision; `None` if nothing was ever written.
    ///
    /// # Errors
    /// [`ManifestError::Format`] for a damaged or newer manifest, which is never taken for an absent
    /// one; [`ManifestError::Storage`].
    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError>;

    /// Replaces the manifest whose revision is `expected`; `None` expects that there is none.
    /// Returns the new revision.
    ///
    /// # Errors
    /// [`ManifestError::Conflict`] if the stored revision is another; [`ManifestError::Storage`].
    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError>;

    /// Removes the manifest whose revision is `expected`.
    ///
    /// # Errors
    /// [`ManifestError::Conflict`] if the stored revision is another; [`ManifestError::Storage`].
    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError>;

    /// Keeps a copy of `manifest`, an earlier one of the lesson, in the place of a copy with the same
    /// timestamp. Of all copies for the lesson, the `most` latest stay.
    ///
    /// # Errors
    /// [`ManifestError::Storage`].
    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError>;

    /// Whether any lesson's manifest fits. Those that cannot be read are passed over; a store that
    /// cannot list its manifests says no.
    ///
    /// # Errors
    /// [`ManifestError::Storage`].
    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError>;

    /// Keeps other runs from working on the lesson, without waiting for one that does.
    ///
    /// # Errors
    /// [`ManifestError::Locked`] if another run works on it; [`ManifestError::Storage`].
    async fn lock(&self, lesson: &LessonId) -> Result<LessonLock, ManifestError>;
}

/// Tells whether a manifest is one that is looked for.
pub type ManifestFilter = Box<dyn Fn(&Manifest) -> bool + Send>;

/// While it lives, nobody else locks the lesson.
#[must_use]
pub struct LessonLock(#[expect(dead_code, reason = "held, not read")] Box<dyn Any + Send + Sync>);

impl LessonLock {
    /// Ends the lock by dropping `guard`.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for LessonLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LessonLock").finish_non_exhaustive()
    }
}

/// A manifest as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned {
    /// The manifest.
    pub manifest: Manifest,
    /// What to expect when replacing it.
    pub revision: Revision,
}

/// An opaque mark of one stored state of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Revision(String);

impl Revision {
    /// Wraps a store's own mark (a digest, an entity tag).
    #[must_use]
    pub fn new(mark: impl Into<String>) -> Self {
        Self(mark.into())
    }

    /// The store's own mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A manifest could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The stored manifest cannot be used.
    #[error("cannot use the manifest {location}")]
    Format {
        /// Where it is kept.
        location: String,
        /// What is wrong with it.
        #[source]
        source: ManifestFormatError,
    },
    /// Another run wrote in between.
    #[error("the manifest {location} was changed by another run")]
    Conflict {
        /// Where it is kept.
        location: String,
    },
    /// Another run works on the lesson.
    #[error("another run is working on the lesson of the manifest {location}")]
    Locked {
        /// Where the manifest is kept.
        location: String,
    },
    /// The store failed.
    #[error("cannot {operation} the manifest {location}")]
    Storage {
        /// `read`, `write` and the like.
        operation: &'static str,
        /// Where it is kept.
        location: String,
        /// What the store said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether the store may work again by itself.
        transient: bool,
    },
    /// A storage service refused, or failed however often it was asked.
    #[error("cannot {operation} the manifest {location}")]
    Service {
        /// `read` or `write`.
        operation: &'static str,
        /// Where it is kept.
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

impl Classify for ManifestError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Format { .. } => ErrorKind::Corrupt,
            Self::Conflict { .. } | Self::Locked { .. } => ErrorKind::Conflict,
            Self::Storage {
                transient: true, ..
            } => ErrorKind::Unavailable,
            Self::Storage { .. } => ErrorKind::Storage,
            Self::Service { kind, .. } => *kind,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Service { kind, .. } if kind.is_transient() => Retry::Exhausted,
            _ if self.kind().is_transient() => Retry::Backoff,
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Format { location, .. } => Some(format!(
                "move {location} away to start afresh; the lesson then gets a new page"
            )),
            Self::Conflict { .. } | Self::Locked { .. } => {
                Some("wait for the other run to end, then try again".into())
            }
            Self::Storage { .. } => None,
            Self::Service { hint, .. } => hint.clone(),
        }
    }
}
