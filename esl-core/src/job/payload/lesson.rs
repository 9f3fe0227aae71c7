//! Payloads of the jobs that users see.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Payload, known_or_none};
use crate::job::{DedupeKey, JobId, JobKind, UserId};
use crate::{Digest, Stage};

/// The kinds of jobs that users see in their lists unless they ask for others.
pub const LESSON_KINDS: [JobKind; 3] = [
    LessonRun::KIND,
    LessonRerunAudio::KIND,
    LessonSyncMetadata::KIND,
];

/// Where the recording of a lesson goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadTarget {
    /// To the object store if one is configured.
    Auto,
    /// To the object store.
    S3,
    /// Nowhere.
    None,
}

/// Who speaks the study text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TtsMode {
    /// As the study text asks for.
    Auto,
    /// One voice per speaker.
    Dialogue,
    /// One voice.
    Monologue,
}

/// `lesson.run`: a lesson is to become a page with a recording.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LessonRun {
    /// Names the lesson: `upload:<id>`, `lesson:<path>`.
    pub md: String,
    /// Digest of its text, where it was known at submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<Digest>,
    /// The name that users know the file by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Whether the study text is spoken; absent means no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_tts: Option<bool>,
    /// Where the recording goes.
    #[serde(
        default,
        deserialize_with = "known_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub upload: Option<UploadTarget>,
    /// The voice of everything that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_id: Option<String>,
    /// The accent to prefer; a voice wins over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_accent: Option<String>,
    /// Whether finished speech is made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_tts: Option<bool>,
    /// The database that gets the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notion_database: Option<String>,
    /// Who speaks.
    #[serde(
        default,
        deserialize_with = "known_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub mode: Option<TtsMode>,
    /// The student's profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student: Option<String>,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for LessonRun {
    const KIND: JobKind = JobKind::from_static("lesson.run");
    const VERSION: u32 = 1;
}

impl LessonRun {
    /// What makes two submissions of an owner the same: the lesson's text, not its name, and every
    /// setting. Without a digest of the text, its name has to do.
    #[must_use]
    pub fn dedupe_key(&self, owner: Option<UserId>) -> DedupeKey {
        let lesson = match &self.content_hash {
            Some(digest) => ("content", json!(digest)),
            None => ("md", json!(self.md)),
        };
        let settings = [
            lesson,
            ("preset", json!(self.preset)),
            ("withTts", json!(self.with_tts)),
            ("upload", json!(self.upload)),
            ("voiceId", json!(self.voice_id)),
            ("voiceAccent", json!(self.voice_accent)),
            ("forceTts", json!(self.force_tts)),
            ("notionDatabase", json!(self.notion_database)),
            ("mode", json!(self.mode)),
            ("student", json!(self.student)),
        ];
        DedupeKey::of(owner, &Self::KIND, &settings)
    }
}

/// `lesson.rerun_audio`: the recording of a finished lesson is to be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LessonRerunAudio {
    /// The job that made the page.
    pub parent_job_id: JobId,
    /// Names the lesson.
    pub md: String,
    /// The manifest to go on from, as its store names it.
    pub manifest_path: String,
    /// The stages to run before the manifest is written.
    #[serde(default = "audio_stages")]
    pub steps: Vec<Stage>,
    /// The name that users know the file by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The database that has the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notion_database: Option<String>,
    /// The voice of everything that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_id: Option<String>,
    /// The accent to prefer; a voice wins over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_accent: Option<String>,
    /// Whether finished speech is made again.
    #[serde(default = "yes")]
    pub force_tts: bool,
    /// Who speaks.
    #[serde(
        default,
        deserialize_with = "known_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub mode: Option<TtsMode>,
    /// Where the recording goes.
    #[serde(
        default,
        deserialize_with = "known_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub upload: Option<UploadTarget>,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn audio_stages() -> Vec<Stage> {
    vec![Stage::Tts, Stage::Upload, Stage::AddAudio]
}

fn yes() -> bool {
    true
}

impl Payload for LessonRerunAudio {
    const KIND: JobKind = JobKind::from_static("lesson.rerun_audio");
    const VERSION: u32 = 1;
}

impl LessonRerunAudio {
    /// A rerun of the job `parent`, of the lesson and manifest it had, with nothing overridden.
    #[must_use]
    pub fn of(parent: JobId, md: String, manifest_path: String) -> Self {
        Self {
            parent_job_id: parent,
            md,
            manifest_path,
            steps: audio_stages(),
            file_name: None,
            preset: None,
            notion_database: None,
            voice_id: None,
            voice_accent: None,
            force_tts: true,
            mode: None,
            upload: None,
            manual: true,
            extra: Map::new(),
        }
    }

    /// What makes two reruns of an owner the same: the parent and what is overridden.
    #[must_use]
    pub fn dedupe_key(&self, owner: Option<UserId>) -> DedupeKey {
        let settings = [
            ("parentJobId", json!(self.parent_job_id)),
            ("voiceId", json!(self.voice_id)),
            ("voiceAccent", json!(self.voice_accent)),
            ("forceTts", json!(self.force_tts)),
            ("mode", json!(self.mode)),
        ];
        DedupeKey::of(owner, &Self::KIND, &settings)
    }
}

/// `lesson.sync_metadata`: a job's edited metadata are to reach its manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LessonSyncMetadata {
    /// The job that was edited.
    pub job_id: JobId,
    /// The new values, by field.
    pub fields: Map<String, Value>,
    /// Whether somebody asked for it by hand.
    #[serde(default)]
    pub manual: bool,
    /// Fields of later versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Payload for LessonSyncMetadata {
    const KIND: JobKind = JobKind::from_static("lesson.sync_metadata");
    const VERSION: u32 = 1;
}
