//! Jobs in memory that end as tests want them to, and handlers driven by hand.

use std::sync::Arc;
use std::time::Duration;

use esl_core::CancellationToken;
use esl_core::job::payload::LessonRun;
use esl_core::job::{
    Actor, BatchId, Failure, FailureCode, Job, JobId, NewJob, News, Notify, Payload, Report,
    StoredPayload, WorkerId,
};
use esl_core::ports::{
    Claim, Done, HandlePayload, JobContext, JobError, JobFilter, JobProgress, JobStore,
    ProgressNote,
};
use esl_jobs::memory::MemoryJobs;
use esl_testkit::ManualClock;
use serde_json::{Value, json};

#[derive(Debug)]
struct NoProgress;

impl JobProgress for NoProgress {
    fn note(&self, _note: ProgressNote) {}
}

pub(crate) struct Desk {
    pub(crate) jobs: Arc<MemoryJobs>,
}

/// A mail and a call for each end.
pub(crate) fn to_all() -> Notify {
    Notify {
        email: Some("teacher@example.com".into()),
        webhook: vec!["school".into()],
        on_success: true,
        on_failure: true,
        batch_only: true,
    }
}

pub(crate) fn lesson(file_name: &str) -> NewJob {
    let lesson = LessonRun {
        md: "upload:1".into(),
        file_name: Some(file_name.into()),
        ..LessonRun::default()
    };
    NewJob {
        notify: Some(to_all()),
        ..NewJob::new(&lesson)
    }
}

pub(crate) fn success() -> News {
    let output = json!({"notionUrl": "https://www.notion.so/1", "manifestPath": "unit1.json"});
    let Value::Object(output) = output else {
        unreachable!()
    };
    News::Succeeded { output }
}

pub(crate) fn failure() -> News {
    News::Failed {
        failure: Failure::new(FailureCode::LESSON_INVALID, "line 3: no title"),
        retry_in: None,
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let jobs = Arc::new(MemoryJobs::new(Arc::new(ManualClock::default())));
        Self { jobs }
    }

    /// A lesson that has ended.
    pub(crate) async fn ended(&self, news: News) -> JobId {
        let id = self.jobs.submit(vec![lesson("unit1.md")]).await.unwrap()[0].id;
        self.end(id, news).await;
        id
    }

    /// Lessons that were submitted together and have ended.
    pub(crate) async fn ended_batch(&self, ends: Vec<News>) -> BatchId {
        let batch = BatchId::new();
        let member = |number| NewJob {
            batch: Some(batch),
            ..lesson(&format!("unit{number}.md"))
        };
        let members: Vec<_> = (1..=ends.len()).map(member).collect();
        let submitted = self.jobs.submit(members).await.unwrap();
        for (job, news) in submitted.iter().zip(ends) {
            self.end(job.id, news).await;
        }
        batch
    }

    async fn end(&self, id: JobId, news: News) {
        let job = self.claim(id).await;
        let report = Report::of_attempt(job.head.attempt(), Actor::System, news);
        self.jobs
            .report(vec![report])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
    }

    async fn claim(&self, id: JobId) -> Job {
        let mut claim = Claim::next(WorkerId::new(), 1, Duration::from_secs(60));
        claim.only = Some(vec![id]);
        self.jobs.claim(claim).await.unwrap().remove(0)
    }

    /// The job that tells of an end by payloads `P`.
    pub(crate) async fn notification<P: Payload>(&self) -> Job {
        let mut filter = JobFilter::default();
        filter.kinds = vec![P::KIND];
        let mut found = self.jobs.list(&filter).await.unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    }
}

/// One attempt of a handler at a job.
pub(crate) async fn attempt<P: Payload>(
    handler: &impl HandlePayload<P>,
    job: &Job,
) -> Result<Done, JobError> {
    let context = JobContext {
        attempt: job.head.attempt(),
        cancelled: CancellationToken::new(),
        shutting_down: CancellationToken::new(),
        progress: Arc::new(NoProgress),
    };
    handler
        .run(job.payload::<P>().unwrap(), job, &context)
        .await
}

/// A job that says something else.
pub(crate) fn saying<P: Payload>(job: &Job, payload: &P) -> Job {
    Job {
        payload: StoredPayload::of(payload),
        ..job.clone()
    }
}
