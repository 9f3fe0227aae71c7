//! What a run would do, told in advance and without any trace.

use std::path::Path;
use std::sync::Arc;

use esl_core::ports::NotionError;
use esl_pipeline::pipeline::{
    Action, ErrorClass, PageRequestKind, Pipeline, PipelineBuilder, PresetChoice, RunOptions,
    RunPlan,
};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore};
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_testkit::faults::{Faults, Faulty};
use esl_testkit::{MemoryNotion, ToneTts};

use crate::world::{LESSON, LINE, World, context, lesson_id, request, run};

async fn plan(pipeline: PipelineBuilder, text: &str, options: RunOptions) -> RunPlan {
    let pipeline = pipeline.build().unwrap();
    pipeline
        .plan(request(text, options), context())
        .await
        .unwrap()
}

fn actions(plan: &RunPlan) -> Vec<String> {
    let planned = plan.stages.iter();
    planned
        .map(|planned| format!("{}:{:?}", planned.stage, planned.action))
        .collect()
}

#[tokio::test]
async fn a_plan_has_a_stable_shape() {
    let world = World::new();
    let mut plan = plan(world.speaking(), LESSON, RunOptions::default()).await;
    let audio = plan.audio.as_mut().unwrap();
    assert!(audio.path.starts_with(world.out.path()));
    audio.path = audio.path.file_name().unwrap().into();
    insta::assert_json_snapshot!(plan);
}

#[tokio::test]
async fn planning_makes_no_call_that_changes_or_costs_something() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let before = world.effects();
    let manifest = world.manifest().await;
    let faults = Arc::new(Faults::default());
    let watched = Pipeline::builder()
        .notion(
            Arc::new(Faulty::new(world.notion.clone(), faults.clone())),
            MemoryNotion::source(),
        )
        .manifest_store(Arc::new(Faulty::new(
            world.manifests.clone(),
            faults.clone(),
        )))
        .tts(Arc::new(Faulty::new(world.tts.clone(), faults.clone())))
        .recordings(
            Arc::new(Faulty::new(world.segments.clone(), faults.clone())),
            world.out.path(),
        );
    let edited = LESSON.replace(LINE, "It is behind the park.");
    let plan = plan(watched, &edited, RunOptions::default()).await;
    assert!(plan.problems.is_empty());
    let calls = faults.calls();
    assert!(
        !calls.is_empty() && !calls.iter().any(|call| call.has_effect()),
        "{calls:?}"
    );
    assert_eq!(world.effects(), before);
    assert_eq!(world.manifest().await, manifest);
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let nested = |path: std::path::PathBuf| match path.is_dir() {
        true => [vec![path.clone()], files_below(&path)].concat(),
        false => vec![path],
    };
    entries.flat_map(nested).collect()
}

