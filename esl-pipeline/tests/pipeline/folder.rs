//! Everything in one folder, as a teacher without any account has it.

use std::path::Path;
use std::sync::Arc;

use esl_core::ports::SystemClock;
use esl_core::{Classify, ErrorKind};
use esl_pipeline::pipeline::{Pipeline, PipelineBuilder};
use esl_pipeline::providers::fs::{FsArtifactStore, FsManifestStore};
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_testkit::ToneTts;

use crate::world::{LESSON, LINE, run};

fn in_folder(folder: &Path) -> PipelineBuilder {
    let workspace = LocalWorkspace::open(folder.join("pages"), LocalWorkspaceOptions::default());
    Pipeline::builder()
        .notion(Arc::new(workspace), LocalWorkspace::SOURCE)
        .manifest_store(Arc::new(FsManifestStore::new(folder)))
        .tts(Arc::new(ToneTts::new().delivering_mp3()))
        .recordings(
            Arc::new(FsArtifactStore::new(folder.join("segments"))),
            folder.join("audio"),
        )
        .clock(Arc::new(SystemClock))
}

/// The page that a `file:` address names.
fn page_at(url: &str) -> String {
    let path = url.strip_prefix("file://").unwrap().replace("%20", " ");
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_lesson_becomes_a_page_that_plays() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(in_folder(folder.path()), LESSON).await.unwrap();
    let teacher = page_at(&first.page_url.unwrap());
    assert!(teacher.contains("<audio") && teacher.contains("Answer Key"));
    let student = page_at(&first.student_page_url.unwrap());
    assert!(student.contains("<audio") && !student.contains("Answer Key"));
    assert!(folder.path().join("unit 1/lesson.manifest.json").exists());

    let again = run(in_folder(folder.path()), LESSON).await.unwrap();
    assert!(!again.changed);

    let edited = LESSON.replace(LINE, "It is behind the park.");
    let second = run(in_folder(folder.path()), &edited).await.unwrap();
    assert_eq!(second.page_id, first.page_id);
    let teacher = page_at(&second.page_url.unwrap());
    assert!(teacher.contains("behind the park") && !teacher.contains("opposite the park."));
    let pages = std::fs::read_dir(folder.path().join("pages")).unwrap();
    let is_page = |entry: &std::fs::DirEntry| entry.path().join("page.json").exists();
    assert_eq!(pages.filter_map(Result::ok).filter(is_page).count(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_before_a_page_is_made() {
    let folder = tempfile::tempdir().unwrap();
    // In the place of the lesson's folder stands a file.
    std::fs::write(folder.path().join("unit 1"), "").unwrap();
    let error = run(in_folder(folder.path()), LESSON).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("unit 1"), "{error}");
    assert!(!folder.path().join("pages").exists());
}
