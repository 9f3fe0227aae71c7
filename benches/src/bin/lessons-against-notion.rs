//! Whether a strict Notion takes whatever our lint accepts, and gives it back as it was.
//!
//! `cargo run --profile dist -p esl-benches --bin lessons-against-notion -- [LESSONS] [FIRST]`
//!
//! Makes up 10,000 lessons from the numbers FIRST (0) onwards, publishes each in a fake Notion over
//! HTTP, and compares it with its page block by block. It prints one JSON object, with the numbers of
//! the lessons that failed.

use std::sync::Arc;
use std::time::Duration;

use esl_core::{LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineError, RunContext, RunReport, RunRequest,
};
use esl_pipeline::providers::notion::{BaseUrl, NotionConfig, NotionWorkspace, Pace};
use esl_testkit::fakes::{Fakes, FakesOptions, Service};
use esl_testkit::{MemoryManifestStore, made_up_lesson};
use serde_json::json;

/// After so many lessons the workspace starts afresh, so that memory stays bounded.
const LESSONS_PER_WORKSPACE: u64 = 100;

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse());
    let lessons: u64 = arguments.next().transpose()?.unwrap_or(10_000);
    let first: u64 = arguments.next().transpose()?.unwrap_or(0);
    let (mut accepted, mut requests, mut failed) = (0, 0, Vec::new());
    let mut fakes = Fakes::start(FakesOptions::default()).await?;
    for seed in first..first + lessons {
        if (seed - first).is_multiple_of(LESSONS_PER_WORKSPACE) {
            fakes = Fakes::start(FakesOptions::default()).await?;
        }
        fakes.clear_log();
        match publish(&fakes, seed).await {
            Ok(Some(is_same)) => {
                accepted += 1;
                requests += fakes.requests(Service::Notion).len();
                if !is_same {
                    failed.push(json!({"lesson": seed, "error": "its page reads differently"}));
                }
            }
            Ok(None) => {}
            Err(error) => failed.push(json!({"lesson": seed, "error": format!("{error:#}")})),
        }
    }
    let result = json!({
        "lessons": lessons, "accepted": accepted, "requests": requests, "failed": failed,
    });
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}

/// Makes the page of a lesson and compares it; none if the lint does not accept the lesson.
async fn publish(fakes: &Fakes, seed: u64) -> anyhow::Result<Option<bool>> {
    let lesson = made_up_lesson(seed);
    let pipeline = pipeline(fakes)?;
    match run(&pipeline, &lesson, false).await {
        Err(PipelineError::InvalidLesson { .. }) => return Ok(None),
        made => made?,
    };
    let compared = run(&pipeline, &lesson, true).await?;
    let edits = compared
        .page
        .map(|page| page.inserted + page.updated + page.deleted);
    Ok(Some(edits == Some(0)))
}

fn pipeline(fakes: &Fakes) -> anyhow::Result<Pipeline> {
    let mut config = NotionConfig::new(fakes.notion().token().into());
    config.base_url = BaseUrl::parse(&fakes.url(Service::Notion))?;
    config.pace = Pace {
        per_second: 100_000.0,
        burst: 100,
    };
    config.timeout = Duration::from_secs(10);
    let notion = Arc::new(NotionWorkspace::new(&config)?);
    let pipeline = Pipeline::builder()
        .notion(notion, fakes.notion().data_source_id().into())
        .manifest_store(Arc::new(MemoryManifestStore::default()));
    Ok(pipeline.build()?)
}

async fn run(pipeline: &Pipeline, lesson: &str, force: bool) -> Result<RunReport, PipelineError> {
    let mut request = RunRequest::new(LessonInput {
        id: LessonId::parse("lesson.md").expect("a relative path is a lesson id"),
        bytes: lesson.to_owned().into(),
        location: "lesson.md".to_owned(),
    });
    request.options.force = force;
    pipeline
        .run(request, RunContext::new(RunId::random()))
        .await
}
