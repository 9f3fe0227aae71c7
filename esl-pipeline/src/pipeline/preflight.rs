//! Looks at everything that a run depends on, and finds every reason not to begin. Reads only.

use std::collections::BTreeMap;
use std::path::Path;

use esl_core::manifest::Manifest;
use esl_core::ports::{ArtifactStore, Notion, NotionError, SourceSchema};
use esl_core::{Digest, ErrorKind, Preset, Presets, Stage, StudentProfile};

use super::asked_audio::{AskedForAudio, missing_engine, wants_audio};
use super::delivery::{self, Delivery, UploadFact};
use super::findings::{Findings, audio_of};
use super::journal::Journal;
use super::links::Links;
use super::page::{PageContent, WantedPage, student_of};
use super::plan::Plan;
use super::stages::tts::{Engine, Take};
use super::{
    ErrorClass, Pipeline, PipelineError, PresetChoice, Problem, RetryingNotion, RunContext,
    RunRequest,
};
use crate::blocks::ColorCounts;
use crate::lesson::{Lesson, Script};
use crate::speech::recorder::Recorder;

/// All that is known before the first effect.
#[derive(Debug)]
pub(super) struct Outlook {
    pub(super) plan: Plan,
    pub(super) page: WantedPage,
    pub(super) colors: ColorCounts,
    /// The recording that would be made; none if it is not this run's business.
    pub(super) take: Option<Take>,
    pub(super) engine: Option<Engine>,
    pub(super) delivery: Delivery,
    /// What the page plays, unless its player is to be told again anyway.
    pub(super) playing: Option<Digest>,
    /// The content of the recording that is there.
    pub(super) recorded: Option<Digest>,
    pub(super) study_text: Digest,
    pub(super) md_hash: Digest,
}

/// What a look around has found.
#[derive(Debug)]
pub(super) struct Preflight<'a> {
    pub(super) outlook: Outlook,
    journal: Option<Journal<'a>>,
    problems: Problems,
}

/// A preset and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChosenPreset {
    pub(super) name: String,
    pub(super) preset: Preset,
}