#[tokio::test]
async fn planning_leaves_no_trace_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let workspace = LocalWorkspace::open(root.join("pages"), LocalWorkspaceOptions::default());
    let pipeline = Pipeline::builder()
        .notion(Arc::new(workspace), LocalWorkspace::SOURCE)
        .manifest_store(Arc::new(FsManifestStore::new(root)))
        .tts(Arc::new(ToneTts::new().delivering_mp3()))
        .recordings(
            Arc::new(FsArtifactStore::new(root.join("segments"))),
            root.join("audio"),
        );
    let plan = plan(pipeline, LESSON, RunOptions::default()).await;
    assert!(plan.problems.is_empty());
    assert_eq!(files_below(root), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn a_plan_counts_what_an_edited_line_costs() {
    let world = World::new();
    let first = plan(world.speaking(), LESSON, RunOptions::default()).await;
    let first = first.audio.unwrap();
    assert_eq!((first.chunks, first.cached_segments), (4, 0));
    assert_eq!(first.characters_to_speak, first.characters);
    run(world.speaking(), LESSON).await.unwrap();
    let line = "It is behind the park.";
    let edited = LESSON.replace(LINE, line);
    let second = plan(world.speaking(), &edited, RunOptions::default()).await;
    assert_eq!(second.stages[1].action, Action::Run);
    let second = second.audio.unwrap();
    assert_eq!((second.chunks, second.cached_segments), (1, 3));
    assert_eq!(second.characters_to_speak, line.len());
}

#[tokio::test]
async fn a_plan_tells_the_requests_that_the_run_makes() {
    let world = World::new();
    let longer: String = (0..120).map(|n| format!("Read street {n}.\n\n")).collect();
    let longer = LESSON.replacen("## 7. ", &format!("{longer}## 7. "), 1);
    let edited = longer
        .replace(LINE, "It is behind the park.")
        .replace("Read street 7.\n\n", "");
    let kinds = |plan: &RunPlan| {
        let requests = plan.page.requests.iter();
        requests.map(|request| request.kind).collect::<Vec<_>>()
    };
    use PageRequestKind::{Append, Create, Delete, Head, Update};
    for (text, expected) in [
        (&longer, &[Create, Append][..]),
        (&longer, &[]),
        (&edited, &[Head, Update, Delete]),
    ] {
        let plan = plan(world.silent(), text, RunOptions::default()).await;
        assert_eq!(kinds(&plan), expected);
        assert_eq!(plan.page.chunks, expected.len());
        let before = world.notion.calls().len();
        run(world.silent(), text).await.unwrap();
        assert_eq!(world.notion.calls().len() - before, expected.len());
    }
}

#[tokio::test]
async fn a_plan_for_a_finished_lesson_is_to_do_nothing() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let plan = plan(world.speaking(), LESSON, RunOptions::default()).await;
    assert_eq!(
        actions(&plan),
        [
            "validate:Run",
            "import:Noop",
            "colorize:Noop",
            "tts:Noop",
            "upload:Skip",
            "add-audio:Noop",
            "manifest:Noop"
        ]
    );
    assert_eq!((plan.page.chunks, plan.audio.unwrap().chunks), (0, 0));
}

#[tokio::test]
async fn a_plan_collects_all_problems_at_once() {
    let world = World::new();
    world.manifests.tamper(&lesson_id(), "{");
    let broken = LESSON
        .replace("role: teacher", "voice: nobody")
        .replace("## 7. ", "## 8. ");
    let mut options = RunOptions::default();
    options.preset = PresetChoice::Named("calm".into());
    let plan = plan(world.speaking(), &broken, options).await;
    let classes: Vec<_> = plan.problems.iter().map(|problem| problem.class).collect();
    assert!(
        classes.starts_with(&[ErrorClass::ValidationError]),
        "{classes:?}"
    );
    let fields: Vec<_> = plan
        .problems
        .iter()
        .filter_map(|problem| problem.field)
        .collect();
    assert_eq!(fields, ["preset", "voiceId"]);
    for class in [ErrorClass::ManifestError, ErrorClass::ConfigurationError] {
        assert!(classes.contains(&class), "{class} in {classes:?}");
    }
    let told: Vec<_> = plan
        .problems
        .iter()
        .map(|problem| &*problem.message)
        .collect();
    assert!(
        told.iter().any(|message| message.contains("nobody")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_workspace_that_fails_is_a_problem_among_others() {
    let world = World::new();
    let mut options = RunOptions::default();
    options.data_source_id = Some("0a1b2c3d4e5f60718293a4b5c6d7e8f9".parse().unwrap());
    let mut named = options.clone();
    named.preset = PresetChoice::Named("calm".into());
    let plan = plan(world.silent(), LESSON, named).await;
    assert_eq!(plan.problems.len(), 2, "{:?}", plan.problems);
    // Alone it keeps its type, so that callers may try again.
    let pipeline = world.silent().build().unwrap();
    let error = pipeline
        .run(request(LESSON, options), context())
        .await
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<NotionError>().is_some(), "{error:?}");
}
