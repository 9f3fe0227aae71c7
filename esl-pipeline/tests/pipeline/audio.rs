//! Lessons with audio.

use std::path::Path;
use std::sync::Arc;

use esl_core::ports::{NotionError, TtsError};
use esl_core::{Classify, ErrorKind, StageEvent};
use esl_pipeline::pipeline::{ErrorClass, NextAction, PipelineError, RunContext, RunOptions};
use esl_testkit::{NotionCall, ToneTts};

use crate::world::{LESSON, LINE, World, context, lesson, request, run, run_with};

fn without_audio(options: &mut RunOptions) {
    options.with_tts = Some(false);
}

fn edited() -> String {
    LESSON.replace(LINE, "It is behind the park.")
}

fn refusal() -> TtsError {
    TtsError::Refused {
        provider: "tone".into(),
        message: "no".into(),
    }
}

#[tokio::test]
async fn a_first_run_makes_a_page_that_plays_the_recording() {
    let world = World::new();
    let report = run(world.speaking(), LESSON).await.unwrap();
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|step| step.split(':').next().unwrap())
        .collect();
    assert_eq!(
        steps,
        [
            "validate",
            "import",
            "colorize",
            "colorize",
            "tts",
            "add-audio",
            "manifest"
        ]
    );
    let audio = report.audio.unwrap();
    let path = audio.path.unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().len(),
        audio.bytes.unwrap()
    );
    assert!(Path::new(&path).starts_with(world.out.path()));
    assert!(audio.duration_seconds.unwrap() > 1.0);
    let voices: Vec<_> = audio.voices.iter().map(|voice| &*voice.speaker).collect();
    assert_eq!(voices, ["Visitor", "Guide"]);
    let synthesis = audio.synthesis.unwrap();
    assert_eq!((synthesis.segments, synthesis.cached_segments), (4, 0));
    let texts = world.page_texts().await;
    let toggle = texts.iter().position(|text| text == "study-text").unwrap();
    assert_eq!(texts[toggle - 1], "<audio>");
    assert_eq!(texts.iter().filter(|text| *text == "<audio>").count(), 1);
}

#[tokio::test]
async fn an_unchanged_lesson_is_not_spoken_again() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    let before = world.effects();
    let second = run(world.speaking(), LESSON).await.unwrap();
    assert_eq!(world.effects(), before);
    assert!(!second.changed);
    assert_eq!(second.page_url, first.page_url);
    assert_eq!(second.audio.unwrap().path, first.audio.unwrap().path);
}

#[tokio::test]
async fn an_edited_line_alone_is_spoken_again() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    let calls = world.tts.calls();
    let second = run(world.speaking(), &edited()).await.unwrap();
    assert_eq!(world.tts.calls(), calls + 1);
    assert_eq!(second.page_id, first.page_id);
    let texts = world.page_texts().await;
    assert_eq!(texts.iter().filter(|text| *text == "<audio>").count(), 1);
    let third = run(world.speaking(), &edited()).await.unwrap();
    assert!(!third.changed);
}

#[tokio::test]
async fn a_new_title_costs_no_speech() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let calls = world.tts.calls();
    let renamed = LESSON.replace("Lost Near the Station", "Lost Again");
    let report = run(world.speaking(), &renamed).await.unwrap();
    assert!(report.changed);
    assert_eq!(world.tts.calls(), calls);
    assert_eq!(world.notion.page_count(), 1);
    assert!(!run(world.speaking(), &renamed).await.unwrap().changed);
}

#[tokio::test]
async fn audio_can_be_added_later() {
    let world = World::new();
    let first = run_with(world.speaking(), LESSON, without_audio)
        .await
        .unwrap();
    assert!(first.audio.is_none());
    assert_eq!(world.tts.calls(), 0);
    let status = world
        .speaking()
        .build()
        .unwrap()
        .status(&lesson(LESSON))
        .await
        .unwrap();
    assert_eq!(status.next, NextAction::Nothing);
    let second = run(world.speaking(), LESSON).await.unwrap();
    assert_eq!(second.steps, ["validate", "tts", "add-audio", "manifest"]);
    assert_eq!(second.page_id, first.page_id);
}

#[tokio::test]
async fn a_run_without_audio_keeps_the_earlier_recording() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    let second = run_with(world.speaking(), &edited(), without_audio)
        .await
        .unwrap();
    assert_eq!(second.audio.unwrap().path, first.audio.unwrap().path);
    let texts = world.page_texts().await;
    assert!(texts.contains(&"<audio>".to_owned()));
    let pipeline = world.speaking().build().unwrap();
    let status = pipeline.status(&lesson(&edited())).await.unwrap();
    assert!(status.stale.audio && !status.md_hash_matches);
}

#[tokio::test]
async fn skip_flags_take_what_is_there() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let before = world.effects();
    let skip = |options: &mut RunOptions| {
        options.skip_import = true;
        options.skip_tts = true;
    };
    let report = run_with(world.speaking(), &edited(), skip).await.unwrap();
    assert_eq!(report.steps, ["validate", "skip:import", "skip:tts"]);
    assert_eq!(world.effects(), before);
    let fresh = World::new();
    let error = run_with(fresh.speaking(), LESSON, skip).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::ManifestError);
    assert_eq!(fresh.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_recording_that_was_deleted_is_made_from_its_segments() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    let calls = world.tts.calls();
    std::fs::remove_file(first.audio.unwrap().path.unwrap()).unwrap();
    let second = run(world.speaking(), LESSON).await.unwrap();
    assert!(second.steps.contains(&"tts".to_owned()));
    assert_eq!(world.tts.calls(), calls);
    assert!(Path::new(&second.audio.unwrap().path.unwrap()).exists());
}

