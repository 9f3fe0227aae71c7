//! Lessons without audio.

use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::{Classify, ErrorKind};
use esl_pipeline::pipeline::{
    ErrorClass, NextAction, OnExisting, PipelineError, PresetChoice, RunContext, RunOptions,
    SpeechAccount,
};
use esl_pipeline::speech::limiter::Limiter;
use esl_testkit::NotionCall;

use crate::world::{
    LESSON, LINE, Listener, World, context, lesson, lesson_id, request, run, run_with,
};

#[tokio::test]
async fn a_first_run_makes_a_coloured_page() {
    let world = World::new();
    let report = run(world.silent(), LESSON).await.unwrap();
    assert!(report.changed && report.colorized);
    let [validate, import, colorize, counts, manifest] = &*report.steps else {
        panic!("{:?}", report.steps);
    };
    assert_eq!(
        [validate, import, colorize, manifest],
        ["validate", "import", "colorize", "manifest"]
    );
    assert!(counts.starts_with("colorize:b1-default:"), "{counts}");
    assert_eq!(world.notion.calls(), [NotionCall::CreatePage]);
    let manifest = world.manifest().await.unwrap();
    assert_eq!(manifest.page_id, report.page_id);
    assert_eq!(manifest.preset.as_deref(), Some("b1-default"));
    assert_eq!(manifest.pending_import, None);
}

#[tokio::test]
async fn an_unchanged_lesson_changes_nothing() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let before = world.effects();
    let second = run(world.silent(), LESSON).await.unwrap();
    assert_eq!(world.effects(), before);
    assert!(!second.changed);
    assert_eq!(second.page_url, first.page_url);
    assert_eq!(second.steps, ["validate"]);
}

#[tokio::test]
async fn a_changed_lesson_keeps_its_page() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let edited = LESSON.replace("Asking for Directions", "Asking the Way");
    let edited = edited.replace("one street", "two streets");
    let second = run(world.silent(), &edited).await.unwrap();
    assert_eq!(second.page_id, first.page_id);
    assert_eq!(world.notion.page_count(), 1);
    let third = run(world.silent(), &edited).await.unwrap();
    assert!(!third.changed);
}

#[tokio::test]
async fn a_rebuilt_page_shows_the_new_text_once() {
    let world = World::new();
    run(world.silent(), LESSON).await.unwrap();
    let before = world.page_texts().await;
    let edited = LESSON.replace("## 7. ", "Read this twice.\n\n## 7. ");
    run(world.silent(), &edited).await.unwrap();
    let mut after = world.page_texts().await;
    let at = after.iter().position(|text| text == "Read this twice.");
    after.remove(at.expect("the new line is there"));
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_lesson_too_large_for_a_request_is_made_in_the_fewest() {
    let world = World::new();
    let lines: String = (0..230).map(|line| format!("Line {line}.\n\n")).collect();
    let deep = "- one\n  - two\n    - three\n      - four\n\n";
    let sentence = "Read this twice. ".repeat(400);
    let large = LESSON.replace("## 7. ", &format!("{lines}{deep}{sentence}\n\n## 7. "));
    run(world.silent(), &large).await.unwrap();
    let of_three_slices_and_a_list = [
        NotionCall::CreatePage,
        NotionCall::AppendChildren,
        NotionCall::AppendChildren,
        NotionCall::AppendChildren,
    ];
    assert_eq!(world.notion.calls(), of_three_slices_and_a_list);
    let texts = world.page_texts().await;
    let at = texts.iter().position(|text| text == "Line 0.").unwrap();
    assert_eq!(texts[at + 229], "Line 229.");
    assert_eq!(texts[at + 230], "one");
    assert_eq!(texts[at + 231], sentence.trim());
}

#[tokio::test]
async fn a_page_that_was_deleted_is_made_again() {
    let world = World::new();
    run(world.silent(), LESSON).await.unwrap();
    // Another workspace: the page of the manifest is not in it.
    let elsewhere = World {
        manifests: world.manifests.clone(),
        ..World::new()
    };
    let second = run(elsewhere.silent(), LESSON).await.unwrap();
    assert!(second.changed);
    assert_eq!(elsewhere.notion.page_count(), 1);
}

#[tokio::test]
async fn another_page_only_on_request() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let new = |options: &mut RunOptions| options.on_existing = OnExisting::New;
    let second = run_with(world.silent(), LESSON, new).await.unwrap();
    assert_ne!(second.page_id, first.page_id);
    let fail = |options: &mut RunOptions| options.on_existing = OnExisting::Fail;
    run_with(world.silent(), LESSON, fail).await.unwrap();
    let edited = LESSON.replace(LINE, "It is behind the park.");
    let refused = run_with(world.silent(), &edited, fail).await.unwrap_err();
    assert_eq!(refused.class(), ErrorClass::ValidationError);
    assert_eq!(world.notion.page_count(), 2);
}

