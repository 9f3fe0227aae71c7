use super::*;
use crate::job::payload::{LessonRun, MaintenanceVerify};
use crate::job::{Actor, Failure, NewEvent, NewJob};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

fn id() -> JobId {
    "0190b6f0-0000-7000-8000-000000000001".parse().unwrap()
}

fn lesson() -> Job {
    let lesson = LessonRun {
        md: "upload:7c2f".into(),
        preset: Some("b1-default".into()),
        with_tts: Some(true),
        upload: Some(UploadTarget::Auto),
        voice_accent: Some("british_male".into()),
        mode: Some(TtsMode::Dialogue),
        file_name: Some("unit1.md".into()),
        ..LessonRun::default()
    };
    let new = NewJob {
        id: id(),
        ..NewJob::new(&lesson)
    };
    new.admit(at(0), 0).job
}

fn ended() -> Job {
    let mut job = lesson();
    job.head.state = JobState::Failed;
    job.head.attempt = 2;
    job.head.started_at = Some(at(1));
    job.head.finished_at = Some(at(2500));
    job.head.failure = Some(Failure::new(FailureCode::NETWORK, "unplugged"));
    let url = json!("https://www.notion.so/1");
    job.output.insert("notionUrl".into(), url);
    job
}

fn text(view: &impl Serialize) -> String {
    serde_json::to_string_pretty(view).unwrap()
}

#[test]
fn a_job_has_these_fields_in_this_order_null_where_there_is_nothing() {
    let expected = r#"{
  "jobId": "0190b6f0-0000-7000-8000-000000000001",
  "md": "upload:7c2f",
  "preset": "b1-default",
  "withTts": true,
  "voiceId": null,
  "upload": "auto",
  "voiceAccent": "british_male",
  "forceTts": null,
  "notionDatabase": null,
  "mode": "dialogue",
  "notionUrl": null,
  "state": "queued",
  "createdAt": "2023-11-14T22:13:20.000Z",
  "updatedAt": "2023-11-14T22:13:20.000Z",
  "startedAt": null,
  "finishedAt": null,
  "error": null,
  "manifestPath": null,
  "type": "lesson.run",
  "parentJobId": null,
  "priority": 5,
  "attempt": 0,
  "maxAttempts": 5,
  "nextAttemptAt": null,
  "errorCode": null,
  "stage": null,
  "fileName": "unit1.md",
  "audioUrl": null,
  "cancelReason": null
}"#;
    assert_eq!(text(&JobView::from(&lesson())), expected);
}

#[test]
fn a_job_that_is_no_lesson_has_the_same_fields() {
    let job = NewJob::new(&MaintenanceVerify::default())
        .admit(at(0), 0)
        .job;
    let view = serde_json::to_value(JobView::from(&job)).unwrap();
    assert_eq!(view.as_object().unwrap().len(), 29);
    assert!(view["md"].is_null());
}

#[test]
fn a_payload_that_cannot_be_read_hides_no_job() {
    let mut job = lesson();
    let asked = [
        ("md", json!(7)),
        ("upload", json!("ftp")),
        ("mode", json!([])),
    ];
    for (name, value) in asked {
        job.payload.fields.insert(name.into(), value);
    }
    let view = JobView::from(&job);
    assert_eq!((view.md, view.upload, view.mode), (None, None, None));
    assert_eq!(view.preset.as_deref(), Some("b1-default"));
}

#[test]
fn a_rerun_is_spoken() {
    let rerun = LessonRerunAudio::of(id(), "upload:7c2f".into(), "unit1.json".into());
    let job = NewJob::new(&rerun).admit(at(0), 0).job;
    assert_eq!(JobView::from(&job).with_tts, Some(true));
}

fn event(kind: EventKind, data: Value) -> JobEvent {
    let Value::Object(data) = data else {
        panic!("{data} is no object")
    };
    JobEvent {
        cursor: Cursor::from_u64(1842),
        event: NewEvent {
            job: id(),
            owner: None,
            kind,
            state: JobState::Failed,
            actor: Actor::System,
            at: at(2500),
            data,
        },
    }
}

#[test]
fn a_change_says_what_clients_mostly_ask_for_and_its_details() {
    let data = json!({"attempt": 2, "error": "unplugged", "errorCode": "network"});
    let mut view = serde_json::to_value(EventView::of(
        &event(EventKind::StateChanged, data),
        &ended(),
    ))
    .unwrap();
    assert_eq!(
        view["job"],
        serde_json::to_value(JobView::from(&ended())).unwrap()
    );
    view["job"] = json!("…");
    assert_eq!(
        view,
        json!({
            "type": "job_state_changed",
            "jobId": "0190b6f0-0000-7000-8000-000000000001",
            "state": "failed",
            "payload": {
                "manifestPath": null, "error": "unplugged", "finishedAt": "2023-11-14T22:13:22.500Z",
                "mode": "dialogue", "md": "upload:7c2f", "notionUrl": "https://www.notion.so/1",
                "attempt": 2, "errorCode": "network",
            },
            "job": "…",
            "seq": 1842,
            "at": "2023-11-14T22:13:22.500Z",
        })
    );
}

#[test]
fn progress_says_its_details_only() {
    let data = json!({"stage": "tts", "percentage": 40});
    let view = EventView::of(&event(EventKind::Progress, data.clone()), &ended());
    assert_eq!(Value::Object(view.payload), data);
}

#[test]
fn a_batch_says_how_many_of_its_members_ended_how() {
    let mut succeeded = ended();
    succeeded.head.state = JobState::Succeeded;
    succeeded.head.id = JobId::new();
    let batch = "0190b6f0-0000-7000-8000-00000000000b".parse().unwrap();
    let view = BatchView::of(batch, "failed", &[succeeded, ended()]);
    let states: Vec<_> = view.jobs.iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Failed, JobState::Succeeded]);
    let mut view = serde_json::to_value(view).unwrap();
    view["jobs"] = json!("…");
    assert_eq!(
        view,
        json!({
            "type": "batch_finished",
            "batchId": "0190b6f0-0000-7000-8000-00000000000b",
            "state": "failed",
            "payload": {"total": 2, "succeeded": 1, "failed": 1, "cancelled": 0},
            "jobs": "…",
            "at": "2023-11-14T22:13:22.500Z",
        })
    );
}
