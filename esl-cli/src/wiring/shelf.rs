//! Where the lessons of jobs lie: what was submitted, and a folder of lessons.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use esl_core::ErrorKind;
use esl_core::ports::UploadStore;
use esl_pipeline::jobs::{LessonName, LessonShelf};
use esl_pipeline::providers::fs::FsUploadStore;

use super::storage;
use crate::config::Settings;
use crate::exit::{Exit, Failure};

/// Where the lessons of jobs lie.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    pub(crate) uploads: Arc<dyn UploadStore>,
    pub(crate) lessons: LessonShelf,
    /// Holds what is made of uploads.
    desk: PathBuf,
    folder: Option<PathBuf>,
}

impl Shelf {
    /// The shelf of these settings; its folders can be written.
    pub(crate) fn open(settings: &Settings) -> Result<Self, Failure> {
        let desk = settings.upload.folder.clone();
        check_writable(&desk)?;
        let uploads: Arc<dyn UploadStore> = match settings.upload.is_s3 {
            true => storage::lessons(settings)?,
            false => Arc::new(FsUploadStore::new(&desk)),
        };
        let folder = settings.jobs.lessons.clone();
        let mut lessons = LessonShelf::default().with_uploads(uploads.clone());
        if let Some(folder) = &folder {
            lessons = lessons.with_folder(folder);
        }
        Ok(Self {
            uploads,
            lessons,
            desk,
            folder,
        })
    }

    /// All folders that jobs make files in.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.folder.iter().chain([&self.desk]).cloned().collect()
    }

    /// The folder below which manifest and recording of a lesson lie.
    pub(crate) fn root(&self, lesson: &LessonName) -> &Path {
        match (lesson, &self.folder) {
            (LessonName::File(_), Some(folder)) => folder,
            _ => &self.desk,
        }
    }
}

/// Makes the folder if it is not there, and tries it.
fn check_writable(folder: &Path) -> Result<(), Failure> {
    let made = std::fs::create_dir_all(folder);
    let tried = made.and_then(|()| tempfile::tempfile_in(folder));
    tried.map(drop).map_err(|error| {
        let message = format!("cannot write to {}", folder.display());
        let failure = Failure {
            causes: vec![error.to_string()],
            ..Failure::new(Exit::Configuration, ErrorKind::Storage, message)
        };
        failure.hint("set FILESYSTEM_UPLOAD_DIR to a folder that can be written")
    })
}