impl Pipeline {
    /// Looks at everything that the run depends on, whatever goes wrong on the way. `rerun` names
    /// what a rerun was asked to do.
    pub(super) async fn preflight<'a>(
        &'a self,
        request: &'a RunRequest,
        rerun: Option<&[Stage]>,
        context: &RunContext,
        lesson: &Lesson<'_>,
    ) -> Preflight<'a> {
        let options = &request.options;
        let mut problems = Problems::default();
        let journal = Journal::open(&*self.manifests, &*self.clock, &request.lesson.id).await;
        let journal = problems.unless_failed(journal.map_err(PipelineError::Manifest));
        let manifest = match &journal {
            Some(journal) => journal.manifest(),
            None => Manifest::new(&Digest::of(""), self.clock.now()),
        };
        let student = student_of(options.student.as_deref(), lesson);
        let profile = request.students.profile_of(student);
        let preset = preset(&options.preset, &manifest, &profile, &self.presets);
        let preset = problems
            .unless(preset.map_err(|problem| vec![problem]))
            .flatten();

        let engine = self.engine_of(context);
        let asked = AskedForAudio::of(options, rerun, &manifest);
        let wants_audio = wants_audio(asked, engine.as_ref());
        let speaks = wants_audio && !options.skip_tts;
        let has_audio = speaks || audio_of(&manifest).is_some();
        let uploads = self.uploads_of(context);
        let usual = delivery::usual(&profile, &request.defaults);
        let usual = problems.unless(usual.map_err(|problem| vec![problem]));
        let delivery = Delivery::of(
            options.upload,
            usual.flatten(),
            &manifest,
            uploads.is_some(),
        );

        let notion = &self.notion_of(context);
        let source = options.data_source_id.unwrap_or(self.source);
        let place_of_page = async {
            let schema = notion.schema(source).await;
            let known = schema.as_ref().cloned().unwrap_or_else(|_| any_schema());
            let students = request.defaults.students;
            let links = Links::of(notion, &lesson.front_matter, student, students, &known).await;
            (schema.map(|_| known), links)
        };
        let take = async {
            let engine = engine.as_ref().filter(|_| speaks)?;
            Some(Take::prepare(engine, lesson, request, &profile, &manifest).await)
        };
        let asked_store =
            uploads.filter(|_| delivery == Delivery::Store && has_audio && !options.skip_upload);
        let upload = async {
            match asked_store {
                Some(store) => delivery::look(&manifest, store, self.clock.now()).await,
                None => Ok(UploadFact::Missing),
            }
        };
        // The services are asked at the same time.
        let ((schema, links), page_is_there, take, upload) = tokio::join!(
            place_of_page,
            page_is_there(notion, &manifest),
            take,
            upload
        );

        let schema = problems.unless_failed(schema.map_err(unavailable));
        let schema = schema.unwrap_or_else(any_schema);
        let links = problems.unless_failed(links.map_err(unavailable));
        let links = links.unwrap_or_default();
        let audience = options.audience.or(manifest.audience).unwrap_or_default();
        let content = PageContent::of(lesson, student, preset.as_ref(), audience);
        let colors = content.colors;
        let (page, unfit) = content.fit(lesson, student, source, &schema, links, notion.limits());
        problems.add(unfit);
        let page_is_there = problems.unless_failed(page_is_there);
        problems.add(unusable_folder(options.out.as_deref()));
        problems.add(missing_engine(asked, engine.as_ref()));
        let take = take.and_then(|take| problems.unless(take));
        let upload = upload.map_err(|source| PipelineError::Upload { source });
        let upload = problems.unless_failed(upload);
        problems.add(missing_store(delivery, uploads.is_some()));

        let study_text = study_text_hash(lesson);
        let md_hash = Digest::of(&request.lesson.bytes);
        let findings = Findings {
            options,
            rerun,
            manifest: &manifest,
            page_digest: &page.digest,
            page_is_there: page_is_there.unwrap_or(true),
            preset: preset.as_ref().map(|preset| preset.name.as_str()),
            wants_audio,
            recording_key: take.as_ref().map(|take| &take.key),
            delivery,
            upload: upload.unwrap_or(UploadFact::Missing),
            study_text: &study_text,
            md_hash: &md_hash,
            run_id: context.run_id,
        };
        if journal.is_some() {
            problems.add(findings.problems());
        }
        let plan = findings.plan();
        let limit = context.limits.spoken_characters;
        if let (Some(take), Some(limit)) = (take.as_ref().filter(|_| plan.tts.runs()), limit) {
            problems.add(take.too_long(limit));
        }
        let outlook = Outlook {
            plan,
            playing: findings.playing(),
            page,
            colors,
            take,
            engine,
            delivery,
            recorded: audio_of(&manifest).and_then(|audio| audio.sha256.clone()),
            study_text,
            md_hash,
        };
        Preflight {
            outlook,
            journal,
            problems,
        }
    }

    /// The workspace of a run, asked again until the run is cancelled.
    pub(super) fn notion_of(&self, context: &RunContext) -> RetryingNotion {
        let notion = context.accounts.notion.as_ref().unwrap_or(&self.notion);
        RetryingNotion::new(notion.clone(), self.retry)
            .with_updates(context.updates)
            .until(context.cancel.clone())
    }

    /// The largest lesson that a run takes.
    pub(super) fn lesson_limit(&self, context: &RunContext) -> usize {
        context.limits.lesson_bytes.unwrap_or(self.max_lesson_bytes)
    }

    /// The store of uploads of a run, if it has addresses to give.
    pub(super) fn uploads_of<'a>(
        &'a self,
        context: &'a RunContext,
    ) -> Option<&'a dyn ArtifactStore> {
        let own = context.accounts.uploads.as_deref();
        let own = own.filter(|store| delivery::place(*store, None).is_some());
        own.or(self.uploads.as_deref())
    }

    /// The speech engine of a run, if there is a place for what it speaks.
    pub(super) fn engine_of(&self, context: &RunContext) -> Option<Engine> {
        let recordings = self.recordings.as_ref()?;
        let Some(account) = &context.accounts.speech else {
            return self.engine.clone();
        };
        let tts = account.tts.clone();
        let cache = recordings.segments.clone();
        let recorder = Recorder::new(tts.clone(), cache)
            .with_limiter(account.limiter.clone())
            .with_encoders(self.encoders.clone());
        Some(Engine { tts, recorder })
    }
}

