//! Where adapters are named: what stands behind each port for this user on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use esl_core::ports::{ManifestStore, Tts};
use esl_core::{ErrorKind, LessonId, Presets, Voice};
use esl_pipeline::pipeline::{LessonInput, Pipeline, PipelineBuilder};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore};
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_pipeline::providers::offline_speech::{OfflineOptions, OfflineSpeech};
use esl_pipeline::speech::casting::VoiceMap;

use crate::args::RunArgs;
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

fn identity(path: &Path) -> Result<(LessonId, PathBuf), Failure> {
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

/// The pipeline of a run of `lesson`, which lies below `root`: manifest and recording lie beside it.
pub(crate) async fn pipeline(
    args: &RunArgs,
    lesson: &LessonInput,
    root: PathBuf,
) -> Result<Pipeline, Failure> {
    let mut options = LocalWorkspaceOptions::default();
    options.students_see_answers = args.page.answers;
    let workspace = absolute(&args.page.workspace)?;
    let mut recordings = root.join(lesson.id.as_str());
    recordings.pop();
    let mut builder = local(&workspace, options, root)
        .presets(presets(args.preset.presets_path.as_deref())?)
        .max_lesson_bytes(args.max_lesson_bytes);
    if args.speech.is_on() && !args.speech.skip_tts {
        let segments = FsArtifactStore::new(segments()?);
        let engine = speech(args.speech.concurrency).await?;
        builder = builder
            .tts(engine)
            .recordings(Arc::new(segments), recordings);
    }
    build(builder)
}

/// `path` from the root on: what is recorded holds wherever the next run starts.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        let message = format!("cannot use the folder {}: {error}", path.display());
        Failure::new(Exit::Configuration, ErrorKind::Storage, message)
    })
}

/// A pipeline that only looks at manifests below `root`.
pub(crate) fn observer(root: PathBuf) -> Result<Pipeline, Failure> {
    build(local(
        Path::new("homework"),
        LocalWorkspaceOptions::default(),
        root,
    ))
}

fn local(workspace: &Path, options: LocalWorkspaceOptions, manifests: PathBuf) -> PipelineBuilder {
    let workspace = LocalWorkspace::open(workspace, options);
    let manifests: Arc<dyn ManifestStore> = Arc::new(FsManifestStore::new(manifests));
    Pipeline::builder()
        .notion(Arc::new(workspace), LocalWorkspace::SOURCE)
        .manifest_store(manifests)
}

fn build(builder: PipelineBuilder) -> Result<Pipeline, Failure> {
    builder
        .build()
        .map_err(|error| Failure::new(Exit::Unexpected, ErrorKind::Internal, error.to_string()))
}

/// The speech engine of this machine, speaking as many segments at once as asked for.
async fn speech(concurrency: Option<u16>) -> Result<Arc<dyn Tts>, Failure> {
    let mut options = OfflineOptions::default();
    if let Some(concurrency) = concurrency {
        options.concurrency = concurrency.into();
    }
    let speech = OfflineSpeech::detect(&options).await;
    match speech {
        Ok(speech) => Ok(Arc::new(speech)),
        Err(error) => Err(Failure::of(&error)),
    }
}

/// The voices of this machine's speech engine.
pub(crate) async fn voices() -> Result<Vec<Voice>, Failure> {
    let voices = speech(None).await?.voices().await;
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

/// Where finished segments are kept between runs: a cache folder of the user's.
fn segments() -> Result<PathBuf, Failure> {
    let given = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = given("XDG_CACHE_HOME").or_else(|| given("HOME").map(|home| home.join(".cache")));
    let cache = cache.ok_or_else(|| {
        let message = "cannot tell where to keep spoken segments";
        Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
            .hint("set XDG_CACHE_HOME or HOME to an absolute path")
    })?;
    Ok(cache.join("esl-pipeline/segments"))
}
