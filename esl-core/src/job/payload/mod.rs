//! What jobs are to do: one typed payload per kind, stored as JSON under a version.
//!
//! Writing is strict, reading is tolerant: fields nobody knows are kept and written back, missing
//! optional fields take their defaults, older versions are upgraded in memory. A field is never
//! renamed without an upgrade. Kinds of applications implement [`Payload`] like the ones in here.

mod lesson;
mod maintenance;
mod notify;
mod webhook;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Job, JobKind};
use crate::{Classify, ErrorKind};

pub use lesson::{
    LESSON_KINDS, LessonRerunAudio, LessonRun, LessonSyncMetadata, TtsMode, UploadTarget,
};
pub use maintenance::{
    CleanupScope, MaintenanceCleanup, MaintenanceRefreshOptions, MaintenanceVerify, VerifyScope,
};
pub use notify::{NotifyEmail, NotifyWebhook};
pub use webhook::WebhookReceived;

/// What jobs of one kind are to do.
///
/// A type of its own per kind; fields it does not know should be kept in a flattened map.
pub trait Payload: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind of job that carries it.
    const KIND: JobKind;

    /// The version that is written. Raised whenever an older program would misread a new payload.
    const VERSION: u32;

    /// Turns the fields of an older version into those of the next one. Pure.
    ///
    /// Called once for each version from the stored one up to [`Payload::VERSION`].
    fn upgrade(_from: u32, fields: Map<String, Value>) -> Map<String, Value> {
        fields
    }
}

/// A payload as stores keep it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredPayload {
    /// The version of its fields.
    pub version: u32,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// The payload of a job is not what jobs of its kind have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The job is of another kind.
    #[error("expected a {expected} job, not a {found} one")]
    Kind {
        /// What was to be read.
        expected: JobKind,
        /// What the job is.
        found: JobKind,
    },
    /// A later program wrote it.
    #[error(
        "the payload of this {kind} job has version {found}; version {known} is the last one known"
    )]
    Newer {
        /// The kind of job.
        kind: JobKind,
        /// The stored version.
        found: u32,
        /// The version of this program.
        known: u32,
    },
    /// A field is missing or of the wrong type.
    #[error("the payload of this {kind} job cannot be read")]
    Fields {
        /// The kind of job.
        kind: JobKind,
        /// Which field, and why.
        #[source]
        source: serde_json::Error,
    },
}

impl Classify for PayloadError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Corrupt
    }
}

impl StoredPayload {
    /// `payload`, ready to be stored. A payload that does not serialize to an object is stored
    /// without fields, and thus fails to be read.
    #[must_use]
    pub fn of<P: Payload>(payload: &P) -> Self {
        let fields = match serde_json::to_value(payload) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        Self {
            version: P::VERSION,
            fields,
        }
    }

    /// Reads the payload of a job of the kind that `P` belongs to.
    ///
    /// # Errors
    /// [`PayloadError::Newer`] or [`PayloadError::Fields`].
    pub fn read<P: Payload>(&self) -> Result<P, PayloadError> {
        if self.version > P::VERSION {
            return Err(PayloadError::Newer {
                kind: P::KIND,
                found: self.version,
                known: P::VERSION,
            });
        }
        let fields = (self.version..P::VERSION).fold(self.fields.clone(), |fields, version| {
            P::upgrade(version, fields)
        });
        P::deserialize(Value::Object(fields)).map_err(|source| PayloadError::Fields {
            kind: P::KIND,
            source,
        })
    }
}

impl Job {
    /// Reads what the job is to do.
    ///
    /// # Errors
    /// [`PayloadError`] if it is of another kind, or unreadable.
    pub fn payload<P: Payload>(&self) -> Result<P, PayloadError> {
        if self.head.kind != P::KIND {
            return Err(PayloadError::Kind {
                expected: P::KIND,
                found: self.head.kind.clone(),
            });
        }
        self.payload.read()
    }
}

/// A payload of one of the kinds that come with this project.
#[derive(Debug, Clone, PartialEq)]
pub enum BuiltIn {
    /// `lesson.run`
    LessonRun(LessonRun),
    /// `lesson.rerun_audio`
    LessonRerunAudio(LessonRerunAudio),
    /// `lesson.sync_metadata`
    LessonSyncMetadata(LessonSyncMetadata),
    /// `notify.email`
    NotifyEmail(NotifyEmail),
    /// `notify.webhook`
    NotifyWebhook(NotifyWebhook),
    /// `maintenance.cleanup`
    MaintenanceCleanup(MaintenanceCleanup),
    /// `maintenance.refresh_options`
    MaintenanceRefreshOptions(MaintenanceRefreshOptions),
    /// `maintenance.verify`
    MaintenanceVerify(MaintenanceVerify),
    /// `webhook.received`
    WebhookReceived(WebhookReceived),
}

macro_rules! built_in {
    ($($kind:ident),+ $(,)?) => {
        impl BuiltIn {
            /// The kinds that come with this project.
            pub const KINDS: &[JobKind] = &[$($kind::KIND),+];

            /// Reads a payload of one of these kinds; none if the kind is an application's.
            ///
            /// # Errors
            /// [`PayloadError`] if it is unreadable.
            pub fn read(kind: &JobKind, stored: &StoredPayload) -> Result<Option<Self>, PayloadError> {
                $(if *kind == $kind::KIND {
                    return Ok(Some(Self::$kind(stored.read()?)));
                })+
                Ok(None)
            }

            /// The payload, ready to be stored.
            #[must_use]
            pub fn store(&self) -> StoredPayload {
                match self {
                    $(Self::$kind(payload) => StoredPayload::of(payload),)+
                }
            }
        }
    };
}

built_in! {
    LessonRun,
    LessonRerunAudio,
    LessonSyncMetadata,
    NotifyEmail,
    NotifyWebhook,
    MaintenanceCleanup,
    MaintenanceRefreshOptions,
    MaintenanceVerify,
    WebhookReceived,
}

/// Reads a value that later programs may spell in ways this one does not know as absent.
fn known_or_none<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    use serde::Deserialize as _;
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

#[cfg(test)]
mod tests;
