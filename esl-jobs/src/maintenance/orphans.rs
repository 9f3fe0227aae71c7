//! Removing uploads that no job names.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::payload::{CleanupScope, LessonRerunAudio, LessonRun};
use esl_core::job::{Job, LessonUploadId, Payload as _, UserId};
use esl_core::ports::{Clock, JobContext, JobError, JobFilter, JobStore, Sweeper, UploadStore};

/// How long an upload may wait for the job that names it.
const GRACE: Duration = Duration::from_secs(24 * 3600);

/// How many jobs are read at a time.
const PAGE: usize = 200;

/// Removes uploads that no job names a day after they came, or any more.
#[derive(Debug)]
pub struct OrphanUploads {
    uploads: Arc<dyn UploadStore>,
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
}

impl OrphanUploads {
    /// Removes those of `uploads` that no job of `store` names.
    #[must_use]
    pub fn new(
        uploads: Arc<dyn UploadStore>,
        store: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            uploads,
            store,
            clock,
        }
    }

    /// Takes away those that a job names: its owner's, under its id.
    async fn keep_named(
        &self,
        uploads: &mut HashSet<(Option<UserId>, LessonUploadId)>,
        context: &JobContext,
    ) -> Result<(), JobError> {
        let mut filter = JobFilter::default();
        filter.kinds = vec![LessonRun::KIND, LessonRerunAudio::KIND];
        filter.limit = PAGE;
        while !uploads.is_empty() {
            context.check()?;
            let page = self.store.list(&filter).await?;
            let Some(last) = page.last() else { break };
            filter.before = Some(last.head.id);
            for id in page
                .iter()
                .filter_map(|job| Some((job.head.owner, named(job)?)))
            {
                uploads.remove(&id);
            }
        }
        Ok(())
    }
}

/// The upload that a job is about.
fn named(job: &Job) -> Option<LessonUploadId> {
    let md = job.payload.fields.get("md")?.as_str()?;
    md.trim().strip_prefix("upload:")?.parse().ok()
}

#[async_trait]
impl Sweeper for OrphanUploads {
    fn scope(&self) -> CleanupScope {
        CleanupScope::OrphanUploads
    }

    async fn sweep(&self, context: &JobContext) -> Result<usize, JobError> {
        let old = self.clock.now().minus(GRACE);
        let uploads = self.uploads.stored_before(old).await;
        let uploads = uploads.map_err(|error| JobError::of(&error))?;
        let ids = uploads.into_iter().map(|upload| (upload.owner, upload.id));
        let mut orphans: HashSet<_> = ids.collect();
        self.keep_named(&mut orphans, context).await?;
        for (owner, id) in &orphans {
            context.check()?;
            let removed = self.uploads.remove(*owner, *id).await;
            removed.map_err(|error| JobError::of(&error))?;
        }
        Ok(orphans.len())
    }
}
