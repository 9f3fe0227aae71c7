//! Where lessons of jobs lie: uploads, and a folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use esl_core::job::{FailureCode, LessonUploadId, UserId};
use esl_core::ports::{ArtifactError, JobError, UploadStore};
use esl_core::{Classify, ErrorKind, LessonId, Retry};

use super::lesson_name::{LessonName, is_lesson};
use crate::pipeline::LessonInput;

/// Finds the lessons that jobs name. An empty shelf has none.
#[derive(Debug, Clone, Default)]
pub struct LessonShelf {
    uploads: Option<Arc<dyn UploadStore>>,
    folder: Option<PathBuf>,
}

/// A lesson cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LessonError {
    /// Nobody may name a lesson like this.
    #[error("a lesson cannot be named like this: expected {expected}")]
    NotAllowed {
        /// What would have been right.
        expected: &'static str,
    },
    /// It is not there, or not for this owner.
    #[error("there is no lesson {name}")]
    NotFound {
        /// The name.
        name: LessonName,
    },
    /// Its file cannot be read.
    #[error("cannot read the lesson {name}")]
    Unreadable {
        /// The name.
        name: LessonName,
        /// What the system said.
        source: io::Error,
    },
    /// The store of uploads failed.
    #[error("cannot fetch the lesson {name}")]
    Uploads {
        /// The name.
        name: LessonName,
        /// What the store said.
        source: ArtifactError,
    },
}

impl LessonShelf {
    /// The shelf, with what people uploaded.
    #[must_use]
    pub fn with_uploads(self, uploads: Arc<dyn UploadStore>) -> Self {
        Self {
            uploads: Some(uploads),
            ..self
        }
    }

    /// The shelf, with the lessons below a folder.
    #[must_use]
    pub fn with_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
            ..self
        }
    }

    /// The lesson that `owner` means by `name`, cut one byte above `max_bytes`.
    ///
    /// Its id is `uploads/<id>`, or the path below the folder of lessons once all links are followed.
    ///
    /// # Errors
    /// [`LessonError`].
    pub async fn find(
        &self,
        name: &LessonName,
        owner: Option<UserId>,
        max_bytes: u64,
    ) -> Result<LessonInput, LessonError> {
        let (id, bytes) = match name {
            LessonName::Upload(id) => (upload_id(*id), self.upload(name, *id, owner).await?),
            LessonName::File(path) => self.file(name, path, max_bytes).await?,
        };
        Ok(LessonInput {
            id,
            bytes,
            location: name.to_string(),
        })
    }

    async fn upload(
        &self,
        name: &LessonName,
        id: LessonUploadId,
        owner: Option<UserId>,
    ) -> Result<Bytes, LessonError> {
        let uploads = self.uploads.as_ref().ok_or(LessonError::NotAllowed {
            expected: "a file, since uploads are not kept here",
        })?;
        let found = uploads.get(owner, id).await;
        let found = found.map_err(|source| LessonError::Uploads {
            name: name.clone(),
            source,
        })?;
        found.ok_or_else(|| not_found(name))
    }

    async fn file(
        &self,
        name: &LessonName,
        path: &str,
        max_bytes: u64,
    ) -> Result<(LessonId, Bytes), LessonError> {
        let folder = self.folder.clone().ok_or(LessonError::NotAllowed {
            expected: "an upload, since no folder of lessons is set up (LESSONS_DIR)",
        })?;
        let path = folder.join(path);
        let read = tokio::task::spawn_blocking(move || read_below(&folder, &path, max_bytes)).await;
        let read = read.unwrap_or_else(|died| Err(io::Error::other(died)));
        let found = read.map_err(|source| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => not_found(name),
            _ => LessonError::Unreadable {
                name: name.clone(),
                source,
            },
        })?;
        found.ok_or(LessonError::NotAllowed {
            expected: "a file below the lessons",
        })
    }
}

/// Uploads are lessons of their own, whatever they are called. No file has such an id: it would have
/// to end in nothing.
fn upload_id(id: LessonUploadId) -> LessonId {
    LessonId::parse(&format!("uploads/{id}")).expect("two plain parts make an id")
}

/// Reads the file at `path`, wherever links lead; `None` if that is outside of `folder`, or no lesson.
fn read_below(folder: &Path, path: &Path, max_bytes: u64) -> io::Result<Option<(LessonId, Bytes)>> {
    let path = path.canonicalize()?;
    let folder = folder.canonicalize()?;
    let below = path.strip_prefix(folder).ok().and_then(Path::to_str);
    let id = below.map(|below| LessonId::parse(&below.replace(std::path::MAIN_SEPARATOR, "/")));
    let Some(Ok(id)) = id.filter(|_| is_lesson(&path)) else {
        return Ok(None);
    };
    if !fs::metadata(&path)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut bytes = Vec::new();
    let limit = max_bytes.saturating_add(1);
    File::open(&path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(Some((id, bytes.into())))
}

fn not_found(name: &LessonName) -> LessonError {
    LessonError::NotFound { name: name.clone() }
}

impl LessonError {
    /// The stable code of the failure.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::NotAllowed { .. } => FailureCode::MD_NOT_ALLOWED,
            Self::NotFound { .. } => FailureCode::MD_NOT_FOUND,
            Self::Unreadable { .. } => FailureCode::STORAGE_UNAVAILABLE,
            Self::Uploads { source, .. } => super::failure::of_store(source),
        }
    }
}

impl Classify for LessonError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAllowed { .. } => ErrorKind::InvalidInput,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Unreadable { .. } => ErrorKind::Storage,
            Self::Uploads { source, .. } => source.kind(),
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Uploads { source, .. } => source.retry(),
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Uploads { source, .. } => source.hint(),
            _ => None,
        }
    }
}

impl From<LessonError> for JobError {
    fn from(error: LessonError) -> Self {
        super::failure::failed(error.code(), &error, error.retry())
    }
}
