//! Whether a strict Notion takes whatever our lint accepts, and gives it back as it was.
//!
//! `cargo run --profile dist -p esl-benches --bin lessons-against-notion -- [LESSONS] [FIRST]`
//!
//! Makes up 10,000 lessons from the numbers FIRST (0) onwards, publishes each in a fake Notion over
//! HTTP, and compares it with its page block by block. It prints one JSON object, with the numbers of
//! the lessons that failed.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::{DataSourceId, LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, PipelineError, RunContext, RunReport, RunRequest,
};
use esl_pipeline::providers::notion::{BaseUrl, NotionConfig, NotionWorkspace, Pace};
use esl_testkit::fakes::{Fakes, FakesOptions, Service};
use esl_testkit::{MemoryManifestStore, made_up_lesson};
use serde_json::json;
use tokio::task::JoinSet;

/// So many lessons share a workspace, and are published at the same time as far as the processors
/// allow; then it starts afresh, so that memory stays bounded.
const LESSONS_PER_WORKSPACE: u64 = 100;

/// What became of lessons.
#[derive(Default)]
struct Outcome {
    accepted: u64,
    requests: usize,
    failed: Vec<(u64, String)>,
}

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse());
    let lessons: u64 = arguments.next().transpose()?.unwrap_or(10_000);
    let first: u64 = arguments.next().transpose()?.unwrap_or(0);
    let (end, start) = (first + lessons, Instant::now());
    let mut outcome = Outcome::default();
    for first in (first..end).step_by(LESSONS_PER_WORKSPACE as usize) {
        publish_all(first..end.min(first + LESSONS_PER_WORKSPACE), &mut outcome).await?;
    }
    let failed = outcome.failed.iter();
    let failed = failed.map(|(lesson, error)| json!({"lesson": lesson, "error": error}));
    let result = json!({
        "lessons": lessons,
        "accepted": outcome.accepted,
        "requests": outcome.requests,
        "seconds": start.elapsed().as_secs_f64(),
        "failed": failed.collect::<Vec<_>>(),
    });
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}

/// Publishes the lessons of these numbers in one workspace.
async fn publish_all(seeds: Range<u64>, outcome: &mut Outcome) -> anyhow::Result<()> {
    let fakes = Fakes::start(FakesOptions::default()).await?;
    let source = fakes.notion().data_source_id().into();
    let notion = Arc::new(NotionWorkspace::new(&config(&fakes)?)?);
    let mut lessons = JoinSet::new();
    for seed in seeds {
        let notion = Arc::clone(&notion);
        lessons.spawn(async move { (seed, publish(notion, source, seed).await) });
    }
    while let Some(published) = lessons.join_next().await {
        let (seed, published) = published?;
        let failure = match published {
            Ok(None) => continue,
            Ok(Some(true)) => None,
            Ok(Some(false)) => Some("its page reads differently".to_owned()),
            Err(error) => Some(format!("{error:#}")),
        };
        outcome.accepted += 1;
        outcome
            .failed
            .extend(failure.map(|failure| (seed, failure)));
    }
    outcome.requests += fakes.requests(Service::Notion).len();
    Ok(())
}

/// Makes the page of a lesson and compares it; none if the lint does not accept the lesson.
async fn publish(
    notion: Arc<NotionWorkspace>,
    source: DataSourceId,
    seed: u64,
) -> anyhow::Result<Option<bool>> {
    let lesson = made_up_lesson(seed);
    let pipeline = Pipeline::builder()
        .notion(notion, source)
        .manifest_store(Arc::new(MemoryManifestStore::default()))
        .build()?;
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

fn config(fakes: &Fakes) -> anyhow::Result<NotionConfig> {
    let mut config = NotionConfig::new(fakes.notion().token().into());
    config.base_url = BaseUrl::parse(&fakes.url(Service::Notion))?;
    config.pace = Pace {
        per_second: 1e6,
        burst: 100,
    };
    config.timeout = Duration::from_secs(60);
    Ok(config)
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
