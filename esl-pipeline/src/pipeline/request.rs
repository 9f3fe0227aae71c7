//! What a caller asks of a run. Plain data; nothing here decides anything.

use std::path::PathBuf;
use std::str::FromStr;

use crate::speech::casting::VoiceMap;
use crate::speech::segments::{Gaps, SpeechMode};
use bytes::Bytes;
use esl_core::block::Audience;
use esl_core::{DataSourceId, LessonId, Students};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A lesson and what to do with it.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The lesson.
    pub lesson: LessonInput,
    /// What to do with it.
    pub options: RunOptions,
    /// Who speaks with which voice.
    pub voices: VoiceMap,
    /// What holds for the student's lessons where neither the options nor the last run say more.
    pub students: Students,
    /// What holds where the student's profile says nothing, either.
    pub defaults: RunDefaults,
    /// Kept with the options until the run has been seen through, for whoever resumes it.
    pub caller: Value,
}

/// What holds where neither the options, nor the last run, nor the student's profile say anything.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RunDefaults {
    /// Whether several speakers share a request.
    pub tts_mode: Option<SpeechMode>,
    /// ISO 639-1 code of the spoken language.
    pub dialogue_language: Option<String>,
    /// 0 (varied) to 1 (steady).
    pub dialogue_stability: Option<f64>,
    /// Asks for the same sound for the same words.
    pub dialogue_seed: Option<u32>,
    /// The silence between segments.
    pub gaps: Gaps,
    /// Where the page takes the recording from.
    pub upload: Option<UploadTarget>,
    /// The data source of the students' pages. A relation that points to it is the one to the student
    /// where no property is called so.
    pub students: Option<DataSourceId>,
}

impl RunRequest {
    /// The lesson with all options as they are by default.
    #[must_use]
    pub fn new(lesson: LessonInput) -> Self {
        Self {
            lesson,
            options: RunOptions::default(),
            voices: VoiceMap::default(),
            students: Students::default(),
            defaults: RunDefaults::default(),
            caller: Value::Null,
        }
    }
}

/// A lesson file, read once: every stage works on these bytes, whatever happens to the file.
#[derive(Debug, Clone)]
pub struct LessonInput {
    /// Names the lesson and its manifest.
    pub id: LessonId,
    /// The whole file.
    pub bytes: Bytes,
    /// Where it came from, for messages: a path as the user wrote it.
    pub location: String,
}

/// What to do with a lesson. In JSON all fields are optional and unknown ones are refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RunOptions {
    /// Heading colours. Absent: as in the last run; in the first, as the student's profile says.
    #[serde(skip_serializing_if = "PresetChoice::is_inherited")]
    pub preset: PresetChoice,
    /// The student's name instead of the one in the front matter; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student: Option<String>,
    /// Whom the page is for. Absent: as in the last run; in the first, teachers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Where the page is created instead of the pipeline's own data source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source_id: Option<DataSourceId>,
    /// What to do if the lesson has a page and has changed since.
    pub on_existing: OnExisting,
    /// Leaves the page's text as it is; the lesson must have a page.
    pub skip_import: bool,
    /// Whether to make audio. Absent: if the speech engine costs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_tts: Option<bool>,
    /// Takes the recording of an earlier run; there must be one.
    pub skip_tts: bool,
    /// Makes the recording anew from its segments, though it is there.
    pub redo_tts: bool,
    /// Compares the page block by block and makes the recording anew, though nothing has changed.
    pub force: bool,
    /// Where the page takes the recording from. Absent: as it does already, else `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadTarget>,
    /// Leaves the uploaded recording and the page's player as they are; there must be one.
    pub skip_upload: bool,
    /// Leaves the player that the page has, whatever it plays.
    pub keep_player: bool,
    /// The folder of the recording instead of the pipeline's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<PathBuf>,
    /// The voice (id or name) of a text with one speaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_id: Option<String>,
    /// The accent to prefer where nothing else decides, such as `british`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_preference: Option<String>,
    /// Whether several speakers share a request. Absent: as in the last run, else `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tts_mode: Option<SpeechMode>,
    /// ISO 639-1 code of the spoken language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue_language: Option<String>,
    /// 0 (varied) to 1 (steady).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue_stability: Option<f64>,
    /// Asks for the same sound for the same words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue_seed: Option<u32>,
    /// Whether warnings about the lesson stop the run.
    pub strict: bool,
    /// Whether the student's name may stand in file names and tags.
    pub student_in_files: bool,
}

/// What to do if the lesson has a page and has changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnExisting {
    /// Brings the page up to date.
    #[default]
    Update,
    /// Makes another page and leaves the old one alone.
    New,
    /// Refuses to run.
    Fail,
}

/// Where a page takes its recording from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadTarget {
    /// From the pipeline's store of uploads, if it has one, else from the workspace.
    Auto,
    /// From the pipeline's store of uploads.
    S3,
    /// From the workspace, which takes the file.
    Notion,
    /// From nowhere: the page gets no player.
    None,
}

/// A word that names no [`UploadTarget`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("recordings go to `auto`, `s3`, `notion` or `none`, not to {0:?}")]
pub struct UnknownUploadTarget(String);

impl FromStr for UploadTarget {
    type Err = UnknownUploadTarget;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "s3" => Ok(Self::S3),
            "notion" => Ok(Self::Notion),
            "none" => Ok(Self::None),
            other => Err(UnknownUploadTarget(other.to_owned())),
        }
    }
}

/// Which heading colours: in JSON absent, `null` or a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PresetChoice {
    /// As in the last run; in the first, as the student's profile says.
    #[default]
    Inherit,
    /// None.
    Plain,
    /// The preset of this name.
    Named(String),
}

impl PresetChoice {
    fn is_inherited(&self) -> bool {
        *self == Self::Inherit
    }
}

impl Serialize for PresetChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(name) => serializer.serialize_some(name),
            Self::Inherit | Self::Plain => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for PresetChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Plain, Self::Named))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options(json: Value) -> Result<RunOptions, serde_json::Error> {
        serde_json::from_value(json)
    }

    #[test]
    fn a_preset_is_absent_null_or_named() {
        for (json, preset) in [
            (json!({}), PresetChoice::Inherit),
            (json!({"preset": null}), PresetChoice::Plain),
            (
                json!({"preset": "calm"}),
                PresetChoice::Named("calm".into()),
            ),
        ] {
            let options = options(json).unwrap();
            assert_eq!(options.preset, preset);
            let stored = serde_json::to_string(&options).unwrap();
            assert_eq!(
                serde_json::from_str::<RunOptions>(&stored).unwrap(),
                options
            );
        }
    }

    #[test]
    fn unknown_fields_and_values_are_refused() {
        assert!(
            options(json!({"ttsMode": "dialogue", "onExisting": "new", "upload": "s3"})).is_ok()
        );
        for json in [
            json!({"ttsMode": "duet"}),
            json!({"onExisting": "replace"}),
            json!({"upload": "ftp"}),
            json!({"preSet": "calm"}),
            json!({"dialogueSeed": -1}),
        ] {
            assert!(options(json.clone()).is_err(), "{json}");
        }
    }
}
