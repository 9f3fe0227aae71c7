//! An edit of a job that a worker starts at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::action::{ActionKind, ManifestEditor, ManifestSync};
use esl_core::job::{Actor, Attempt, Job, News, Report, WorkerId};
use esl_core::ports::{Claim, JobError, JobStore};
use esl_jobs::memory::MemoryJobs;
use serde_json::{Map, Value, json};

use super::{Desk, made, object};

/// Manifests of jobs of which a worker starts one while its manifest is edited for the first time.
#[derive(Debug)]
struct BesideOthers {
    jobs: Arc<MemoryJobs>,
    edits: AtomicUsize,
}

#[async_trait]
impl ManifestEditor for BesideOthers {
    async fn has_page(&self, _job: &Job) -> Result<bool, JobError> {
        Ok(true)
    }

    async fn edit(&self, job: &Job, _fields: &Map<String, Value>) -> Result<(), JobError> {
        if self.edits.fetch_add(1, Ordering::Relaxed) == 0 {
            let claim = Claim {
                only: Some(vec![job.head.id]),
                ..Claim::next(WorkerId::new(), 1, Duration::from_secs(60))
            };
            assert_eq!(self.jobs.claim(claim).await.unwrap().len(), 1);
        }
        Ok(())
    }
}

async fn report(desk: &Desk, attempt: Attempt, news: News) {
    let report = Report::of_attempt(attempt, Actor::System, news);
    let answers = desk.jobs.report(vec![report]).await.unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
}

#[tokio::test]
async fn an_edit_that_was_refused_can_be_repeated_and_reaches_the_manifest_again() {
    let mut desk = Desk::new();
    let manifests = Arc::new(BesideOthers {
        jobs: desk.jobs.clone(),
        edits: AtomicUsize::new(0),
    });
    desk.actions = desk.actions.editing(manifests.clone());
    desk.lesson().await;
    let job = desk.run().await;
    let attempt = job.head.attempt();
    let note = News::Progress {
        stage: None,
        data: Map::new(),
        output: object(made()),
    };
    report(&desk, attempt, note).await;
    report(&desk, attempt, News::GivenBack).await;
    let id = job.head.id;
    let edit = async || {
        let fields = json!({"preset": "b2"});
        desk.perform(id, ActionKind::EditMetadata, fields).await
    };
    assert_eq!(edit().await.unwrap_err().code(), "invalid_state");
    let again = desk.job(id).await.head.attempt();
    report(&desk, again, News::GivenBack).await;
    let done = edit().await.unwrap();
    assert_eq!(done.manifest_sync, Some(ManifestSync::Done));
    assert_eq!(manifests.edits.load(Ordering::Relaxed), 2);
}
