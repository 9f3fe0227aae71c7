//! What users do to jobs, on a store.

mod refused_edit;

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::action::{
    ActionError, ActionKind, ActionOutcome, Actions, JobAction, ManifestEditor, ManifestSync,
};
use esl_core::job::payload::{LessonRerunAudio, LessonRun, LessonSyncMetadata};
use esl_core::job::{
    Actor, FailureCode, Job, JobId, JobState, NewJob, News, Priority, Report, UpkeepTask, UserId,
    WorkerId,
};
use esl_core::ports::{Claim, JobError, JobFilter, JobStore};
use esl_core::{Classify, ErrorKind};
use esl_jobs::memory::MemoryJobs;
use esl_testkit::ManualClock;
use serde_json::{Map, Value, json};

struct Desk {
    jobs: Arc<MemoryJobs>,
    actions: Actions,
    user: UserId,
}

impl Desk {
    fn new() -> Self {
        let jobs = Arc::new(MemoryJobs::new(Arc::new(ManualClock::default())));
        Self {
            actions: Actions::new(jobs.clone()),
            jobs,
            user: UserId::new(),
        }
    }

    async fn lesson(&self) -> JobId {
        let lesson = LessonRun {
            md: "upload:1".into(),
            preset: Some("b1".into()),
            voice_id: Some("v1".into()),
            file_name: Some("unit1.md".into()),
            ..LessonRun::default()
        };
        let job = NewJob::new(&lesson).owned_by(self.user);
        self.jobs.submit(vec![job]).await.unwrap()[0].id
    }

    async fn run(&self) -> Job {
        let lease = std::time::Duration::from_secs(60);
        let claim = Claim::next(WorkerId::new(), 1, lease);
        self.jobs.claim(claim).await.unwrap().remove(0)
    }

    async fn finished(&self, output: Value) -> JobId {
        self.lesson().await;
        let job = self.run().await;
        let output = object(output);
        let report = Report::of_attempt(
            job.head.attempt(),
            Actor::System,
            News::Succeeded { output },
        );
        let results = self.jobs.report(vec![report]).await.unwrap();
        assert!(results[0].is_ok());
        job.head.id
    }

    async fn perform(
        &self,
        id: JobId,
        kind: ActionKind,
        payload: Value,
    ) -> Result<ActionOutcome, ActionError> {
        let action = JobAction::parse(kind, &object(payload))?;
        self.actions
            .perform(id, &action, Actor::User(self.user))
            .await
    }

    async fn retry(&self, id: JobId) -> Result<ActionOutcome, ActionError> {
        self.actions.retry(id, Actor::User(self.user)).await
    }

    async fn job(&self, id: JobId) -> Job {
        self.jobs.jobs(&[id]).await.unwrap().remove(0)
    }

