//! Erasing what is stored about a lesson. Pages are the workspace's: whoever knows it removes them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::manifest::{Manifest, StrayRecording};
use esl_core::ports::{ManifestStore, Versioned};
use esl_core::{Digest, LessonId, PageId};
use serde::Serialize;

use super::page::student_digest;
use super::{Pipeline, PipelineError, strays};
use crate::speech::cache::Address;
use crate::speech::recorder::RecordError;

/// What is stored about a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Holdings {
    /// Where the manifest is kept.
    pub manifest_path: String,
    /// Its pages, the present one last.
    pub pages: Vec<PageId>,
    /// Where people open the present page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_url: Option<String>,
    /// Recordings and transcripts that are there and of which no other lesson is known.
    pub recordings: Vec<PathBuf>,
    /// The public address of the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_url: Option<String>,
    /// Pieces of speech that were made for it and are not known to be in another lesson.
    pub segments: usize,
    #[serde(skip)]
    student: Option<Digest>,
}

impl Holdings {
    /// Whether the lesson's page was made for the student of this name, in whatever case.
    #[must_use]
    pub fn are_of(&self, student: &str) -> bool {
        self.student.as_ref() == Some(&student_digest(student))
    }
}

/// What of a manifest's files is no other lesson's.
#[derive(Debug)]
struct Own {
    recordings: Vec<StrayRecording>,
    segments: BTreeSet<Digest>,
}

impl Pipeline {
    /// What is stored about the lesson; `None` if it never ran. Changes nothing.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`].
    pub async fn holdings(&self, lesson: &LessonId) -> Result<Option<Holdings>, PipelineError> {
        let Some(Versioned { manifest, .. }) = self.stored(lesson).await? else {
            return Ok(None);
        };
        let own = own(&*self.manifests, &manifest).await?;
        let files = own
            .recordings
            .iter()
            .map(|recording| Path::new(&recording.path));
        let files = files.flat_map(|mp3| [mp3.to_owned(), mp3.with_extension("vtt")]);
        Ok(Some(Holdings {
            manifest_path: self.manifests.location(lesson),
            pages: manifest
                .former_pages
                .iter()
                .copied()
                .chain(manifest.page_id)
                .collect(),
            page_url: manifest.page_url,
            recordings: files.filter(|file| file.exists()).collect(),
            audio_url: manifest.audio.and_then(|audio| audio.url),
            segments: own.segments.len(),
            student: manifest.student,
        }))
    }

    /// Erases manifest, recordings and pieces of speech of the lesson; those that another lesson is
    /// known to use stay, and so do pages. The manifest goes last: until then it can be tried again.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`], also if a run is working on the lesson; [`PipelineError::Speech`]
    /// if a file cannot be removed.
    pub async fn erase(&self, lesson: &LessonId) -> Result<(), PipelineError> {
        let _turn = self.turns.wait_for(lesson).await;
        let lock = self.manifests.lock(lesson).await;
        let _lock = lock.map_err(PipelineError::Manifest)?;
        let Some(Versioned { manifest, revision }) = self.stored(lesson).await? else {
            return Ok(());
        };
        let own = own(&*self.manifests, &manifest).await?;
        for recording in own.recordings {
            let path = PathBuf::from(&recording.path);
            let removed = strays::remove_file(recording).await;
            removed.map_err(|source| PipelineError::Speech {
                source: RecordError::File {
                    operation: "remove",
                    path,
                    source,
                },
            })?;
        }
        if let Some(recordings) = &self.recordings {
            for segment in own.segments {
                let removed = recordings.segments.remove(&Address::stored(segment)).await;
                removed.map_err(|error| PipelineError::Speech {
                    source: error.into(),
                })?;
            }
        }
        let removed = self.manifests.remove(lesson, &revision).await;
        removed.map_err(PipelineError::Manifest)
    }

    pub(super) async fn stored(
        &self,
        lesson: &LessonId,
    ) -> Result<Option<Versioned>, PipelineError> {
        let stored = self.manifests.read(lesson).await;
        stored.map_err(PipelineError::Manifest)
    }
}

/// What the manifest names and no other one of the store does.
async fn own(store: &dyn ManifestStore, manifest: &Manifest) -> Result<Own, PipelineError> {
    let audio = manifest.audio.as_ref();
    let present = audio.and_then(|audio| {
        Some(StrayRecording {
            path: audio.path.clone()?,
            sha256: Some(audio.sha256.clone()?),
        })
    });
    let own = Arc::new(Mutex::new(Own {
        recordings: present.into_iter().chain(manifest.strays.clone()).collect(),
        segments: manifest.segments.clone(),
    }));
    let (rest, itself) = (Arc::clone(&own), manifest.clone());
    let leave_to_others = move |other: &Manifest| {
        if *other != itself {
            let mut own = rest.lock().unwrap_or_else(PoisonError::into_inner);
            let played = other.audio.as_ref().and_then(|audio| audio.path.as_ref());
            own.recordings
                .retain(|recording| Some(&recording.path) != played);
            own.segments
                .retain(|segment| !other.segments.contains(segment));
        }
        false
    };
    let listed = store.any(Box::new(leave_to_others)).await;
    listed.map_err(PipelineError::Manifest)?;
    let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Own {
        recordings: std::mem::take(&mut own.recordings),
        segments: std::mem::take(&mut own.segments),
    })
}