#[tokio::test]
async fn a_run_without_preset_keeps_the_earlier_choice() {
    let world = World::new();
    let plain = |options: &mut RunOptions| options.preset = PresetChoice::Plain;
    let first = run_with(world.silent(), LESSON, plain).await.unwrap();
    assert_eq!(first.steps, ["validate", "import", "manifest"]);
    let second = run(world.silent(), LESSON).await.unwrap();
    assert!(!second.changed);
    let named = |options: &mut RunOptions| {
        options.preset = PresetChoice::Named("b1-default".into());
    };
    let third = run_with(world.silent(), LESSON, named).await.unwrap();
    assert!(third.colorized);
    assert_eq!(third.page_id, first.page_id);
}

#[tokio::test]
async fn every_problem_is_told_before_the_first_effect() {
    let world = World::new();
    let options = |options: &mut RunOptions| {
        options.preset = PresetChoice::Named("calm".into());
        options.with_tts = Some(true);
        options.skip_import = true;
    };
    let error = run_with(world.silent(), LESSON, options).await.unwrap_err();
    let PipelineError::Refused { problems } = &error else {
        panic!("{error}");
    };
    let messages: Vec<_> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(
        messages,
        [
            r#"there is no preset "calm"; known presets: b1-default"#,
            "audio was asked for, but no speech engine is set up",
            "the lesson has no page to keep",
        ]
    );
    assert_eq!(error.class(), ErrorClass::ConfigurationError);
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn an_invalid_lesson_has_no_effect() {
    let world = World::new();
    let error = run(world.silent(), "# no lesson").await.unwrap_err();
    assert!(
        matches!(error, PipelineError::InvalidLesson { .. }),
        "{error}"
    );
    assert_eq!(error.class(), ErrorClass::ValidationError);
    let pipeline = world.silent().max_lesson_bytes(10);
    let error = run(pipeline, LESSON).await.unwrap_err();
    assert!(
        matches!(error, PipelineError::InvalidLesson { .. }),
        "{error}"
    );
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_damaged_or_newer_manifest_stops_the_run() {
    for stored in ["{", r#"{"schemaVersion": 2}"#] {
        let world = World::new();
        world.manifests.tamper(&lesson_id(), stored);
        let before = world.effects();
        let error = run(world.silent(), LESSON).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::ManifestError);
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(world.effects(), before);
    }
}

#[tokio::test]
async fn a_cancelled_run_does_nothing() {
    let world = World::new();
    let pipeline = world.silent().build().unwrap();
    let context = context();
    context.cancel.cancel();
    let request = request(LESSON, RunOptions::default());
    let error = pipeline.run(request, context).await.unwrap_err();
    assert!(matches!(error, PipelineError::Cancelled), "{error}");
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_run_after_its_deadline_does_nothing() {
    let world = World::new();
    let context = RunContext {
        deadline: Instant::now().checked_sub(Duration::from_secs(1)),
        ..context()
    };
    let pipeline = world.silent().build().unwrap();
    let request = request(LESSON, RunOptions::default());
    let error = pipeline.run(request, context).await.unwrap_err();
    assert!(matches!(error, PipelineError::DeadlineExceeded), "{error}");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(world.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_run_works_with_the_accounts_of_its_caller() {
    let (world, caller) = (World::new(), World::new());
    let mut context = context();
    context.accounts.notion = Some(caller.notion.clone());
    context.accounts.speech = Some(SpeechAccount {
        tts: caller.tts.clone(),
        limiter: Limiter::new(1),
    });
    let pipeline = world.speaking().build().unwrap();
    let request = request(LESSON, RunOptions::default());
    pipeline.run(request, context).await.unwrap();
    assert_eq!((world.notion.page_count(), world.tts.calls()), (0, 0));
    assert_eq!(caller.notion.page_count(), 1);
    assert_eq!(caller.tts.most_under_way(), 1);
}

#[tokio::test]
async fn listeners_hear_every_stage() {
    let world = World::new();
    let listener = Arc::new(Listener::default());
    let context = RunContext {
        progress: listener.clone(),
        ..context()
    };
    let pipeline = world.silent().build().unwrap();
    let request = request(LESSON, RunOptions::default());
    let report = pipeline.run(request, context).await.unwrap();
    assert_eq!(
        listener.heard(),
        [
            "validate:start",
            "validate:success",
            "tts:skipped",
            "upload:skipped",
            "add-audio:skipped",
            "import:start",
            "import:page",
            "import:success",
            "colorize:start",
            "colorize:success",
            "manifest:start",
            "manifest:success",
        ]
    );
    let stages: Vec<_> = report.stages.iter().map(|stage| stage.stage).collect();
    assert_eq!(stages, esl_core::Stage::ALL);
}

#[tokio::test]
async fn the_status_tells_what_is_out_of_date() {
    let world = World::new();
    let pipeline = world.silent().build().unwrap();
    let before = pipeline.status(&lesson(LESSON)).await.unwrap();
    assert_eq!((before.manifest, before.next), (None, NextAction::Run));
    run(world.silent(), LESSON).await.unwrap();
    let after = pipeline.status(&lesson(LESSON)).await.unwrap();
    assert!(after.md_hash_matches);
    assert_eq!(after.next, NextAction::Nothing);
    let edited = LESSON.replace(LINE, "It is behind the park.");
    let edited = pipeline.status(&lesson(&edited)).await.unwrap();
    assert!(!edited.md_hash_matches && edited.stale.page);
    assert_eq!(edited.next, NextAction::Run);
}