    /// The jobs that follow from this one.
    async fn children(&self, id: JobId) -> Vec<Job> {
        let mut filter = JobFilter::default();
        filter.parent = Some(id);
        self.jobs.list(&filter).await.unwrap()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn made() -> Value {
    json!({"manifestPath": "unit1.manifest.json", "notionUrl": "https://example.com/page"})
}

#[tokio::test]
async fn a_job_is_cancelled_once_and_keeps_the_reason() {
    let desk = Desk::new();
    for is_running in [false, true] {
        let id = desk.lesson().await;
        if is_running {
            assert_eq!(desk.run().await.head.id, id);
        }
        let reason = json!({"reason": "wrong file"});
        let done = desk.perform(id, ActionKind::Cancel, reason).await.unwrap();
        assert_eq!(done.job, desk.job(id).await);
        assert_eq!(done.job.head.state, JobState::Cancelled);
        assert_eq!(done.job.head.cancel_reason.as_deref(), Some("wrong file"));
        let again = desk
            .perform(id, ActionKind::Cancel, json!({}))
            .await
            .unwrap_err();
        assert_eq!(again.code(), "invalid_state");
    }
}

#[tokio::test]
async fn an_action_on_no_job_finds_none() {
    let desk = Desk::new();
    let missing = desk
        .perform(JobId::new(), ActionKind::Cancel, json!({}))
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_rerun_is_a_job_of_its_own_with_the_settings_of_its_parent() {
    let desk = Desk::new();
    let parent = desk.finished(made()).await;
    let before = desk.job(parent).await;
    let overrides = json!({"voiceId": "v2", "forceTts": false});
    let done = desk
        .perform(parent, ActionKind::RerunAudio, overrides.clone())
        .await
        .unwrap();
    let rerun = desk.job(done.new_job.unwrap()).await;
    let payload: LessonRerunAudio = rerun.payload().unwrap();
    assert_eq!(payload.manifest_path, "unit1.manifest.json");
    assert_eq!(payload.voice_id.as_deref(), Some("v2"));
    assert_eq!(payload.preset.as_deref(), Some("b1"));
    assert_eq!(payload.file_name.as_deref(), Some("unit1.md"));
    assert!(!payload.force_tts);
    let head = &rerun.head;
    assert_eq!((head.parent, head.priority), (Some(parent), Priority::HIGH));
    assert_eq!(head.owner, Some(desk.user));
    assert_eq!(desk.job(parent).await, before);

    let same = desk
        .perform(parent, ActionKind::RerunAudio, overrides)
        .await
        .unwrap();
    assert_eq!(same.new_job, Some(head.id));
    let other = desk
        .perform(parent, ActionKind::RerunAudio, json!({}))
        .await
        .unwrap();
    assert_ne!(other.new_job, Some(head.id));
}

#[tokio::test]
async fn a_rerun_can_be_rerun() {
    let desk = Desk::new();
    let parent = desk.finished(made()).await;
    desk.perform(parent, ActionKind::RerunAudio, json!({"voiceId": "v2"}))
        .await
        .unwrap();
    let rerun = desk.run().await;
    let news = News::Succeeded {
        output: object(made()),
    };
    let report = Report::of_attempt(rerun.head.attempt(), Actor::System, news);
    desk.jobs.report(vec![report]).await.unwrap();
    let done = desk
        .perform(rerun.head.id, ActionKind::RerunAudio, json!({}))
        .await
        .unwrap();
    let again = desk.job(done.new_job.unwrap()).await;
    let payload: LessonRerunAudio = again.payload().unwrap();
    assert_eq!(payload.voice_id.as_deref(), Some("v2"));
    assert_eq!(again.head.parent, Some(rerun.head.id));
}

#[tokio::test]
async fn a_rerun_needs_a_manifest_and_a_page() {
    let desk = Desk::new();
    for (output, code) in [
        (json!({}), "manifest_missing"),
        (json!({"manifestPath": "m.json"}), "page_missing"),
    ] {
        let id = desk.finished(output).await;
        let refused = desk
            .perform(id, ActionKind::RerunAudio, json!({}))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let waiting = desk.lesson().await;
    let refused = desk
        .perform(waiting, ActionKind::RerunAudio, json!({}))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "invalid_state");
}

#[tokio::test]
async fn what_did_not_succeed_is_retried_by_one_job_of_its_own() {
    let desk = Desk::new();
    let parent = desk.lesson().await;
    let waiting = desk.retry(parent).await;
    assert_eq!(waiting.unwrap_err().code(), "invalid_state");
    desk.perform(parent, ActionKind::Cancel, json!({}))
        .await
        .unwrap();
    let before = desk.job(parent).await;
    let retry = async || {
        let done = desk.retry(parent).await;
        done.unwrap().new_job.unwrap()
    };
    let id = retry().await;
    let again = desk.job(id).await;
    assert_eq!(again.payload, before.payload);
    let head = &again.head;
    assert_eq!((head.parent, head.priority), (Some(parent), Priority::HIGH));
    assert_eq!(
        (head.state, head.owner),
        (JobState::Queued, Some(desk.user))
    );
    assert_eq!(desk.job(parent).await, before);
    assert_eq!(retry().await, id, "one is enough");
}

#[tokio::test]
async fn upkeep_that_is_retried_does_not_overlap_itself() {
    let desk = Desk::new();
    let by_hand = || UpkeepTask::Cleanup.by_hand(Actor::User(desk.user));
    let submit = async || desk.jobs.submit(vec![by_hand()]).await.unwrap()[0].id;
    let first = submit().await;
    desk.perform(first, ActionKind::Cancel, json!({}))
        .await
        .unwrap();
    let second = submit().await;
    let retried = desk.retry(first).await.unwrap();
    assert_eq!(retried.new_job, Some(second));
}

#[tokio::test]
async fn an_edit_reaches_the_manifest_by_a_job() {
    let desk = Desk::new();
    let id = desk.finished(made()).await;
    let fields = json!({"preset": "b2", "mode": "dialogue"});
    let done = desk
        .perform(id, ActionKind::EditMetadata, fields.clone())
        .await
        .unwrap();
    assert_eq!(done.manifest_sync, Some(ManifestSync::Queued));
    assert_eq!(done.job, desk.job(id).await);
    let payload: LessonRun = done.job.payload().unwrap();
    assert_eq!(payload.preset.as_deref(), Some("b2"));
    assert_eq!(payload.voice_id.as_deref(), Some("v1"));
    let children = desk.children(id).await;
    let sync: LessonSyncMetadata = children[0].payload().unwrap();
    assert_eq!((sync.job_id, sync.fields), (id, object(fields.clone())));
    let sync = children[0].head.id;
    let refused = desk.perform(sync, ActionKind::EditMetadata, fields).await;
    assert_eq!(refused.unwrap_err().code(), "invalid_state");
}

/// A manifest that names a page or not, or cannot be had, with this code.
#[derive(Debug)]
struct Manifests(Result<bool, FailureCode>);

impl Manifests {
    fn answer(&self) -> Result<bool, JobError> {
        let fail = |code| JobError::permanent(code, "as told");
        self.0.clone().map_err(fail)
    }
}

#[async_trait]
impl ManifestEditor for Manifests {
    async fn has_page(&self, _job: &Job) -> Result<bool, JobError> {
        self.answer()
    }

    async fn edit(&self, _job: &Job, fields: &Map<String, Value>) -> Result<(), JobError> {
        assert_eq!(*fields, object(json!({"preset": "b2"})));
        self.answer().map(drop)
    }
}

#[tokio::test]
async fn a_rerun_is_refused_if_the_manifest_is_lost_or_names_no_page() {
    for (manifest, refused) in [
        (Ok(true), None),
        (Ok(false), Some("page_missing")),
        (Err(FailureCode::MANIFEST_MISSING), Some("manifest_missing")),
        (
            Err(FailureCode::MANIFEST_UNREADABLE),
            Some("manifest_missing"),
        ),
        (Err(FailureCode::STORAGE_UNAVAILABLE), None),
    ] {
        let mut desk = Desk::new();
        desk.actions = desk.actions.editing(Arc::new(Manifests(manifest)));
        let id = desk.finished(made()).await;
        let done = desk.perform(id, ActionKind::RerunAudio, json!({})).await;
        assert_eq!(done.as_ref().err().map(ActionError::code), refused);
        let made = done.ok().and_then(|done| done.new_job);
        assert_eq!(desk.children(id).await.len(), usize::from(made.is_some()));
    }
}

#[tokio::test]
async fn an_edit_that_cannot_reach_the_manifest_is_left_to_a_job() {
    for (manifest, sync, jobs) in [
        (Ok(true), ManifestSync::Done, 0),
        (
            Err(FailureCode::MANIFEST_UNREADABLE),
            ManifestSync::Failed,
            0,
        ),
        (Err(FailureCode::MANIFEST_MISSING), ManifestSync::Queued, 1),
    ] {
        let mut desk = Desk::new();
        desk.actions = desk.actions.editing(Arc::new(Manifests(manifest)));
        let id = desk.finished(made()).await;
        let fields = json!({"preset": "b2"});
        let done = desk.perform(id, ActionKind::EditMetadata, fields).await;
        let done = done.unwrap();
        assert_eq!(
            (done.manifest_sync, &done.job),
            (Some(sync), &desk.job(id).await)
        );
        assert_eq!(desk.children(id).await.len(), jobs);
    }
}

#[tokio::test]
async fn an_edit_without_a_manifest_or_a_change_starts_nothing() {
    let desk = Desk::new();
    let id = desk.lesson().await;
    let done = desk
        .perform(id, ActionKind::EditMetadata, json!({"preset": "b2"}))
        .await
        .unwrap();
    assert_eq!(done.manifest_sync, Some(ManifestSync::Skipped));
    let before = desk.job(id).await;
    desk.perform(id, ActionKind::EditMetadata, json!({"preset": "b2"}))
        .await
        .unwrap();
    assert_eq!(desk.job(id).await, before);
    assert_eq!(desk.run().await.head.id, id);
    let running = desk
        .perform(id, ActionKind::EditMetadata, json!({"preset": "b3"}))
        .await;
    assert_eq!(running.unwrap_err().code(), "invalid_state");
}
