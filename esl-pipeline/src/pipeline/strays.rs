//! Recordings that the lesson does not play: another one has replaced them, or their run did not live
//! to record them. They are noted beforehand and removed once the page plays another.
//!
//! Only what is ours goes: files that a manifest names and that still hold what we wrote, and uploaded
//! objects, which are named by what they hold.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use esl_core::manifest::{AudioRecord, Manifest, StrayRecording};
use esl_core::ports::ArtifactStore;
use esl_core::{Digest, LessonId};

use super::PipelineError;
use super::delivery::is_played;
use super::journal::Journal;
use super::own::{Own, remove_object, stray};

/// Notes that the recording `old` is not the lesson's any more.
pub(super) fn note(manifest: &mut Manifest, old: &AudioRecord) {
    if let Some(old) = stray(old) {
        add(manifest, old);
    }
}

/// Announces that a recording is about to be made at `path`.
pub(super) fn announce(manifest: &mut Manifest, path: &Path) {
    let path = path.display().to_string();
    let announced = StrayRecording {
        path,
        sha256: None,
        bucket: None,
        key: None,
    };
    add(manifest, announced);
}

/// Notes that the recording at `path` is the lesson's.
pub(super) fn adopt(manifest: &mut Manifest, path: &Path) {
    let path = path.display().to_string();
    manifest.strays.retain(|stray| stray.path != path);
}

fn add(manifest: &mut Manifest, stray: StrayRecording) {
    let strays = &mut manifest.strays;
    if strays.iter().all(|other| other.path != stray.path) {
        strays.push(stray);
    }
}

/// Whether there are recordings that nobody needs any more.
pub(super) fn are_left(manifest: &Manifest) -> bool {
    !manifest.strays.is_empty() && is_played(manifest)
}

/// Removes them, as soon as it is durably known that the page plays another. What cannot be removed
/// is told and left.
pub(super) async fn remove(
    journal: &Journal<'_>,
    lesson: &LessonId,
    uploads: Option<&dyn ArtifactStore>,
) -> Result<(), PipelineError> {
    if !journal.look(are_left) {
        return Ok(());
    }
    journal.durable().await?;
    let strays = journal.look(|manifest| manifest.strays.clone());
    let Own { files, objects, .. } = journal.unless_named(Own::recordings(strays)).await?;
    for file in files {
        if let Err(error) = remove_file(file).await {
            tracing::warn!(lesson.id = %lesson, %error, "a recording that nobody plays cannot be removed");
        }
    }
    for object in &objects {
        if let Err(error) = remove_object(uploads, object).await {
            tracing::warn!(lesson.id = %lesson, %error, "an uploaded recording that nobody plays cannot be removed");
        }
    }
    journal.note(|manifest| manifest.strays.clear());
    Ok(())
}

/// Removes a recording of ours and its transcript.
pub(super) async fn remove_file(old: StrayRecording) -> io::Result<()> {
    let removed = tokio::task::spawn_blocking(move || {
        let path = PathBuf::from(&old.path);
        if is_ours(&path, old.sha256.as_ref())? {
            // The recording last: while it is there, the next attempt finds both.
            remove_if_there(&path.with_extension("vtt"))?;
            remove_if_there(&path)?;
        }
        Ok(())
    });
    removed
        .await
        .unwrap_or_else(|died| Err(io::Error::other(died)))
}

fn is_ours(path: &Path, sha256: Option<&Digest>) -> io::Result<bool> {
    match File::open(path) {
        Ok(file) => {
            Ok(sha256
                .is_none_or(|sha256| Digest::of_reader(file).is_ok_and(|found| found == *sha256)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
