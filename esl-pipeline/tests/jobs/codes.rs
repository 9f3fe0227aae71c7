//! What a job that failed tells, and whether it is tried again.

use std::sync::Arc;
use std::time::Duration;

use esl_core::job::payload::{LessonRun, UploadTarget};
use esl_core::job::{FailureCode, OnExisting, UserId};
use esl_core::manifest::Manifest;
use esl_core::ports::{JobError, ManifestStore, NotionError, TtsError};
use esl_core::{DataSourceId, Digest, Retry};
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};
use esl_testkit::{NotionCall, ToneTts};

use crate::world::{LESSON, World, lesson_id, rerun_of, silent, spoken, upload};

/// The failure of a job in this world, which tells no path of this machine.
async fn failure(world: &World, payload: LessonRun) -> JobError {
    let (_, done) = world.perform(payload).await;
    let error = done.unwrap_err();
    let folder = world.folder.path().display().to_string();
    assert!(!error.failure.message.contains(&folder), "{error}");
    error
}

async fn assert_final(world: &World, payload: LessonRun, code: FailureCode) -> JobError {
    let error = failure(world, payload).await;
    assert_eq!(error.failure.code, code, "{error}");
    assert_eq!(error.retry, Retry::Never, "{error}");
    error
}

async fn assert_passing(world: &World, payload: LessonRun, code: FailureCode) -> JobError {
    let error = failure(world, payload).await;
    assert_eq!(error.failure.code, code, "{error}");
    assert_ne!(error.retry, Retry::Never, "{error}");
    error
}

