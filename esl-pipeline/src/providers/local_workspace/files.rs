//! Uploaded files: stored once per content, each upload described by a small JSON file.
//!
//! `files/<sha256>.mp3` is the recording, `files/<upload id>.json` names it and carries what is
//! said in it. Both are named by what they hold and never change; they go when no page shows them
//! any more.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use esl_core::ports::{FileUpload, NotionError};
use esl_core::{Digest, Transcript, UploadId};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::folder::{storage, sync_folder_of};
use crate::scratch;

/// The media types taken and the extensions of their files.
const MEDIA_TYPES: [(&str, &str); 6] = [
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/ogg", "ogg"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/flac", "flac"),
];

/// The folder of uploaded files.
#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: PathBuf,
}

/// What is known of an uploaded recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recording {
    /// SHA-256 of the file.
    pub(super) content: Digest,
    /// One of the media types taken.
    pub(super) content_type: String,
    /// The name to show.
    pub(super) name: String,
    /// What is said in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) transcript: Option<Transcript>,
}

impl Files {
    pub(super) fn in_root(root: &Path) -> Self {
        Self {
            folder: root.join("files"),
        }
    }

    /// Stores a file and its description; what is there already is left alone.
    pub(super) fn store(&self, upload: FileUpload) -> Result<UploadId, NotionError> {
        let extension =
            extension(&upload.content_type).ok_or_else(|| not_taken(&upload.content_type))?;
        fs::create_dir_all(&self.folder).map_err(storage("create", &self.folder))?;
        scratch::sweep(&self.folder);
        let content = self.store_content(&upload.path, extension)?;
        let recording = Recording {
            content,
            content_type: upload.content_type,
            name: upload.name,
            transcript: upload.transcript,
        };
        self.store_description(&recording)
    }

    fn store_content(&self, path: &Path, extension: &str) -> Result<Digest, NotionError> {
        let mut copy = self.temporary()?;
        let mut source = File::open(path).map_err(storage("read", path))?;
        io::copy(&mut source, &mut copy).map_err(storage("copy", path))?;
        // The copy is what will be kept, so it, not the original, gives the name.
        let kept = File::open(copy.path()).map_err(storage("read", copy.path()))?;
        let digest = Digest::of_reader(kept).map_err(storage("read", copy.path()))?;
        let target = self.folder.join(format!("{digest}.{extension}"));
        keep(copy, &target)?;
        Ok(digest)
    }

    fn store_description(&self, recording: &Recording) -> Result<UploadId, NotionError> {
        let json = serde_json::to_vec_pretty(recording)
            .map_err(|error| storage("describe a file in", &self.folder)(error.into()))?;
        let digest = Digest::of(&json);
        let target = self.folder.join(format!("{digest}.json"));
        let mut file = self.temporary()?;
        io::Write::write_all(&mut file, &json).map_err(storage("write", &target))?;
        keep(file, &target)?;
        UploadId::parse(digest.as_str()).map_err(|error| NotionError::Refused {
            operation: "upload a file",
            message: error.to_string(),
        })
    }

    /// Refuses an upload that is not here.
    pub(super) fn require(&self, id: &UploadId) -> Result<(), NotionError> {
        match self.recording(id) {
            Ok(None) => Err(NotionError::NotFound {
                what: "file",
                id: id.to_string(),
            }),
            // A damaged one shows as such on the page.
            _ => Ok(()),
        }
    }

    /// Removes an upload that no page shows, and its recording unless another upload has the same.
    /// What cannot be removed stays.
    pub(super) fn remove(&self, id: &UploadId) {
        let Ok(Some(recording)) = self.recording(id) else {
            return;
        };
        let description = self.folder.join(format!("{id}.json"));
        let removed = fs::remove_file(&description).and_then(|()| {
            let is_shared = self
                .descriptions()?
                .any(|other| other.content == recording.content);
            match extension(&recording.content_type) {
                Some(extension) if !is_shared => {
                    let content = format!("{}.{extension}", recording.content);
                    fs::remove_file(self.folder.join(content))
                }
                _ => Ok(()),
            }
        });
        if let Err(error) = removed {
            tracing::warn!(path = %description.display(), %error,
                "a recording that no page shows any more cannot be removed");
        }
    }

    /// What is known of all uploaded recordings; descriptions that cannot be read are passed over.
    fn descriptions(&self) -> io::Result<impl Iterator<Item = Recording>> {
        let entries = fs::read_dir(&self.folder)?
            .flatten()
            .map(|entry| entry.path());
        let descriptions = entries.filter(|path| path.extension().is_some_and(|end| end == "json"));
        Ok(descriptions.filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok()))
    }

    fn temporary(&self) -> Result<NamedTempFile, NotionError> {
        scratch::file_in(&self.folder).map_err(storage("write into", &self.folder))
    }

    /// The recording of an upload; `None` if there is no such upload here.
    pub(super) fn recording(&self, id: &UploadId) -> io::Result<Option<Recording>> {
        // Ids come from page files, which people may edit: only a digest becomes a path.
        let Ok(digest) = Digest::try_from(id.as_str().to_owned()) else {
            return Ok(None);
        };
        let path = self.folder.join(format!("{digest}.json"));
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|error| {
                io::Error::other(format!("{} is damaged: {error}", path.display()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens the recording's sound; `None` if the file is gone.
    pub(super) fn open(&self, recording: &Recording) -> io::Result<Option<File>> {
        let Some(extension) = extension(&recording.content_type) else {
            return Ok(None);
        };
        match File::open(
            self.folder
                .join(format!("{}.{extension}", recording.content)),
        ) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Gives a finished file its name, unless a file of that name, and so of that content, is there.
fn keep(file: NamedTempFile, target: &Path) -> Result<(), NotionError> {
    if target.exists() {
        return Ok(());
    }
    file.as_file()
        .sync_all()
        .and_then(|()| file.persist(target).map_err(Into::into).map(drop))
        .and_then(|()| sync_folder_of(target))
        .map_err(storage("write", target))
}

fn extension(content_type: &str) -> Option<&'static str> {
    MEDIA_TYPES
        .iter()
        .find_map(|(name, extension)| (*name == content_type).then_some(*extension))
}

fn not_taken(content_type: &str) -> NotionError {
    let taken: Vec<_> = MEDIA_TYPES.iter().map(|(name, _)| *name).collect();
    NotionError::Refused {
        operation: "upload a file",
        message: format!(
            "{content_type:?} is not taken; use one of {}",
            taken.join(", ")
        ),
    }
}
