//! Where adapters are named: what stands behind each port for this user on this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::ports::Tts;
use esl_core::{ErrorKind, LessonId, Presets, Voice};
use esl_pipeline::pipeline::{Accounts, LessonInput, Pipeline, PipelineBuilder, SpeechAccount};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore};
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_pipeline::providers::offline_speech::{OfflineOptions, OfflineSpeech};
use esl_pipeline::speech::casting::VoiceMap;
use esl_pipeline::speech::limiter::Limiter;

use crate::config::Settings;
use crate::exit::{Exit, Failure};
use crate::source;

/// The lesson at `path` and the folder below which its id names it: the current one if the lesson
/// lies there, else its own. Its manifest lies beside it either way.
pub(crate) fn lesson(path: &Path, limit: usize) -> Result<(LessonInput, PathBuf), Failure> {
    if path == Path::new("-") {
        let message = "standard input cannot be used here: the manifest lies beside the lesson";
        let failure = Failure::new(Exit::Usage, ErrorKind::InvalidInput, message);
        return Err(failure.hint("give the lesson as a file"));
    }
    let bytes = source::read_lesson(path, limit)?;
    let (id, root) = identity(path)?;
    let location = path.display().to_string();
    let bytes = bytes.into();
    Ok((
        LessonInput {
            id,
            bytes,
            location,
        },
        root,
    ))
}

/// The lesson's id, and the folder below which it names the lesson at `path`.
pub(crate) fn identity(path: &Path) -> Result<(LessonId, PathBuf), Failure> {
    let unusable = |reason: String| {
        let message = format!("cannot name the lesson {}: {reason}", path.display());
        Failure::new(Exit::Unexpected, ErrorKind::InvalidInput, message)
    };
    let resolved = |path: &Path| {
        path.canonicalize()
            .map_err(|error| unusable(error.to_string()))
    };
    let Some(name) = path.file_name() else {
        return Err(unusable("it has no file name".to_owned()));
    };
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => resolved(parent)?,
        _ => resolved(Path::new("."))?,
    };
    let current = resolved(Path::new("."))?;
    let (root, relative) = match folder.strip_prefix(&current) {
        Ok(below) => (current.clone(), below.join(name)),
        Err(_) => (folder.clone(), PathBuf::from(name)),
    };
    let relative = relative
        .to_str()
        .ok_or_else(|| unusable("its name is not UTF-8".to_owned()))?;
    let id = LessonId::parse(&relative.replace(std::path::MAIN_SEPARATOR, "/"));
    let id = id.map_err(|error| unusable(error.to_string()))?;
    Ok((id, root))
}

/// What is shared by all runs of a command: pages, presets, and who speaks.
pub(crate) struct Workshop {
    workspace: Arc<LocalWorkspace>,
    presets: Presets,
    max_lesson_bytes: usize,
    speech: Option<Speech>,
    /// By the folder below which their lessons lie.
    pipelines: Mutex<BTreeMap<PathBuf, Arc<Pipeline>>>,
}

/// Who speaks, how much at once, and where the pieces are kept.
struct Speech {
    account: SpeechAccount,
    segments: Arc<FsArtifactStore>,
}

impl Workshop {
    /// Finds what runs with these settings need, and why nobody speaks if somebody is to.
    pub(crate) async fn open(
        settings: &Settings,
        students_see_answers: bool,
        speaks: bool,
    ) -> Result<(Self, Option<Failure>), Failure> {
        let mut options = LocalWorkspaceOptions::default();
        options.students_see_answers = students_see_answers;
        let workspace = LocalWorkspace::open(&settings.workspace.value, options);
        let (speech, missing) = match speaks {
            true => match Speech::open(settings).await {
                Ok(speech) => (Some(speech), None),
                Err(failure) => (None, Some(failure)),
            },
            false => (None, None),
        };
        let workshop = Self {
            workspace: Arc::new(workspace),
            presets: presets(settings.presets.value.as_deref())?,
            max_lesson_bytes: settings.max_lesson_bytes.value,
            speech,
            pipelines: Mutex::default(),
        };
        Ok((workshop, missing))
    }

    /// The pipeline of lessons below `root`: their manifests lie beside them. All such lessons share
    /// it, so that no two runs make the same piece of speech.
    pub(crate) fn pipeline(&self, root: PathBuf) -> Result<Arc<Pipeline>, Failure> {
        let mut pipelines = self
            .pipelines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(&root) {
            return Ok(Arc::clone(pipeline));
        }
        let pipeline = Arc::new(self.build(root.clone())?);
        pipelines.insert(root, Arc::clone(&pipeline));
        Ok(pipeline)
    }

