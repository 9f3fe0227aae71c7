//! Looks at everything that a run depends on, and finds every reason not to begin. Reads only.

use esl_core::manifest::Manifest;
use esl_core::ports::{ManifestError, Notion, NotionError};
use esl_core::{Digest, ErrorKind, Preset, Presets, Stage};

use super::findings::Findings;
use super::journal::Journal;
use super::page::{PageContent, WantedPage, student_of};
use super::plan::Plan;
use super::stages::tts::{Engine, Take};
use super::{
    ErrorClass, Pipeline, PipelineError, PresetChoice, Problem, RunContext, RunOptions, RunRequest,
};
use crate::blocks::ColorCounts;
use crate::lesson::{Lesson, Script};
use crate::speech::cache::SegmentCache;
use crate::speech::recorder::Recorder;

/// All that is known before the first effect.
#[derive(Debug)]
pub(super) struct Outlook<'a> {
    pub(super) journal: Journal<'a>,
    pub(super) plan: Plan,
    pub(super) page: WantedPage,
    pub(super) colors: ColorCounts,
    /// The recording that would be made; none if it is not this run's business.
    pub(super) take: Option<Take>,
    pub(super) engine: Option<Engine>,
    pub(super) study_text: Digest,
    pub(super) md_hash: Digest,
}

/// A preset and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChosenPreset {
    pub(super) name: String,
    pub(super) preset: Preset,
}

impl Pipeline {
    /// Looks at everything that the run depends on.
    ///
    /// # Errors
    /// [`PipelineError::Refused`] with every problem found; [`PipelineError::Manifest`] if the
    /// manifest is the only one; the failure of the workspace.
    pub(super) async fn preflight<'a>(
        &'a self,
        request: &'a RunRequest,
        context: &RunContext,
        lesson: &Lesson<'_>,
    ) -> Result<Outlook<'a>, PipelineError> {
        let options = &request.options;
        let mut problems = Problems::default();
        let journal = Journal::open(&*self.manifests, &*self.clock, &request.lesson.id).await;
        let manifest = match &journal {
            Ok(journal) => journal.manifest().await,
            Err(_) => Manifest::new(&Digest::of(""), self.clock.now()),
        };
        let preset = preset(&options.preset, &manifest, &self.presets);
        let preset = problems
            .unless(preset.map_err(|problem| vec![problem]))
            .flatten();

        let notion = self.notion_of(context);
        let source = options.data_source_id.unwrap_or(self.source);
        let schema = notion.schema(source).await.map_err(unavailable)?;
        let student = student_of(options.student.as_deref(), lesson);
        let content = PageContent::of(lesson, student, preset.as_ref());
        let colors = content.colors;
        let (page, unfit) = content.fit(lesson, student, source, &schema, notion.limits());
        problems.add(unfit);

        let engine = self.engine_of(context);
        problems.add(missing_engine(options, engine.as_ref()));
        let wants_audio = wants_audio(options, engine.as_ref());
        let speaks = wants_audio && !options.skip_tts;
        let take = match engine.as_ref().filter(|_| speaks) {
            Some(engine) => {
                problems.unless(Take::prepare(engine, lesson, request, &manifest).await)
            }
            None => None,
        };

        let study_text = study_text_hash(lesson);
        let md_hash = Digest::of(&request.lesson.bytes);
        let findings = Findings {
            options,
            manifest: &manifest,
            page_digest: &page.digest,
            page_is_there: page_is_there(notion, &manifest).await?,
            preset: preset.as_ref().map(|preset| preset.name.as_str()),
            wants_audio,
            recording_key: take.as_ref().map(|take| &take.key),
            study_text: &study_text,
            md_hash: &md_hash,
            run_id: context.run_id,
            now: self.clock.now(),
        };
        if journal.is_ok() {
            problems.add(findings.problems());
        }
        let plan = findings.plan();
        Ok(Outlook {
            journal: problems.settle(journal)?,
            plan,
            page,
            colors,
            take,
            engine,
            study_text,
            md_hash,
        })
    }

    /// The workspace of a run.
    pub(super) fn notion_of<'a>(&'a self, context: &'a RunContext) -> &'a dyn Notion {
        context.accounts.notion.as_deref().unwrap_or(&*self.notion)
    }

    /// The speech engine of a run, if there is a place for what it speaks.
    fn engine_of(&self, context: &RunContext) -> Option<Engine> {
        let recordings = self.recordings.as_ref()?;
        let Some(account) = &context.accounts.speech else {
            return self.engine.clone();
        };
        let tts = account.tts.clone();
        let cache = SegmentCache::new(recordings.segments.clone());
        let recorder = Recorder::new(tts.clone(), cache).with_limiter(account.limiter.clone());
        Some(Engine { tts, recorder })
    }
}

