//! The language of esl-pipeline: what a lesson job is made of, said in types.
//!
//! Here live ids, errors and their retry advice, Notion blocks, the manifest (the journal of one
//! lesson), stage events, presets and the **ports**: the traits behind which every outside service
//! stands. So are jobs: their states, payloads, events and what users may do to them. Nothing in this
//! crate performs I/O, reads the environment or knows an adapter.
//!
//! Where to start: [`ports`] for what an adapter must promise, [`block`] for what a page is made
//! of, [`manifest`] for what a run remembers, [`job`] for work that outlives its process.

pub mod action;
pub mod block;
mod color;
mod digest;
mod error;
mod ids;
pub mod job;
pub mod manifest;
mod phase_settings;
pub mod ports;
mod preset;
mod progress;
mod retry;
mod secret;
mod stage;
mod student;
mod timestamp;
mod transcript;
mod voice;

pub use color::{Color, UnknownColor};
pub use digest::Digest;
pub use error::{Classify, ErrorKind, Retry, with_causes};
pub use ids::{BlockId, DataSourceId, IdError, LessonId, PageId, RunId, UploadId, VoiceId};
pub use phase_settings::{PhaseSettingError, PhaseSettings};
pub use preset::{Preset, PresetError, Presets, ToggleMap};
pub use progress::{ProgressSink, Silent, StageEvent, StageStatus};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use stage::{Stage, UnknownStage};
pub use student::{StudentProfile, Students, StudentsError};
pub use timestamp::Timestamp;
pub use tokio_util::sync::CancellationToken;
pub use transcript::{Cue, Transcript};
pub use voice::{Gender, Voice, VoiceAssignment, VoiceLabels, VoiceSettings, VoiceSource};