impl Outlook {
    /// What may surprise though it stands in nobody's way.
    pub(super) fn warnings(&self) -> Vec<String> {
        let about_voices = self.take.iter().flat_map(|take| &take.warnings);
        let warnings = about_voices.chain(&self.page.warnings);
        warnings.cloned().collect()
    }
}

impl<'a> Preflight<'a> {
    /// The way to the first effect, if nothing stands in it.
    ///
    /// # Errors
    /// [`PipelineError::Refused`] with every problem found, or the failure that is the only one.
    pub(super) fn settle(self) -> Result<(Journal<'a>, Outlook), PipelineError> {
        let Problems {
            found,
            mut failures,
        } = self.problems;
        match (self.journal, found.is_empty(), failures.pop()) {
            (Some(journal), true, None) => Ok((journal, self.outlook)),
            (_, true, Some(failure)) if failures.is_empty() => Err(failure),
            (_, _, last) => {
                failures.extend(last);
                let problems = Problems { found, failures }.into_all();
                Err(PipelineError::Refused { problems })
            }
        }
    }

    /// The manifest, if it can be read.
    pub(super) fn manifest(&self) -> Option<Manifest> {
        self.journal.as_ref().map(Journal::manifest)
    }

    /// Every reason not to begin.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_all()
    }
}

/// Every reason not to begin.
#[derive(Debug, Default)]
struct Problems {
    found: Vec<Problem>,
    /// What could not be looked at.
    failures: Vec<PipelineError>,
}

impl Problems {
    fn add(&mut self, found: impl IntoIterator<Item = Problem>) {
        self.found.extend(found);
    }

    /// The value, unless there are problems instead.
    fn unless<T>(&mut self, result: Result<T, Vec<Problem>>) -> Option<T> {
        result.map_err(|found| self.add(found)).ok()
    }

    /// The value, unless it could not be had.
    fn unless_failed<T>(&mut self, result: Result<T, PipelineError>) -> Option<T> {
        result.map_err(|failure| self.failures.push(failure)).ok()
    }

    fn into_all(self) -> Vec<Problem> {
        let failures = self.failures.iter().map(Problem::of_failure);
        failures.chain(self.found).collect()
    }
}

/// What stands for the properties of a source that cannot be asked.
fn any_schema() -> SourceSchema {
    SourceSchema {
        title: "Name".to_owned(),
        properties: BTreeMap::new(),
        is_open: true,
    }
}

/// The preset of a run; none for a page without heading colours.
fn preset(
    choice: &PresetChoice,
    manifest: &Manifest,
    profile: &StudentProfile,
    presets: &Presets,
) -> Result<Option<ChosenPreset>, Problem> {
    let name = match choice {
        PresetChoice::Plain => None,
        PresetChoice::Named(name) => Some(name.as_str()),
        PresetChoice::Inherit if manifest.page_id.is_some() => manifest.preset.as_deref(),
        PresetChoice::Inherit => profile.color_preset.as_deref(),
    };
    let Some(name) = name else {
        return Ok(None);
    };
    let preset = presets.find(name).map_err(|error| Problem {
        stage: Stage::Colorize,
        class: ErrorClass::ConfigurationError,
        field: Some("preset"),
        message: error.to_string(),
        hint: Some("choose a known preset, or none".to_owned()),
        kind: ErrorKind::Configuration,
    })?;
    Ok(Some(ChosenPreset {
        name: name.to_owned(),
        preset: *preset,
    }))
}

/// A manifest holds paths as text.
fn unusable_folder(out: Option<&Path>) -> Option<Problem> {
    let folder = out.filter(|folder| folder.to_str().is_none())?;
    Some(Problem {
        stage: Stage::Tts,
        class: ErrorClass::ConfigurationError,
        field: Some("out"),
        message: format!(
            "the folder {} has a name that is not UTF-8",
            folder.display()
        ),
        hint: Some("keep the recording in another folder".to_owned()),
        kind: ErrorKind::Configuration,
    })
}

fn missing_store(delivery: Delivery, has_store: bool) -> Option<Problem> {
    (delivery == Delivery::Store && !has_store).then(delivery::missing_store)
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
    match notion.page(page).await {
        Ok(_) => Ok(true),
        Err(NotionError::NotFound { .. }) => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable(source: NotionError) -> PipelineError {
    let stage = Stage::Import;
    PipelineError::Notion { stage, source }
}
