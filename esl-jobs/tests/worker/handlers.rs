//! Work that goes as tests want it to.

use std::time::Duration;

use async_trait::async_trait;
use esl_core::job::{FailureCode, Job, JobKind, NewJob, Payload};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError, ProgressNote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

/// What a job of these tests does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "chore", rename_all = "snake_case")]
pub(crate) enum Chore {
    Succeed,
    /// Hears nobody meanwhile.
    Take {
        seconds: u64,
    },
    FailForNow,
    FailForGood,
    Panic,
    UntilCancelled,
    UntilShutdown,
    /// Says so for no reason.
    BeInterrupted,
    TellMuch,
    /// Two stages at once, one of three seconds and one of two, and one left out.
    Stages,
    Chain,
}

impl Payload for Chore {
    const KIND: JobKind = JobKind::from_static("test.chore");
    const VERSION: u32 = 1;
}

#[derive(Debug)]
pub(crate) struct DoesChores;

#[async_trait]
impl HandlePayload<Chore> for DoesChores {
    async fn run(&self, chore: Chore, job: &Job, context: &JobContext) -> Result<Done, JobError> {
        match chore {
            Chore::Succeed => {}
            Chore::Take { seconds } => sleep(Duration::from_secs(seconds)).await,
            Chore::FailForNow => {
                return Err(JobError::transient(FailureCode::NETWORK, "unplugged"));
            }
            Chore::FailForGood => {
                return Err(JobError::permanent(FailureCode::LESSON_INVALID, "no story"));
            }
            Chore::Panic => panic!("on purpose"),
            Chore::UntilCancelled => {
                context.cancelled.cancelled().await;
                return Err(JobError::transient(FailureCode::CANCELLED, "stopped"));
            }
            Chore::UntilShutdown => {
                context.shutting_down.cancelled().await;
                return Err(JobError::interrupted());
            }
            Chore::BeInterrupted => return Err(JobError::interrupted()),
            Chore::TellMuch => tell_much(context).await,
            Chore::Stages => stages(context).await,
            Chore::Chain => return Ok(chain(job)),
        }
        Ok(done())
    }
}

fn done() -> Done {
    Done {
        output: object(json!({"said": "done"})),
        chained: Vec::new(),
    }
}

fn chain(job: &Job) -> Done {
    let follower = NewJob {
        parent: Some(job.head.id),
        ..NewJob::new(&Chore::Succeed)
    };
    Done {
        chained: vec![follower],
        ..done()
    }
}

async fn stages(context: &JobContext) {
    let tell = |stage: &str, status: &str| {
        context.progress.note(ProgressNote {
            stage: (status == "start").then(|| stage.into()),
            data: object(json!({ "stage": stage, "status": status })),
            ..ProgressNote::default()
        });
    };
    tell("tts", "start");
    tell("import", "start");
    sleep(Duration::from_secs(2)).await;
    tell("import", "failed");
    sleep(Duration::from_secs(1)).await;
    tell("tts", "success");
    tell("upload", "skipped");
}

async fn tell_much(context: &JobContext) {
    for stage in ["first", "second"] {
        context.progress.note(ProgressNote {
            stage: Some(stage.into()),
            data: object(json!({"began": stage})),
            output: object(json!({"early": "bird"})),
        });
    }
    let tell = |data| {
        context.progress.note(ProgressNote {
            data: object(data),
            ..ProgressNote::default()
        });
    };
    for percentage in 0..100 {
        tell(json!({ "percentage": percentage }));
        sleep(Duration::from_millis(10)).await;
    }
    tell(json!({"percentage": 100}));
    tell(json!({"stage": "second", "status": "success"}));
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
