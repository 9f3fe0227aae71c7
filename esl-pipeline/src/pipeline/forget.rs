//! Erasing what is stored about a lesson. Pages are the workspace's: whoever knows it removes them.

use std::path::{Path, PathBuf};

use esl_core::manifest::Manifest;
use esl_core::ports::Versioned;
use esl_core::{Digest, LessonId, PageId};
use serde::Serialize;

use super::own::{self, Own};
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
    /// Uploaded recordings, as `BUCKET/KEY`, that the pipeline's store of uploads keeps and of which no
    /// other lesson is known.
    pub objects: Vec<String>,
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

impl Pipeline {
    /// What is stored about the lesson; `None` if it never ran. Changes nothing.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`].
    pub async fn holdings(&self, lesson: &LessonId) -> Result<Option<Holdings>, PipelineError> {
        let Some(Versioned { manifest, .. }) = self.stored(lesson).await? else {
            return Ok(None);
        };
        let own = self.own(&manifest).await?;
        let files = own.files.iter().map(|recording| Path::new(&recording.path));
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
            objects: own::names(self.uploads.as_deref(), &own.objects),
            audio_url: manifest.audio.and_then(|audio| audio.url),
            segments: own.segments.len(),
            student: manifest.student,
        }))
    }

    /// Erases manifest, recordings, uploaded ones included, and pieces of speech of the lesson; those
    /// that another lesson is known to use stay, and so do pages. The manifest goes last: until then it
    /// can be tried again.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`], also if a run is working on the lesson; [`PipelineError::Speech`]
    /// if a file cannot be removed, [`PipelineError::Upload`] if an object cannot.
    pub async fn erase(&self, lesson: &LessonId) -> Result<(), PipelineError> {
        let _turn = self.turns.wait_for(lesson).await;
        let lock = self.manifests.lock(lesson).await;
        let _lock = lock.map_err(PipelineError::Manifest)?;
        let Some(Versioned { manifest, revision }) = self.stored(lesson).await? else {
            return Ok(());
        };
        let own = self.own(&manifest).await?;
        for object in &own.objects {
            let removed = own::remove_object(self.uploads.as_deref(), object).await;
            removed.map_err(|source| PipelineError::Upload { source })?;
        }
        for recording in own.files {
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

    /// What the manifest names and no other one of the store does.
    async fn own(&self, manifest: &Manifest) -> Result<Own, PipelineError> {
        let all = Own::all_of(manifest);
        let own = all.unless_named(&*self.manifests, Some(manifest.clone()));
        own.await.map_err(PipelineError::Manifest)
    }

    pub(super) async fn stored(
        &self,
        lesson: &LessonId,
    ) -> Result<Option<Versioned>, PipelineError> {
        let stored = self.manifests.read(lesson).await;
        stored.map_err(PipelineError::Manifest)
    }
}
