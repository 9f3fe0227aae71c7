//! The manifest: the journal of one lesson.
//!
//! It records which effects are done and the hashes of what produced them. Version 1 is the
//! reference's file format; fields are only ever added within a version, readers keep what they do
//! not know. What is stored here is a fact about an effect that has happened, never a plan.

mod page_blocks;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::block::Audience;
use crate::{
    BlockId, DataSourceId, Digest, LessonId, PageId, RunId, Stage, Timestamp, UploadId,
    VoiceAssignment,
};

pub use page_blocks::{BlockDigest, MadeBlock, NotABlockDigest, PageBlocks};

/// The journal of one lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of the format; missing means 1.
    #[serde(default = "first_version")]
    pub schema_version: u32,
    /// SHA-256 of the whole Markdown file, as hexadecimal digits.
    pub md_hash: String,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_id: Option<PageId>,
    /// Where people open the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_url: Option<String>,
    /// Where students open their copy of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student_page_url: Option<String>,
    /// The lesson's pages before this one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_pages: Vec<PageId>,
    /// Digest of the student's name in lower case, so that all that is stored about a student can be
    /// found without the name standing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student: Option<Digest>,
    /// The recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioRecord>,
    /// Recordings of ours that may lie around though the lesson does not play them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strays: Vec<StrayRecording>,
    /// Name of the heading preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Digest of the preset's definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset_hash: Option<Digest>,
    /// Whom the page is for; none for teachers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// How the speech was asked for: `auto`, `dialogue` or `monologue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tts_mode: Option<String>,
    /// Digest of the study text that the recording speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study_text_hash: Option<Digest>,
    /// Digest of the blocks that the page shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_hash: Option<Digest>,
    /// The blocks of the page that are the lesson's; unknown for pages of earlier versions.
    #[serde(
        default,
        deserialize_with = "page_blocks::tolerant",
        skip_serializing_if = "Option::is_none"
    )]
    pub page_blocks: Option<PageBlocks>,
    /// The lesson.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson_id: Option<LessonId>,
    /// Where the page was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source_id: Option<DataSourceId>,
    /// A page that is being created, or was when the run was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_import: Option<PendingImport>,
    /// When it was announced that blocks are being appended to the page, if it is not known whether
    /// they all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_append: Option<Timestamp>,
    /// A player that is being put on the page, or was when the run was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_audio: Option<PendingAudio>,
    /// The run that wrote last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunRecord>,
    /// Addresses of the pieces of speech that the lesson's recordings were made of, the present one's
    /// and earlier ones'.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub segments: BTreeSet<Digest>,
    /// What became of each stage.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<Stage, StageRecord>,
    /// Fields of other writers, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// The last write.
    pub timestamp: Timestamp,
}

/// The recording of a lesson.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AudioRecord {
    /// The local MP3 file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its address for others, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who can fetch it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_kind: Option<UrlKind>,
    /// When the address stops working, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_expires_at: Option<Timestamp>,
    /// The name of the uploaded file in its bucket or store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The bucket of the uploaded file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Digest of everything that determines the recording: its cache key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Who speaks with which voice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub voices: Vec<VoiceAssignment>,
    /// Digest of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Size of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Exact length in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// The file as handed to the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<UploadId>,
    /// The block that plays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// Fields of other writers, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Who can fetch a file from its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UrlKind {
    /// Whoever has the address, for a time.
    Presigned,
    /// Everybody.
    Public,
    /// Everybody, from a delivery network in front of the store.
    Cdn,
}

/// The intent to create a page: written before the request, replaced by the page's id after it. What
/// is found here by a later run may have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingImport {
    /// The run that asked.
    pub attempt_id: RunId,
    /// Where.
    pub data_source_id: DataSourceId,
    /// Under which title.
    pub title: String,
    /// When, by the run's clock.
    pub started_at: Timestamp,
    /// Kind and words of its first blocks, by which the page is known again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begins_with: Vec<BlockDigest>,
    /// What its blocks say, those inside others included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockDigest>,
}

/// A recording that another one has replaced, or that a run is about to make. Unless it becomes the
/// lesson's, it is removed once the page plays another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrayRecording {
    /// The local MP3 file, named by what it says.
    pub path: String,
    /// Digest of the file, if it was finished; a file that holds something else is not ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// The bucket of the uploaded file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The name of the uploaded file in its bucket or store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The intent to put a player on the page: written before the request, replaced by the block's id
/// after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingAudio {
    /// The block that stood directly before the player's place; none if it is the first. What
    /// stands there now, if it is a player and not this block, came of the intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BlockId>,
    /// The player in another place that goes once the new one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<BlockId>,
    /// When, by the run's clock.
    pub started_at: Timestamp,
}

/// The run that wrote a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// Counts the attempts at the lesson, of this run and others. Each begins by writing its own; one
    /// that finds a later epoch here has lost the lesson.
    #[serde(default)]
    pub epoch: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// The version of this software.
    pub system_version: String,
    /// What it was asked to do, until it has been seen through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<UnfinishedRun>,
}

