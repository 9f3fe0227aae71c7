use serde_json::json;

use super::*;
use crate::Stage;
use crate::job::{JobId, NewJob, UserId};

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn stored(value: Value) -> StoredPayload {
    StoredPayload {
        version: 1,
        fields: fields(value),
    }
}

/// Payloads as released versions wrote them. Rows of released versions are readable for ever: add
/// to this list, never change it.
fn released() -> Vec<(&'static str, Value)> {
    let job = "0190b6f0-0000-7000-8000-000000000001";
    vec![
        ("lesson.run", json!({"md": "upload:7c2f", "manual": false})),
        (
            "lesson.run",
            json!({
                "md": "lesson:unit1.md", "contentHash": "0".repeat(64), "fileName": "unit1.md",
                "preset": "b1-default", "withTts": true, "upload": "auto", "voiceId": "v1",
                "voiceAccent": "british_male", "forceTts": false, "notionDatabase": "db",
                "mode": "dialogue", "student": "Anna", "manual": true,
            }),
        ),
        (
            "lesson.rerun_audio",
            json!({
                "parentJobId": job, "md": "upload:7c2f", "manifestPath": "unit1.manifest.json",
                "steps": ["tts", "upload", "add-audio"], "voiceId": "v2", "forceTts": true,
                "mode": "monologue", "upload": "s3", "manual": true,
            }),
        ),
        (
            "lesson.sync_metadata",
            json!({"jobId": job, "fields": {"preset": "b2"}, "manual": false}),
        ),
        (
            "notify.email",
            json!({"jobId": job, "event": "succeeded", "to": "a@example.com", "locale": "en",
                   "manual": false}),
        ),
        (
            "notify.webhook",
            json!({"batchId": job, "event": "failed", "endpointId": "school", "manual": false}),
        ),
        (
            "maintenance.cleanup",
            json!({"scope": "expired_events", "manual": false}),
        ),
        ("maintenance.cleanup", json!({"manual": true})),
        ("maintenance.refresh_options", json!({"manual": true})),
        (
            "maintenance.verify",
            json!({"scope": "all", "manual": false}),
        ),
        (
            "webhook.received",
            json!({"source": "lms", "eventType": "lesson.submitted", "data": {"id": 7},
                   "manual": false}),
        ),
    ]
}

#[test]
fn rows_of_released_versions_are_read_and_written_back_unchanged() {
    for (kind, value) in released() {
        let kind = kind.parse().unwrap();
        let payload = BuiltIn::read(&kind, &stored(value.clone())).unwrap();
        let payload = payload.expect("a kind of this project");
        assert_eq!(payload.store(), stored(value), "{kind}");
    }
}

#[test]
fn every_kind_of_this_project_has_a_released_row() {
    for kind in BuiltIn::KINDS {
        assert!(
            released().iter().any(|(name, _)| kind.as_str() == *name),
            "{kind}"
        );
    }
}

#[test]
fn fields_nobody_knows_are_kept() {
    let value = json!({"md": "a.md", "manual": false, "ofTomorrow": {"deep": [1, null]}});
    let payload: LessonRun = stored(value.clone()).read().unwrap();
    assert_eq!(StoredPayload::of(&payload), stored(value));
}

#[test]
fn a_choice_nobody_knows_reads_as_absent() {
    let value = json!({"md": "a.md", "upload": "ftp", "mode": 7});
    let payload: LessonRun = stored(value).read().unwrap();
    assert_eq!((payload.upload, payload.mode), (None, None));
}

#[test]
fn optional_fields_have_defaults() {
    let value = json!({"parentJobId": JobId::new(), "md": "a.md", "manifestPath": "m.json"});
    let rerun: LessonRerunAudio = stored(value).read().unwrap();
    assert!(rerun.force_tts);
    assert_eq!(rerun.steps, [Stage::Tts, Stage::Upload, Stage::AddAudio]);
}

#[test]
fn what_a_later_program_wrote_is_refused() {
    let mut later = StoredPayload::of(&LessonRun::default());
    later.version = 2;
    let result = later.read::<LessonRun>();
    assert!(matches!(result, Err(PayloadError::Newer { found: 2, .. })));
}

#[test]
fn a_payload_without_its_fields_is_unreadable() {
    let result = StoredPayload::default().read::<LessonRerunAudio>();
    assert!(matches!(result, Err(PayloadError::Fields { .. })));
}

/// A kind of an application, in its third version.
#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct Print {
    copies: u32,
    paper: String,
}

impl Payload for Print {
    const KIND: JobKind = JobKind::from_static("school.print");
    const VERSION: u32 = 3;

    fn upgrade(from: u32, mut fields: Map<String, Value>) -> Map<String, Value> {
        match from {
            1 => {
                let count = fields.remove("count").unwrap_or_default();
                fields.insert("copies".into(), count);
            }
            _ => {
                fields.insert("paper".into(), json!("A4"));
            }
        }
        fields
    }
}

#[test]
fn older_versions_are_upgraded_step_by_step() {
    let first = stored(json!({"count": 30}));
    let read: Print = first.read().unwrap();
    let paper = "A4".to_owned();
    assert_eq!(read, Print { copies: 30, paper });
}

#[test]
fn kinds_of_applications_are_jobs_like_any_other() {
    let paper = "A5".to_owned();
    let job = NewJob::new(&Print { copies: 2, paper });
    let job = job.admit(crate::Timestamp::from_millis(0), 0).job;
    assert_eq!(job.payload::<Print>().unwrap().copies, 2);
    assert!(
        BuiltIn::read(&job.head.kind, &job.payload)
            .unwrap()
            .is_none()
    );
    let other = job.payload::<LessonRun>();
    assert!(matches!(other, Err(PayloadError::Kind { .. })));
}

#[test]
fn the_same_text_under_another_name_is_the_same_submission() {
    let owner = Some(UserId::new());
    let lesson = |md: &str, preset: Option<&str>| LessonRun {
        md: md.into(),
        content_hash: Some(crate::Digest::of("# A lesson")),
        preset: preset.map(str::to_owned),
        ..LessonRun::default()
    };
    let key = lesson("upload:1", None).dedupe_key(owner);
    assert_eq!(lesson("upload:2", None).dedupe_key(owner), key);
    assert_ne!(lesson("upload:1", Some("b1")).dedupe_key(owner), key);
    assert_ne!(lesson("upload:1", None).dedupe_key(None), key);
}
