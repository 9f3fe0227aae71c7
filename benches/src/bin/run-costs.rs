//! What a run costs: in time when speech is slow, when nothing has changed, and when one line has.
//!
//! `cargo run --profile dist -p esl-benches --bin run-costs`
//!
//! Whole runs with journal and cache in a folder, a workspace in memory and speech that takes 800 ms a
//! request. It prints one JSON object. The aim of the first part is the time that the requests take
//! by themselves, `lines × latency / concurrency`; the rest is counted, not timed, except for the
//! unchanged run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_benches::{Figures, dialogue_of, monologue_of};
use esl_core::{LessonId, RunId};
use esl_pipeline::pipeline::{
    LessonInput, Pipeline, RunContext, RunReport, RunRequest, SpeechAccount,
};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore};
use esl_pipeline::speech::limiter::Limiter;
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};
use esl_testkit::{MemoryNotion, ToneTts};
use serde_json::{Value, json};
use tempfile::TempDir;

const LINES: usize = 40;
const LATENCY: Duration = Duration::from_millis(800);

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of this program"
)]
async fn main() -> anyhow::Result<()> {
    let result = json!({
        "monologue": [spoken(3).await?, spoken(10).await?],
        "unchanged": unchanged().await?,
        "editOfOneLine": edited().await?,
    });
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}

/// What outlives a run: a folder with journal, cache and recordings, and the services.
struct Desk {
    folder: TempDir,
    notion: Arc<MemoryNotion>,
    tts: Arc<ToneTts>,
}

/// What a run did.
struct Done {
    report: RunReport,
    took: Duration,
    calls: BTreeMap<String, usize>,
}

impl Desk {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            notion: Arc::default(),
            tts: Arc::new(ToneTts::new().delivering_mp3().charging()),
        })
    }

    async fn run(&self, text: &str, concurrency: usize, plan: FaultPlan) -> anyhow::Result<Done> {
        let faults = Arc::new(Faults::new(plan));
        let pipeline = self.pipeline(&faults)?;
        let mut context = RunContext::new(RunId::random());
        context.accounts.speech = Some(SpeechAccount {
            tts: Arc::new(Faulty::new(self.tts.clone(), faults.clone())),
            limiter: Limiter::new(concurrency),
        });
        let mut request = RunRequest::new(LessonInput {
            id: LessonId::parse("lesson.md")?,
            bytes: text.to_owned().into(),
            location: "lesson.md".to_owned(),
        });
        request.options.with_tts = Some(true);
        let start = Instant::now();
        let report = pipeline.run(request, context).await?;
        let took = start.elapsed();
        let mut calls = BTreeMap::new();
        for call in faults.calls() {
            *calls.entry(format!("{call:?}")).or_default() += 1;
        }
        Ok(Done {
            report,
            took,
            calls,
        })
    }

    fn pipeline(&self, faults: &Arc<Faults>) -> anyhow::Result<Pipeline> {
        let folder = self.folder.path();
        let manifests = Arc::new(FsManifestStore::new(folder));
        let segments = Arc::new(FsArtifactStore::new(folder.join("cache")));
        Ok(Pipeline::builder()
            .notion(
                Arc::new(Faulty::new(self.notion.clone(), faults.clone())),
                MemoryNotion::source(),
            )
            .manifest_store(Arc::new(Faulty::new(manifests, faults.clone())))
            .tts(self.tts.clone())
            .recordings(
                Arc::new(Faulty::new(segments, faults.clone())),
                folder.join("out"),
            )
            .build()?)
    }
}

/// A monologue, spoken for the first time by a slow service.
async fn spoken(concurrency: usize) -> anyhow::Result<Value> {
    let slow = FaultPlan::none().every(PortCall::Synthesize, Fault::Delay(LATENCY));
    let done = Desk::new()?
        .run(&monologue_of(LINES), concurrency, slow)
        .await?;
    let requests = done.calls["Synthesize"];
    let ideal = LATENCY.as_secs_f64() * requests as f64 / concurrency as f64;
    let seconds = done.took.as_secs_f64();
    Ok(json!({
        "concurrency": concurrency,
        "requests": requests,
        "seconds": seconds,
        "idealSeconds": ideal,
        "ratio": seconds / ideal,
        "manifestWrites": done.calls["WriteManifest"],
    }))
}

/// Runs to which nothing has changed.
async fn unchanged() -> anyhow::Result<Value> {
    let (desk, text) = (Desk::new()?, dialogue_of(LINES));
    desk.run(&text, 10, FaultPlan::none()).await?;
    let (mut durations, mut calls) = (Vec::new(), BTreeMap::new());
    for _ in 0..50 {
        let done = desk.run(&text, 10, FaultPlan::none()).await?;
        anyhow::ensure!(!done.report.changed, "the lesson did not change");
        durations.push(done.took);
        calls = done.calls;
    }
    Ok(json!({"took": Figures::of(durations), "calls": calls}))
}

/// A run after one line of the dialogue was edited.
async fn edited() -> anyhow::Result<Value> {
    let (desk, text) = (Desk::new()?, dialogue_of(LINES));
    let first = desk.run(&text, 10, FaultPlan::none()).await?;
    let edited = text.replace("That is part 20.", "This is part 20.");
    anyhow::ensure!(edited != text, "nothing was edited");
    let second = desk.run(&edited, 10, FaultPlan::none()).await?;
    Ok(json!({
        "charactersBought": {"first": bought(&first), "edit": bought(&second)},
        "calls": {"first": first.calls, "edit": second.calls},
    }))
}

fn bought(done: &Done) -> u64 {
    let audio = done.report.audio.as_ref();
    let synthesis = audio.and_then(|audio| audio.synthesis.as_ref());
    synthesis.map_or(0, |synthesis| synthesis.characters_billed)
}
