//! The bucket that others find recordings in, as students' profiles and phases of jobs want it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::StudentProfile;
use esl_core::job::UploadPhase;
use esl_core::job::payload::UploadTarget;
use esl_core::ports::ArtifactStore;

use super::storage::{uploads, uploads_below};
use crate::config::Settings;
use crate::exit::Failure;

/// The bucket, in every form that is wanted.
#[derive(Debug)]
pub(super) struct Recordings {
    /// As it is set up, if that is wanted.
    shared: Option<Arc<dyn ArtifactStore>>,
    others: Mutex<BTreeMap<Terms, Arc<dyn ArtifactStore>>>,
}

/// What may be otherwise than it is set up.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Terms {
    /// What keys begin with.
    prefix: Option<String>,
    public_read: bool,
    presign_seconds: u64,
}

impl Recordings {
    pub(super) fn open(settings: &Settings, is_wanted: bool) -> Result<Self, Failure> {
        let shared = match is_wanted {
            true => Some(uploads(settings)?),
            false => None,
        };
        let others = Mutex::default();
        Ok(Self { shared, others })
    }

    /// The bucket as it is set up, if that is wanted.
    pub(super) fn shared(&self) -> Option<&Arc<dyn ArtifactStore>> {
        self.shared.as_ref()
    }

    /// The bucket of a run, if profile or phase want another one than all share, or one where all do
    /// without.
    pub(super) fn of_run(
        &self,
        profile: &StudentProfile,
        phase: &UploadPhase,
        settings: &Settings,
    ) -> Result<Option<Arc<dyn ArtifactStore>>, Failure> {
        let upload = &settings.upload;
        let terms = Terms {
            prefix: profile.prefix.clone().filter(|_| !upload.is_prefix_typed),
            public_read: phase.public_read,
            presign_seconds: phase.presign_seconds,
        };
        let is_asked_for = phase.target == UploadTarget::S3 && upload.bucket.is_some();
        let is_needed = match self.shared {
            Some(_) => terms != Terms::default(),
            None => is_asked_for,
        };
        if !is_needed {
            return Ok(None);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.get(&terms) {
            return Ok(Some(Arc::clone(known)));
        }
        let prefix = terms.prefix.as_ref().unwrap_or(&upload.prefix);
        let access = upload.access.as_said_by(phase);
        let opened = uploads_below(prefix, &access, settings)?;
        others.insert(terms, Arc::clone(&opened));
        Ok(Some(opened))
    }
}
