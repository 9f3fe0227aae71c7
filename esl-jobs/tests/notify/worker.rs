//! From a lesson to whoever is told of it, by a worker.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::payload::{LessonRun, NotifyEmail, NotifyWebhook};
use esl_core::job::{Backoff, Job, JobId, JobKind, JobState, NewJob, Notify, Payload};
use esl_core::ports::{
    Done, EventLog, HandlePayload, JobContext, JobError, JobFilter, JobStore, SystemClock,
};
use esl_jobs::memory::MemoryJobs;
use esl_jobs::notify::email::Mail;
use esl_jobs::worker::{Worker, WorkerConfig};

use crate::desk::{Desk, lesson, to_all};
use crate::mailbox::{Mailbox, Rules};
use crate::receiver::Receiver;
use crate::{email, webhook};

#[derive(Debug)]
struct MakesLessons;

#[async_trait]
impl HandlePayload<LessonRun> for MakesLessons {
    async fn run(&self, _: LessonRun, _: &Job, _: &JobContext) -> Result<Done, JobError> {
        let output = serde_json::json!({"notionUrl": "https://www.notion.so/1"});
        Ok(Done {
            output: output.as_object().cloned().unwrap_or_default(),
            chained: Vec::new(),
        })
    }
}

/// A place with a worker that makes lessons and tells of them.
struct School {
    desk: Desk,
    receiver: Receiver,
    mailbox: Mailbox,
    _stop: tokio_util::sync::DropGuard,
}

impl School {
    async fn open(receiver: Receiver) -> Self {
        let jobs = Arc::new(MemoryJobs::new(Arc::new(SystemClock)));
        let desk = Desk { jobs: jobs.clone() };
        let mailbox = Mailbox::open(Rules::default()).await;
        let mut config = WorkerConfig::default();
        config.backoff = Backoff {
            base: Duration::from_millis(1),
            ..Backoff::default()
        };
        let worker = Worker::builder(jobs.clone(), jobs.clone())
            .config(config)
            .handles::<LessonRun>(MakesLessons)
            .handles::<NotifyWebhook>(webhook::webhook(&desk, receiver.url(), webhook::loopback()))
            .handles::<NotifyEmail>(Mail::new(jobs, &email::settings(mailbox.port)).unwrap())
            .build()
            .unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(worker.run(stop.clone()));
        Self {
            desk,
            receiver,
            mailbox,
            _stop: stop.drop_guard(),
        }
    }

    async fn submit(&self, notify: Option<Notify>) -> JobId {
        let new = NewJob {
            notify,
            ..lesson("unit1.md")
        };
        self.desk.jobs.submit(vec![new]).await.unwrap()[0].id
    }

    /// Waits until so many jobs of a kind have ended.
    async fn ended(&self, kind: JobKind, count: usize) -> Vec<Job> {
        let mut filter = JobFilter::default();
        filter.kinds = vec![kind];
        filter.states = vec![JobState::Succeeded, JobState::Failed];
        loop {
            let seen = EventLog::head(self.desk.jobs.as_ref()).await.unwrap();
            let found = self.desk.jobs.list(&filter).await.unwrap();
            if found.len() >= count {
                return found;
            }
            let wait = Duration::from_secs(60);
            self.desk.jobs.wait(seen, wait).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_lesson_is_told_to_everybody_after_it_is_done() {
    let school = School::open(Receiver::answering([500.into()]).await).await;
    let id = school.submit(Some(to_all())).await;
    let call = school.ended(NotifyWebhook::KIND, 1).await.remove(0);
    assert_eq!(
        (call.head.state, call.head.attempt),
        (JobState::Succeeded, 2)
    );
    let heard = school.receiver.heard();
    let body: serde_json::Value = serde_json::from_slice(heard[1].body()).unwrap();
    assert_eq!(body["jobId"], id.to_string());
    assert_eq!(body["payload"]["notionUrl"], "https://www.notion.so/1");
    school.ended(NotifyEmail::KIND, 1).await;
    assert_eq!(school.mailbox.arrived().len(), 1);
}

#[tokio::test]
async fn a_notification_that_fails_is_tried_three_times_and_leaves_the_lesson_alone() {
    let school = School::open(Receiver::answering(vec![500.into(); 9]).await).await;
    let id = school.submit(Some(to_all())).await;
    let lesson = school.ended(LessonRun::KIND, 1).await.remove(0);
    let call = school.ended(NotifyWebhook::KIND, 1).await.remove(0);
    assert_eq!((call.head.state, call.head.attempt), (JobState::Failed, 3));
    assert_eq!(school.receiver.heard().len(), 3);
    let after = school.desk.jobs.jobs(&[id]).await.unwrap().remove(0);
    assert_eq!(after, lesson);
    // Nothing tells of the failure of what tells.
    assert_eq!(school.ended(NotifyWebhook::KIND, 1).await.len(), 1);
}

#[tokio::test]
async fn nobody_is_told_of_a_lesson_that_says_so() {
    let school = School::open(Receiver::answering([]).await).await;
    let quiet = school.submit(None).await;
    school.ended(LessonRun::KIND, 1).await;
    let all = school.desk.jobs.list(&JobFilter::default()).await.unwrap();
    assert_eq!(
        all.iter().map(|job| job.head.id).collect::<Vec<_>>(),
        [quiet]
    );
}
