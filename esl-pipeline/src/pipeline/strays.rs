//! Recordings that the lesson does not play: another one has replaced them, or their run did not live
//! to record them. They are noted beforehand and removed once the page plays another.
//!
//! Only files of ours go: those that a manifest names and that still hold what we wrote.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use esl_core::manifest::{AudioRecord, Manifest, StrayRecording};
use esl_core::{Digest, LessonId};

use super::PipelineError;
use super::delivery::is_played;
use super::journal::Journal;

/// Notes that the recording `old` is not the lesson's any more.
pub(super) fn note(manifest: &mut Manifest, old: &AudioRecord) {
    if let (Some(path), Some(sha256)) = (&old.path, &old.sha256) {
        add(manifest, path.clone(), Some(sha256.clone()));
    }
}

/// Announces that a recording is about to be made at `path`.
pub(super) fn announce(manifest: &mut Manifest, path: &Path) {
    add(manifest, path.display().to_string(), None);
}

/// Notes that the recording at `path` is the lesson's.
pub(super) fn adopt(manifest: &mut Manifest, path: &Path) {
    let path = path.display().to_string();
    manifest.strays.retain(|stray| stray.path != path);
}

fn add(manifest: &mut Manifest, path: String, sha256: Option<Digest>) {
    let strays = &mut manifest.strays;
    if strays.iter().all(|stray| stray.path != path) {
        strays.push(StrayRecording { path, sha256 });
    }
}

/// Whether there are recordings that nobody needs any more.
pub(super) fn are_left(manifest: &Manifest) -> bool {
    !manifest.strays.is_empty() && is_played(manifest)
}

/// Removes them, as soon as it is durably known that the page plays another. What cannot be removed
/// is told and left.
pub(super) async fn remove(journal: &Journal<'_>, lesson: &LessonId) -> Result<(), PipelineError> {
    if !journal.look(are_left) {
        return Ok(());
    }
    journal.durable().await?;
    for old in journal.look(|manifest| manifest.strays.clone()) {
        if !journal.plays(&old.path).await?
            && let Err(error) = remove_file(old).await
        {
            tracing::warn!(lesson.id = %lesson, %error, "a recording that nobody plays cannot be removed");
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