/// Every reason not to begin.
#[derive(Debug, Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, found: impl IntoIterator<Item = Problem>) {
        self.0.extend(found);
    }

    /// The value, unless there are problems instead.
    fn unless<T>(&mut self, result: Result<T, Vec<Problem>>) -> Option<T> {
        result.map_err(|found| self.add(found)).ok()
    }

    /// The journal, if nothing stands in the way.
    fn settle(
        mut self,
        journal: Result<Journal<'_>, ManifestError>,
    ) -> Result<Journal<'_>, PipelineError> {
        match journal {
            Ok(journal) if self.0.is_empty() => return Ok(journal),
            Ok(_) => {}
            Err(error) if self.0.is_empty() => return Err(PipelineError::Manifest(error)),
            Err(error) => self.add([Problem {
                class: ErrorClass::ManifestError,
                ..Problem::of(Stage::Manifest, &error)
            }]),
        }
        Err(PipelineError::Refused { problems: self.0 })
    }
}

/// The preset of a run; none for a page without heading colours.
fn preset(
    choice: &PresetChoice,
    manifest: &Manifest,
    presets: &Presets,
) -> Result<Option<ChosenPreset>, Problem> {
    let name = match choice {
        PresetChoice::Plain => None,
        PresetChoice::Named(name) => Some(name.as_str()),
        PresetChoice::Inherit if manifest.page_id.is_some() => manifest.preset.as_deref(),
        PresetChoice::Inherit => Some(Presets::DEFAULT),
    };
    let Some(name) = name else {
        return Ok(None);
    };
    let preset = presets.find(name).map_err(|error| Problem {
        stage: Stage::Colorize,
        class: ErrorClass::ConfigurationError,
        message: error.to_string(),
        hint: Some("choose a known preset, or none".to_owned()),
        kind: ErrorKind::Configuration,
    })?;
    Ok(Some(ChosenPreset {
        name: name.to_owned(),
        preset: *preset,
    }))
}

/// Whether to speak: as asked, else if it costs nothing.
fn wants_audio(options: &RunOptions, engine: Option<&Engine>) -> bool {
    let is_free = |engine: &Engine| !engine.tts.capabilities().is_paid;
    engine.is_some_and(|engine| options.with_tts.unwrap_or_else(|| is_free(engine)))
}

fn missing_engine(options: &RunOptions, engine: Option<&Engine>) -> Option<Problem> {
    let is_missing = options.with_tts == Some(true) && !options.skip_tts && engine.is_none();
    is_missing.then(|| Problem {
        stage: Stage::Tts,
        class: ErrorClass::ConfigurationError,
        message: "audio was asked for, but no speech engine is set up".to_owned(),
        hint: Some("set up a speech engine, or leave the audio out".to_owned()),
        kind: ErrorKind::Configuration,
    })
}

/// Addresses what the study text says, labels and marks included.
pub(super) fn study_text_hash(lesson: &Lesson<'_>) -> Digest {
    let script = Script::of(lesson);
    let lines = script.iter().flat_map(|script| &script.utterances);
    let lines: Vec<_> = lines.map(|utterance| utterance.line.raw).collect();
    Digest::of(lines.join("\n"))
}

/// Whether the manifest's page is still there.
async fn page_is_there(notion: &dyn Notion, manifest: &Manifest) -> Result<bool, PipelineError> {
    let Some(page) = manifest.page_id else {
        return Ok(false);
    };
    match notion.children(page.into(), None).await {
        Ok(_) => Ok(true),
        Err(NotionError::NotFound { .. }) => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable(source: NotionError) -> PipelineError {
    let stage = Stage::Import;
    PipelineError::Notion { stage, source }
}
