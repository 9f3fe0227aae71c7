//! The ports: what the pipeline and the job system ask of the outside world.
//!
//! Each port is an object-safe trait, held as `Arc<dyn _>`. Its doc comment is a contract that an
//! adapter can be written from; `esl_testkit::conformance` turns each clause into a test, and every
//! adapter and fake passes it. In no port may dropping a returned future leave half an effect
//! behind that the contract does not mention.

mod artifact_store;
mod clock;
mod config_source;
mod depth;
mod event_log;
mod job_handler;
mod job_store;
mod manifest_store;
mod notion;
mod notion_error;
mod permits;
mod queue;
mod settings_store;
mod store_error;
mod tts;
mod upkeep;
mod upload_store;

pub use artifact_store::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, BadArtifactKey, Stored,
};
pub use clock::{Clock, SystemClock};
pub use config_source::{ConfigDocument, ConfigError, ConfigPart, ConfigSource};
pub use depth::{Depth, DepthState};
pub use event_log::{EventLog, EventPage};
pub use job_handler::{
    Done, HandlePayload, JobContext, JobError, JobHandler, JobProgress, ProgressNote, ReadsPayload,
};
pub use job_store::{Claim, Delayed, Ended, JobFilter, JobStore, Submitted};
pub use manifest_store::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
pub use notion::{
    ChildBlock, Children, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion,
    NotionLimits, PageHead, PageQuery, Position, PropertySchema, PropertyType, PropertyValue,
    SourceSchema,
};
pub use notion_error::NotionError;
pub use permits::{HeldPermit, PermitKey, Permits};
pub use queue::{Hint, Queue, QueueCapabilities};
pub use settings_store::{Setting, SettingsStore};
pub use store_error::StoreError;
pub use tts::{
    Audio, DialogueCapabilities, Speech, SpeechRequest, SpeechSettings, Tts, TtsCapabilities,
    TtsError, Turn, TurnTiming,
};
pub use upkeep::{OptionsSource, Sweeper};
pub use upload_store::{StoredUpload, UploadStore};