    fn build(&self, root: PathBuf) -> Result<Pipeline, Failure> {
        let mut builder = Pipeline::builder()
            .notion(self.workspace.clone(), LocalWorkspace::SOURCE)
            .manifest_store(Arc::new(FsManifestStore::new(&root)))
            .presets(self.presets.clone())
            .max_lesson_bytes(self.max_lesson_bytes);
        if let Some(speech) = &self.speech {
            builder = builder
                .tts(Arc::clone(&speech.account.tts))
                .recordings(speech.segments.clone(), root);
        }
        build(builder)
    }

    /// The accounts of a run: all runs share one bound on what is spoken at once.
    pub(crate) fn accounts(&self) -> Accounts {
        Accounts {
            speech: self.speech.as_ref().map(|speech| speech.account.clone()),
            ..Accounts::default()
        }
    }
}

impl Speech {
    async fn open(settings: &Settings) -> Result<Self, Failure> {
        let segments = Arc::new(FsArtifactStore::new(settings.cache()?));
        let tts = speech(settings.concurrency.value).await?;
        let limiter = Limiter::new(tts.capabilities().concurrency);
        let account = SpeechAccount { tts, limiter };
        Ok(Self { account, segments })
    }
}

/// A pipeline that only looks at manifests below `root`.
pub(crate) fn observer(root: PathBuf) -> Result<Pipeline, Failure> {
    let nowhere = LocalWorkspace::open("homework", LocalWorkspaceOptions::default());
    let builder = Pipeline::builder()
        .notion(Arc::new(nowhere), LocalWorkspace::SOURCE)
        .manifest_store(Arc::new(FsManifestStore::new(root)));
    build(builder)
}

/// A pipeline that keeps and erases what there is of lessons below `root`.
pub(crate) fn archive(root: PathBuf, settings: &Settings) -> Result<Pipeline, Failure> {
    let segments = FsArtifactStore::new(settings.cache()?);
    let builder = Pipeline::builder()
        .notion(Arc::new(workspace(settings)), LocalWorkspace::SOURCE)
        .manifest_store(Arc::new(FsManifestStore::new(&root)))
        .recordings(Arc::new(segments), root);
    build(builder)
}

/// The workspace of the pages.
pub(crate) fn workspace(settings: &Settings) -> LocalWorkspace {
    LocalWorkspace::open(&settings.workspace.value, LocalWorkspaceOptions::default())
}

/// The folder of a lesson below `root`.
pub(crate) fn folder_of(lesson: &LessonInput, root: &Path) -> PathBuf {
    let mut folder = root.join(lesson.id.as_str());
    folder.pop();
    folder
}

fn build(builder: PipelineBuilder) -> Result<Pipeline, Failure> {
    builder
        .build()
        .map_err(|error| Failure::new(Exit::Unexpected, ErrorKind::Internal, error.to_string()))
}

/// Segments worth speaking at once on this machine.
pub(crate) fn default_concurrency() -> usize {
    OfflineOptions::default().concurrency
}

/// The speech engine of this machine, speaking as many segments at once as asked for.
pub(crate) async fn speech(concurrency: usize) -> Result<Arc<dyn Tts>, Failure> {
    let options = OfflineOptions {
        concurrency,
        ..OfflineOptions::default()
    };
    let speech = OfflineSpeech::detect(&options).await;
    match speech {
        Ok(speech) => Ok(Arc::new(speech)),
        Err(error) => Err(Failure::of(&error)),
    }
}

/// The voices of this machine's speech engine.
pub(crate) async fn voices() -> Result<Vec<Voice>, Failure> {
    let voices = speech(default_concurrency()).await?.voices().await;
    voices.map_err(|error| Failure::of(&error))
}

/// The voice map of a file; an empty one without.
pub(crate) fn voice_map(path: Option<&Path>) -> Result<VoiceMap, Failure> {
    let Some(path) = path else {
        return Ok(VoiceMap::default());
    };
    let text = source::read_settings("voice map", path)?;
    VoiceMap::parse(&text).map_err(|error| Failure::of_setting(&error).in_file(path))
}

/// The presets of a file, or the built-in one.
pub(crate) fn presets(path: Option<&Path>) -> Result<Presets, Failure> {
    let Some(path) = path else {
        return Ok(Presets::default());
    };
    let text = source::read_settings("presets", path)?;
    Presets::from_json(&text).map_err(|error| Failure::of_setting(&error).in_file(path))
}