fn md(md: &str) -> LessonRun {
    LessonRun {
        md: md.to_owned(),
        ..LessonRun::default()
    }
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_not_allowed() {
    let world = World::new();
    for path in ["/etc/hostname", "../a.md", "lesson:../a.md", "upload:7"] {
        assert_final(&world, md(path), FailureCode::MD_NOT_ALLOWED).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_elsewhere_is_not_allowed() {
    let world = World::new();
    let lessons = world.folder.path().join("lessons");
    let secret = world.folder.path().join("secret.md");
    std::fs::write(&secret, LESSON).unwrap();
    std::os::unix::fs::symlink(&secret, lessons.join("out.md")).unwrap();
    assert_final(&world, md("out.md"), FailureCode::MD_NOT_ALLOWED).await;
    std::os::unix::fs::symlink("a.md", lessons.join("in.md")).unwrap();
    world.perform(md("in.md")).await.1.unwrap();
    assert!(world.manifest().await.is_some());
}

#[tokio::test]
async fn a_lesson_that_is_not_there_is_not_found() {
    let world = World::new();
    assert_final(&world, md("b.md"), FailureCode::MD_NOT_FOUND).await;
    let theirs = upload(&world, Some(UserId::new())).await;
    assert_final(&world, md(&theirs), FailureCode::MD_NOT_FOUND).await;
    let shared = upload(&world, None).await;
    world.perform(md(&shared)).await.1.unwrap();
}

#[tokio::test]
async fn a_broken_lesson_names_the_rules_it_breaks() {
    let world = World::new();
    world.write(
        &LESSON
            .replace(":::study-text Dialogue", "")
            .replace("title:", "titel:"),
    );
    let error = assert_final(&world, spoken(), FailureCode::LESSON_INVALID).await;
    insta::assert_snapshot!(error.failure.message);
    assert_eq!(world.effects(), (0, 0));
}

#[tokio::test]
async fn limits_are_checked_before_anything_is_paid_for() {
    let world = World::new();
    world.phases.lock().unwrap().tts.max_characters = 20;
    let error = assert_final(&world, spoken(), FailureCode::LESSON_INVALID).await;
    assert!(error.failure.message.contains("the limit is 20"), "{error}");
    assert_eq!(world.effects(), (0, 0));
    world.perform(silent()).await.1.unwrap();
    world.phases.lock().unwrap().validate.max_lesson_bytes = 100;
    assert_final(&world, silent(), FailureCode::LESSON_INVALID).await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let world = World::new();
    let payload = LessonRun {
        preset: Some("neon".to_owned()),
        ..silent()
    };
    let error = assert_final(&world, payload, FailureCode::INVALID_PRESET).await;
    assert!(error.failure.message.contains("neon"), "{error}");
    world.write(&LESSON.replace("accent: british", "voice: nobody"));
    assert_final(&world, spoken(), FailureCode::INVALID_VOICE_ID).await;
    let elsewhere = World {
        source: Some(DataSourceId::from_uuid(*UserId::new().as_uuid())),
        ..World::new()
    };
    assert_final(&elsewhere, silent(), FailureCode::INVALID_NOTION_DATABASE).await;
    assert_eq!((world.effects(), elsewhere.effects()), ((0, 0), (0, 0)));
}

#[tokio::test]
async fn what_is_not_set_up_is_told_before_the_first_effect() {
    let mut world = World::new();
    world.front.bucket = None;
    let payload = LessonRun {
        upload: Some(UploadTarget::S3),
        ..spoken()
    };
    assert_final(&world, payload, FailureCode::STORAGE_MISCONFIGURED).await;
    world.front.is_silent = true;
    assert_final(&world, spoken(), FailureCode::CREDENTIALS_MISSING).await;
    assert_eq!(world.effects(), (0, 0));
}

#[tokio::test]
async fn a_page_that_is_to_be_left_alone_is_told() {
    let world = World::new();
    world.phases.lock().unwrap().import.on_existing = OnExisting::Fail;
    world.perform(silent()).await.1.unwrap();
    world.perform(silent()).await.1.unwrap();
    world.write(&LESSON.replace("opposite", "behind"));
    assert_final(&world, silent(), FailureCode::PAGE_EXISTS).await;
}

#[tokio::test]
async fn a_damaged_manifest_is_left_as_it_is() {
    let world = World::new();
    world.manifests.tamper(&lesson_id(), "{");
    assert_final(&world, silent(), FailureCode::MANIFEST_UNREADABLE).await;
    let (_, rerun) = world.perform(rerun_of(esl_core::job::JobId::new())).await;
    let code = rerun.unwrap_err().failure.code;
    assert_eq!(code, FailureCode::MANIFEST_UNREADABLE);
    assert_eq!(world.manifests.writes(&lesson_id()), 1);
}

#[tokio::test]
async fn a_rerun_needs_a_manifest_with_a_page() {
    let world = World::new();
    let rerun = rerun_of(esl_core::job::JobId::new());
    let (_, done) = world.perform(rerun.clone()).await;
    assert_eq!(
        done.unwrap_err().failure.code,
        FailureCode::MANIFEST_MISSING
    );
    let blank = Manifest::new(&Digest::of(""), "2026-01-01T00:00:00Z".parse().unwrap());
    let written = world.manifests.write(&lesson_id(), &blank, None).await;
    written.unwrap();
    let (_, done) = world.perform(rerun).await;
    assert_eq!(done.unwrap_err().failure.code, FailureCode::PAGE_MISSING);
}

#[tokio::test]
async fn a_locked_lesson_is_tried_again() {
    let world = World::new();
    let _held = world.manifests.lock(&lesson_id()).await.unwrap();
    assert_passing(&world, silent(), FailureCode::LESSON_LOCKED).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_out_of_reach_is_tried_again() {
    let mut world = World::new();
    let plan = FaultPlan::none().every(PortCall::ReadManifest, Fault::Fail);
    let faults = Arc::new(Faults::new(plan));
    world.front.manifests = Some(Arc::new(Faulty::new(world.manifests.clone(), faults)));
    assert_passing(&world, silent(), FailureCode::STORAGE_UNAVAILABLE).await;
}

#[tokio::test]
async fn what_the_workspace_says_has_a_code() {
    let operation = "create the page";
    let source = || "told by a test".into();
    let no_page = NotionError::NotFound {
        what: "page",
        id: "x".to_owned(),
    };
    let refused = NotionError::Refused {
        operation,
        message: "no".to_owned(),
    };
    let forbidden = NotionError::Forbidden {
        operation,
        source: None,
    };
    for (error, code) in [
        (no_page, FailureCode::PAGE_MISSING),
        (refused, FailureCode::PROVIDER_BAD_REQUEST),
        (forbidden, FailureCode::CREDENTIALS_REJECTED),
        (
            NotionError::Unauthenticated { source: None },
            FailureCode::CREDENTIALS_REJECTED,
        ),
    ] {
        let world = World::new();
        world.notion.fail_next(NotionCall::CreatePage, error);
        assert_final(&world, silent(), code).await;
    }
    let unreachable = NotionError::Unreachable {
        operation,
        source: source(),
    };
    let unavailable = NotionError::Unavailable {
        operation,
        source: source(),
    };
    for (error, code) in [
        (unreachable, FailureCode::NETWORK),
        (unavailable, FailureCode::PROVIDER_UNAVAILABLE),
    ] {
        let world = World::new();
        world.notion.fail_next(NotionCall::CreatePage, error);
        assert_passing(&world, silent(), code).await;
    }
}

#[tokio::test]
async fn a_service_says_when_to_try_again() {
    let world = World::new();
    let retry_after = Some(Duration::from_secs(7));
    let limited = NotionError::RateLimited { retry_after };
    world.notion.fail_next(NotionCall::CreatePage, limited);
    let error = assert_passing(&world, silent(), FailureCode::RATE_LIMITED).await;
    assert_eq!(error.retry, Retry::After(Duration::from_secs(7)));
}

/// The failure of a job whose every request for speech fails like this.
async fn unspoken(error: impl Fn() -> TtsError) -> JobError {
    let mut world = World::new();
    world.tts = Arc::new(ToneTts::new().delivering_mp3().charging());
    for _ in 0..40 {
        world.tts.fail_next(error());
    }
    failure(&world, spoken()).await
}

#[tokio::test(start_paused = true)]
async fn what_the_speech_provider_says_has_a_code() {
    let provider = || "tone".to_owned();
    let message = || "told by a test".to_owned();
    let unknown = unspoken(|| TtsError::UnknownVoice {
        provider: provider(),
        voice: "x".parse().unwrap(),
    });
    let refused = unspoken(|| TtsError::Refused {
        provider: provider(),
        message: message(),
    });
    let rejected = unspoken(|| TtsError::Unauthenticated {
        provider: provider(),
    });
    let used_up = unspoken(|| TtsError::QuotaExhausted {
        provider: provider(),
        needed: Some(9),
        left: Some(1),
    });
    let limited = unspoken(|| TtsError::RateLimited {
        provider: provider(),
        retry_after: Some(Duration::from_secs(3)),
    });
    let unavailable = unspoken(|| TtsError::Unavailable {
        provider: provider(),
        message: message(),
        source: None,
    });
    let silent = unspoken(|| TtsError::Timeout {
        provider: provider(),
        after: Duration::from_secs(1),
    });
    let passing = Retry::Backoff;
    for (error, code, retry) in [
        (unknown.await, FailureCode::INVALID_VOICE_ID, Retry::Never),
        (
            refused.await,
            FailureCode::PROVIDER_BAD_REQUEST,
            Retry::Never,
        ),
        (
            rejected.await,
            FailureCode::CREDENTIALS_REJECTED,
            Retry::Never,
        ),
        (used_up.await, FailureCode::QUOTA_EXHAUSTED, Retry::Never),
        (
            limited.await,
            FailureCode::RATE_LIMITED,
            Retry::After(Duration::from_secs(3)),
        ),
        (
            unavailable.await,
            FailureCode::PROVIDER_UNAVAILABLE,
            passing,
        ),
        (silent.await, FailureCode::TIMEOUT, passing),
    ] {
        assert_eq!(
            (error.failure.code.clone(), error.retry),
            (code, retry),
            "{error}"
        );
    }
}
