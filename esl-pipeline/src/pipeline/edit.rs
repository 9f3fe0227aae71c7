//! What later runs of a lesson are to take from its manifest, changed by hand.

use esl_core::LessonId;
use esl_core::job::payload::TtsMode;
use esl_core::manifest::Manifest;
use esl_core::ports::Versioned;
use serde::Deserialize;
use serde_json::Value;

use super::speech_options::{ACCENT, VOICE};
use super::{Pipeline, PipelineError};

/// New values for a manifest; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ManifestEdit {
    /// The heading colours.
    pub preset: Option<String>,
    /// The database that was asked for; no run reads it.
    pub notion_database: Option<String>,
    /// Whether several speakers share a request.
    pub mode: Option<TtsMode>,
    /// The voice of a text with one speaker.
    pub voice_id: Option<String>,
    /// The accent to prefer.
    pub voice_accent: Option<String>,
}

impl Pipeline {
    /// The lesson's manifest; none if it never ran.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`].
    pub async fn manifest(&self, lesson: &LessonId) -> Result<Option<Manifest>, PipelineError> {
        let stored = self.stored(lesson).await?;
        Ok(stored.map(|stored| stored.manifest))
    }

    /// Changes what `edit` names, and nothing else, once no run works on the lesson; returns where the
    /// manifest is, or `None` if there is none.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`]: a damaged manifest stays as it is; a conflict says that another
    /// process works on the lesson.
    pub async fn edit_manifest(
        &self,
        lesson: &LessonId,
        edit: &ManifestEdit,
    ) -> Result<Option<String>, PipelineError> {
        let _turn = self.turns.wait_for(lesson).await;
        let lock = self.manifests.lock(lesson).await;
        let _lock = lock.map_err(PipelineError::Manifest)?;
        let Some(Versioned { manifest, revision }) = self.stored(lesson).await? else {
            return Ok(None);
        };
        let mut edited = manifest.clone();
        edit.apply(&mut edited);
        if edited != manifest {
            edited.timestamp = self.clock.now();
            let written = self.manifests.write(lesson, &edited, Some(&revision)).await;
            written.map_err(PipelineError::Manifest)?;
        }
        Ok(Some(self.manifests.location(lesson)))
    }
}

impl ManifestEdit {
    fn apply(&self, manifest: &mut Manifest) {
        if let Some(preset) = &self.preset {
            manifest.preset = Some(preset.clone());
        }
        if let Some(mode) = self.mode {
            manifest.tts_mode = serde_json::to_value(mode)
                .ok()
                .and_then(|mode| mode.as_str().map(str::to_owned));
        }
        let texts = [
            ("notionDatabase", &self.notion_database),
            (VOICE, &self.voice_id),
            (ACCENT, &self.voice_accent),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                let value = Value::String(text.clone());
                manifest.extra.insert(name.to_owned(), value);
            }
        }
    }
}