#[tokio::test]
async fn failing_speech_leaves_a_page_that_the_next_run_goes_on_with() {
    let world = World::new();
    world.tts.fail_next(refusal());
    let error = run(world.speaking(), LESSON).await.unwrap_err();
    assert!(matches!(error, PipelineError::Speech { .. }), "{error}");
    let second = run(world.speaking(), LESSON).await.unwrap();
    assert_eq!(world.notion.page_count(), 1);
    assert!(second.audio.is_some());
    assert!(!run(world.speaking(), LESSON).await.unwrap().changed);
}

#[tokio::test]
async fn a_failing_workspace_leaves_segments_that_the_next_run_uses() {
    let world = World::new();
    let down = NotionError::Unavailable {
        operation: "create a page",
        source: "connection reset".into(),
    };
    world.notion.fail_next(NotionCall::CreatePage, down);
    let pipeline = world.speaking().build().unwrap();
    let run_id = esl_core::RunId::random();
    let attempt = || {
        pipeline.run(
            request(LESSON, RunOptions::default()),
            RunContext::new(run_id),
        )
    };
    let error = attempt().await.unwrap_err();
    assert!(error.kind().is_transient());
    let calls = world.tts.calls();
    assert_eq!(calls, 4);
    attempt().await.unwrap();
    assert_eq!(world.tts.calls(), calls);
    assert_eq!(world.notion.page_count(), 1);
}

#[tokio::test]
async fn a_failed_attachment_is_made_up_for() {
    let world = World::new();
    let down = NotionError::Forbidden {
        operation: "upload a file",
        source: None,
    };
    world.notion.fail_next(NotionCall::UploadFile, down);
    run(world.speaking(), LESSON).await.unwrap_err();
    let calls = world.tts.calls();
    let second = run(world.speaking(), LESSON).await.unwrap();
    assert_eq!(second.steps, ["validate", "add-audio", "manifest"]);
    assert_eq!(world.tts.calls(), calls);
}

/// A listener that cancels the run once the first segment is there.
#[derive(Debug)]
struct Impatient(esl_core::CancellationToken);

impl esl_core::ProgressSink for Impatient {
    fn emit(&self, event: StageEvent) {
        if let esl_core::StageStatus::Progress { .. } = event.status {
            self.0.cancel();
        }
    }
}

#[tokio::test]
async fn a_run_cancelled_while_speaking_goes_on_where_it_ended() {
    let world = World::new();
    let context = context();
    let context = RunContext {
        progress: Arc::new(Impatient(context.cancel.clone())),
        ..context
    };
    let pipeline = world.speaking().build().unwrap();
    let first = pipeline
        .run(request(LESSON, RunOptions::default()), context)
        .await;
    assert!(matches!(first, Err(PipelineError::Cancelled)), "{first:?}");
    assert_eq!(std::fs::read_dir(world.out.path()).unwrap().count(), 0);
    run(world.speaking(), LESSON).await.unwrap();
    assert_eq!(world.notion.page_count(), 1);
    assert!(world.tts.calls() < 8, "finished segments are used again");
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_told_with_its_place() {
    let world = World::new();
    let file = world.out.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = |options: &mut RunOptions| options.out = Some(file.join("audio"));
    let error = run_with(world.speaking(), LESSON, below).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("audio"), "{cause}");
    assert!(world.manifest().await.unwrap().page_id.is_some());
}

#[tokio::test]
async fn paid_speech_is_made_on_request_only() {
    let world = World {
        tts: Arc::new(ToneTts::new().delivering_mp3().charging()),
        ..World::new()
    };
    let first = run(world.speaking(), LESSON).await.unwrap();
    assert!(first.audio.is_none());
    let ask = |options: &mut RunOptions| options.with_tts = Some(true);
    let second = run_with(world.speaking(), LESSON, ask).await.unwrap();
    assert!(second.audio.unwrap().synthesis.unwrap().characters_billed > 0);
}

#[tokio::test]
async fn an_unknown_voice_is_told_before_the_first_effect() {
    let world = World::new();
    let lesson = LESSON.replace("role: teacher", "voice: nobody");
    let error = run(world.speaking(), &lesson).await.unwrap_err();
    assert!(matches!(error, PipelineError::Refused { .. }), "{error}");
    assert_eq!(error.class(), ErrorClass::ConfigurationError);
    assert!(error.to_string().contains("nobody"), "{error}");
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_students_name_is_in_no_file_unless_asked_for() {
    let world = World::new();
    let first = run(world.speaking(), LESSON).await.unwrap();
    let path = first.audio.unwrap().path.unwrap();
    assert!(!path.contains("sample-student"), "{path}");
    let bytes = std::fs::read(&path).unwrap();
    let holds_name = |bytes: &[u8]| bytes.windows(14).any(|window| window == b"Sample Student");
    assert!(!holds_name(&bytes));
    let named = |options: &mut RunOptions| options.student_in_files = true;
    let second = run_with(world.speaking(), LESSON, named).await.unwrap();
    let path = second.audio.unwrap().path.unwrap();
    assert!(path.contains("sample-student-"), "{path}");
}
