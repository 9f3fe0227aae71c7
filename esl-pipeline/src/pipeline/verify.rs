//! Whether what was made of a lesson is still there.

use esl_core::manifest::Manifest;

use super::delivery::{Delivery, UploadFact, look};
use super::findings::is_whole;
use super::{LessonInput, Pipeline, PipelineError};

/// What is not as the last complete run left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// There is no manifest.
    ManifestMissing,
    /// The lesson says something else.
    LessonChanged,
    /// The recording is not where the page plays it from, or where it was made.
    AudioMissing,
}

impl Defect {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManifestMissing => "manifest_missing",
            Self::LessonChanged => "lesson_changed",
            Self::AudioMissing => "audio_missing",
        }
    }
}

impl Pipeline {
    /// Looks whether what was made of a lesson is still there. Writes nothing; of services, asks the
    /// store of uploads only.
    ///
    /// # Errors
    /// As [`Pipeline::status`], or that the store of uploads cannot be asked.
    pub async fn defects(&self, lesson: &LessonInput) -> Result<Vec<Defect>, PipelineError> {
        let status = self.status(lesson).await?;
        let Some(manifest) = &status.manifest else {
            return Ok(vec![Defect::ManifestMissing]);
        };
        let mut defects = Vec::new();
        if !status.md_hash_matches {
            defects.push(Defect::LessonChanged);
        }
        if !self.audio_is_there(manifest).await? {
            defects.push(Defect::AudioMissing);
        }
        Ok(defects)
    }

    /// A lesson without a recording misses none.
    async fn audio_is_there(&self, manifest: &Manifest) -> Result<bool, PipelineError> {
        let Some(audio) = &manifest.audio else {
            return Ok(true);
        };
        match self.uploads.as_deref() {
            Some(store) if Delivery::Store.has_reached_page(manifest) => {
                let found = look(manifest, store, self.clock.now()).await;
                let found = found.map_err(|source| PipelineError::Upload { source })?;
                Ok(found != UploadFact::Missing)
            }
            _ => Ok(audio.path.is_none() || is_whole(audio)),
        }
    }
}