/// What a run was asked to do that has not been seen through, so that it can be resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedRun {
    /// The options, as the pipeline reads them.
    pub options: Value,
    /// The stages to do again; none if it is no rerun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Stage>>,
    /// What the caller keeps to itself, such as where the pages are.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub caller: Value,
}

/// What became of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageRecord {
    /// How it ended.
    pub status: StageOutcome,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Digest of the inputs it worked on, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageOutcome {
    /// Its effect is there.
    Done,
    /// It was left out.
    Skipped,
}

const fn first_version() -> u32 {
    Manifest::VERSION
}

/// A stored manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestFormatError {
    /// Not JSON, or not the expected shape.
    #[error("the manifest is damaged")]
    Malformed(#[source] serde_json::Error),
    /// Written by a later version of this software.
    #[error(
        "the manifest has version {found}, this program knows up to {}",
        Manifest::VERSION
    )]
    Newer {
        /// The version found.
        found: u32,
    },
}

impl Manifest {
    /// The version that this code writes, and the highest it reads.
    pub const VERSION: u32 = 1;

    /// A journal with nothing done yet.
    #[must_use]
    pub fn new(md_hash: &Digest, now: Timestamp) -> Self {
        Self {
            schema_version: Self::VERSION,
            md_hash: md_hash.to_string(),
            page_id: None,
            page_url: None,
            student_page_url: None,
            former_pages: Vec::new(),
            student: None,
            audio: None,
            strays: Vec::new(),
            preset: None,
            preset_hash: None,
            audience: None,
            tts_mode: None,
            study_text_hash: None,
            imported_hash: None,
            page_blocks: None,
            lesson_id: None,
            data_source_id: None,
            pending_import: None,
            pending_append: None,
            pending_audio: None,
            run: None,
            segments: BTreeSet::new(),
            stages: BTreeMap::new(),
            extra: Map::new(),
            timestamp: now,
        }
    }

    /// Reads a stored manifest. Unknown fields are kept.
    ///
    /// # Errors
    /// [`ManifestFormatError`]; a damaged manifest is never taken for an absent one, because that
    /// would make a second page.
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestFormatError> {
        #[derive(Deserialize)]
        struct Version {
            #[serde(rename = "schemaVersion", default = "first_version")]
            number: u32,
        }
        let version: Version =
            serde_json::from_slice(json).map_err(ManifestFormatError::Malformed)?;
        if version.number > Self::VERSION {
            return Err(ManifestFormatError::Newer {
                found: version.number,
            });
        }
        serde_json::from_slice(json).map_err(ManifestFormatError::Malformed)
    }

    /// The stored form: JSON, indented by two spaces.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self)
            .expect("a manifest holds only values that JSON can express");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<Manifest, ManifestFormatError> {
        Manifest::from_json(&serde_json::to_vec(value).unwrap())
    }

    #[test]
    fn a_manifest_of_the_reference_survives_a_rewrite_with_all_its_fields() {
        let stored = json!({
            "mdHash": "00ff", "pageId": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "pageUrl": "https://www.notion.so/x",
            "audio": {"path": "/tmp/a.mp3", "url": "https://b/a.mp3", "hash": "77",
                "voices": [{"speaker": "Anna", "voiceId": "v1", "source": "voiceMap"}],
                "etag": "unknown to us"},
            "preset": "b1-default", "dialogueSeed": 42, "addedBySomebody": {"deep": [1]},
            "timestamp": "2025-01-02T03:04:05.678Z"
        });
        let manifest = read(&stored).unwrap();
        assert_eq!(manifest.schema_version, 1);
        let rewritten: Value = serde_json::from_slice(&manifest.to_json()).unwrap();
        let mut expected = stored;
        expected["schemaVersion"] = json!(1);
        expected["pageId"] = json!("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");
        assert_eq!(rewritten, expected);
    }

    #[test]
    fn a_record_of_blocks_that_cannot_be_read_is_none() {
        for damaged in [json!("?"), json!({"made": ["0"]}), json!({"pending": [1]})] {
            let stored = json!({"mdHash": "", "pageBlocks": damaged,
                "timestamp": "2025-01-02T03:04:05.678Z"});
            assert_eq!(read(&stored).unwrap().page_blocks, None);
        }
    }

    #[test]
    fn a_newer_version_is_refused_by_number_whatever_else_it_holds() {
        let error = read(&json!({"schemaVersion": 2, "mdHash": 5})).unwrap_err();
        assert!(
            matches!(error, ManifestFormatError::Newer { found: 2 }),
            "{error}"
        );
    }

    #[test]
    fn a_damaged_manifest_is_an_error() {
        for bytes in [&b""[..], b"{", b"[]", b"{\"mdHash\": 1}", b"\xff"] {
            let error = Manifest::from_json(bytes).unwrap_err();
            assert!(
                matches!(error, ManifestFormatError::Malformed(_)),
                "{error}"
            );
        }
    }
}
