//! Files that dead processes left, all at once.

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;
use esl_core::job::FailureCode;
use esl_core::job::payload::CleanupScope;
use esl_core::ports::{JobContext, JobError, Sweeper};

use super::blocking;
use crate::scratch;

/// Removes what dead processes left below some folders. Each run does so in the folders that it uses;
/// this is for those that nobody uses any more.
#[derive(Debug, Clone)]
pub struct TempFiles {
    folders: Vec<PathBuf>,
}

impl TempFiles {
    /// Sweeps these folders and all below them. Links are not followed.
    #[must_use]
    pub const fn below(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }
}

#[async_trait]
impl Sweeper for TempFiles {
    fn scope(&self) -> CleanupScope {
        CleanupScope::TempFiles
    }

    async fn sweep(&self, context: &JobContext) -> Result<usize, JobError> {
        context.check()?;
        let folders = self.folders.clone();
        let swept = blocking(move || Ok(sweep_below(folders))).await;
        swept.map_err(|error| JobError::transient(FailureCode::INTERNAL, error.to_string()))
    }
}

/// What cannot be read or removed stays.
fn sweep_below(mut folders: Vec<PathBuf>) -> usize {
    let mut swept = 0;
    while let Some(folder) = folders.pop() {
        swept += scratch::sweep(&folder);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    swept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_dead_are_found_however_deep_they_lie() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let (kept, _) = scratch::file_in(&deep).unwrap().keep().unwrap();
        drop(kept);
        let alive = scratch::file_in(&deep).unwrap();
        fs::write(deep.join("lesson.md"), "# A lesson").unwrap();
        let folders = vec![root.path().to_owned(), root.path().join("nowhere")];
        assert_eq!(sweep_below(folders.clone()), 1);
        assert_eq!(sweep_below(folders), 0);
        assert!(alive.path().exists() && deep.join("lesson.md").exists());
    }
}
