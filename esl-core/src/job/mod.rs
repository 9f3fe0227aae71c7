//! Jobs: what is to be done, how far it is, and what may happen to it.
//!
//! Everything here is pure. A store loads a [`JobHead`], asks this module what a report does to it
//! ([`apply`]), and writes what comes out; so the rules exist once, whatever the store. No SQL, no
//! clock, no queue.
//!
//! ```text
//!               ┌───────────── requeue ─────────────┐
//!               ▼                                   │
//!  submit ─► queued ───────────── start ────────► running ─── succeed ─► succeeded
//!               │                                   ├──────── fail ────► failed
//!               ├─ fail ──► failed                  └──────── cancel ──► cancelled
//!               └─ cancel ► cancelled
//! ```

mod actor;
mod apply;
mod backoff;
mod batch;
mod dedupe;
mod event;
mod failure;
mod head;
mod ids;
mod kind;
mod new_job;
mod notify;
pub mod payload;
mod phases;
mod rank;
mod report;
mod state;
mod traceparent;
mod upkeep;
mod view;

pub use actor::Actor;
pub use apply::{Change, Ignored, apply, claim};
pub use backoff::Backoff;
pub use batch::Batch;
pub use dedupe::DedupeKey;
pub use event::{Cursor, EventKind, JobEvent, NewEvent};
pub use failure::{Failure, FailureCode};
pub use head::{Attempt, Job, JobHead, Lease};
pub use ids::{BatchId, JobId, LessonUploadId, UserId, WorkerId};
pub use kind::{BadKind, JobKind};
pub use new_job::{Admission, DEFAULT_MAX_ATTEMPTS, NewJob};
pub use notify::Notify;
pub use payload::{Payload, PayloadError, StoredPayload};
pub use phases::{
    AddAudioPhase, ColorizePhase, ImportPhase, ManifestPhase, NotifyPhase, OnExisting, PhaseConfig,
    TtsPhase, UploadPhase, ValidatePhase, WebhookEndpoint,
};
pub use rank::{Priority, Rank};
pub use report::{News, Report};
pub use state::{IllegalTransition, JobState, Transition};
pub use traceparent::{BadTraceParent, TraceParent};
pub use upkeep::{UnknownTask, UpkeepTask};
pub use view::{BatchView, EventView, JobView};
