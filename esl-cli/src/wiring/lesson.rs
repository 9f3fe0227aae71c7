//! The lesson that the user named: what it says, how it is called, where its manifest lies.

use std::path::{Path, PathBuf};

use esl_core::{ErrorKind, LessonId};
use esl_pipeline::pipeline::LessonInput;

use crate::config::{ManifestSettings, Settings};
use crate::exit::{Exit, Failure};
use crate::source;

/// The lesson at `path` and the folder below which its id names it: the current one if the lesson
/// lies there, else its own. Its manifest lies beside it either way.
pub(crate) fn lesson(path: &Path, settings: &Settings) -> Result<(LessonInput, PathBuf), Failure> {
    if path == Path::new("-") {
        let message = "standard input cannot be used here: the manifest lies beside the lesson";
        let failure = Failure::new(Exit::Usage, ErrorKind::InvalidInput, message);
        return Err(failure.hint("give the lesson as a file"));
    }
    let bytes = source::read_lesson(path, settings.max_lesson_bytes)?;
    let (id, root) = identity(path, settings)?;
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
pub(crate) fn identity(path: &Path, settings: &Settings) -> Result<(LessonId, PathBuf), Failure> {
    let manifests = &settings.manifests;
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
    let base = match manifests {
        ManifestSettings::Files => resolved(Path::new("."))?,
        ManifestSettings::S3 { root, .. } => resolved(root)?,
    };
    let (root, relative) = match (folder.strip_prefix(&base), manifests) {
        (Ok(below), _) => (base.clone(), below.join(name)),
        (Err(_), ManifestSettings::Files) => (folder.clone(), PathBuf::from(name)),
        (Err(_), ManifestSettings::S3 { .. }) => {
            let reason = format!("it does not lie below {}", base.display());
            return Err(
                unusable(reason).hint("set ESL_PIPELINE_MANIFEST_ROOT to a folder above it")
            );
        }
    };
    let relative = relative
        .to_str()
        .ok_or_else(|| unusable("its name is not UTF-8".to_owned()))?;
    let id = LessonId::parse(&relative.replace(std::path::MAIN_SEPARATOR, "/"));
    let id = id.map_err(|error| unusable(error.to_string()))?;
    Ok((id, root))
}

/// The folder of a lesson below `root`.
pub(crate) fn folder_of(lesson: &LessonInput, root: &Path) -> PathBuf {
    let mut folder = root.join(lesson.id.as_str());
    folder.pop();
    folder
}
