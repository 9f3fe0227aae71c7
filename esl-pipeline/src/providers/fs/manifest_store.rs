//! Manifests beside the lessons.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use esl_core::manifest::{Manifest, ManifestFormatError};
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};
use esl_core::{Digest, LessonId};

use super::{atomic, blocking, manifest_copies};

/// No manifest is larger; what is, is not read.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Folders below the root that are looked into for manifests.
const MOST_DEPTH: usize = 16;

/// Keeps the manifest of `unit/lesson.md` in `unit/lesson.manifest.json` below a root folder.
///
/// Revisions are digests of the stored bytes, so an edit by hand counts as a change. Writers, of
/// other processes too, take turns by a lock on the hidden file `.lesson.manifest.lock`. That file
/// stays: whoever removed it could take it from under a writer that has just opened it. Copies of
/// earlier manifests are in the hidden folder `.lesson.manifest`.
#[derive(Debug, Clone)]
pub struct FsManifestStore {
    root: PathBuf,
}

impl FsManifestStore {
    /// A store below `root`, which is created by the first write.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The file that holds the lesson's manifest.
    #[must_use]
    pub fn path(&self, lesson: &LessonId) -> PathBuf {
        self.root
            .join(Path::new(lesson.as_str()).with_extension("manifest.json"))
    }
}

#[async_trait]
impl ManifestStore for FsManifestStore {
    fn location(&self, lesson: &LessonId) -> String {
        self.path(lesson).display().to_string()
    }

    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError> {
        let path = self.path(lesson);
        let bytes = blocking(move || stored_bytes(&path))
            .await
            .map_err(|source| self.failed("read", lesson, source))?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let manifest = decode(&bytes).map_err(|source| ManifestError::Format {
            location: self.location(lesson),
            source,
        })?;
        let revision = revision_of(&bytes);
        Ok(Some(Versioned { manifest, revision }))
    }

    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        let path = self.path(lesson);
        let expected = expected.cloned();
        let bytes = manifest.to_json();
        blocking(move || swap(&path, &bytes, expected.as_ref()))
            .await
            .map_err(|source| self.failed("write", lesson, source))?
            .ok_or_else(|| ManifestError::Conflict {
                location: self.location(lesson),
            })
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        let path = self.path(lesson);
        let expected = expected.clone();
        blocking(move || remove(&path, &expected))
            .await
            .map_err(|source| self.failed("remove", lesson, source))?
            .then_some(())
            .ok_or_else(|| ManifestError::Conflict {
                location: self.location(lesson),
            })
    }

    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError> {
        let (path, manifest) = (self.path(lesson), manifest.clone());
        let kept = blocking(move || manifest_copies::keep(&path, &manifest, most)).await;
        kept.map_err(|source| self.failed("keep a copy of", lesson, source))
    }

    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError> {
        let root = self.root.clone();
        let found = blocking(move || any_below(&root, MOST_DEPTH, &fits)).await;
        found.map_err(|source| ManifestError::Storage {
            operation: "list",
            location: self.root.display().to_string(),
            source: Box::new(source),
            transient: false,
        })
    }

    async fn lock(&self, lesson: &LessonId) -> Result<LessonLock, ManifestError> {
        let path = self.path(lesson);
        blocking(move || lock_for_a_run(&path))
            .await
            .map_err(|source| self.failed("lock", lesson, source))?
            .map(LessonLock::new)
            .ok_or_else(|| ManifestError::Locked {
                location: self.location(lesson),
            })
    }
}

impl FsManifestStore {
    fn failed(
        &self,
        operation: &'static str,
        lesson: &LessonId,
        source: io::Error,
    ) -> ManifestError {
        ManifestError::Storage {
            operation,
            location: self.location(lesson),
            source: Box::new(source),
            transient: false,
        }
    }
}

/// Replaces the file if its revision is `expected`; `None` if it is another.
fn swap(path: &Path, bytes: &[u8], expected: Option<&Revision>) -> io::Result<Option<Revision>> {
    atomic::create_folder(path.parent().unwrap_or(Path::new("")))?;
    // Released when the handle is closed, also by the death of the process.
    let lock = fs::File::create(beside(path, "lock"))?;
    lock.lock()?;
    let found = stored_bytes(path)?.as_deref().map(revision_of);
    if found.as_ref() != expected {
        return Ok(None);
    }
    atomic::replace(path, |file| file.write_all(bytes))?;
    Ok(Some(revision_of(bytes)))
}

/// Removes the file if its revision is `expected`; tells whether it did.
fn remove(path: &Path, expected: &Revision) -> io::Result<bool> {
    atomic::create_folder(path.parent().unwrap_or(Path::new("")))?;
    let lock = fs::File::create(beside(path, "lock"))?;
    lock.lock()?;
    let found = stored_bytes(path)?.as_deref().map(revision_of);
    if found.as_ref() != Some(expected) {
        return Ok(false);
    }
    manifest_copies::remove(path)?;
    atomic::remove(path)?;
    Ok(true)
}

/// Looks through the manifests below a folder, but for those in hidden folders. Links are not
/// followed.
fn any_below(folder: &Path, depth: usize, fits: &ManifestFilter) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let name = name.to_string_lossy();
        let found = if name.starts_with('.') {
            false
        } else if kind.is_dir() {
            depth > 1 && any_below(&entry.path(), depth - 1, fits)?
        } else {
            let is_manifest = kind.is_file() && name.ends_with(".manifest.json");
            is_manifest && fits_at(&entry.path(), fits)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fits_at(path: &Path, fits: &ManifestFilter) -> bool {
    let bytes = stored_bytes(path).ok().flatten();
    let manifest = bytes.and_then(|bytes| decode(&bytes).ok());
    manifest.is_some_and(|manifest| fits(&manifest))
}

/// Holds a file of its own while a run lasts; `None` if another process or run does. The file stays
/// where it is: whoever removed it could not tell who else has opened it. What dead runs left beside
/// it goes.
fn lock_for_a_run(path: &Path) -> io::Result<Option<fs::File>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    atomic::create_folder(folder)?;
    let lock = fs::File::create(beside(path, "run-lock"))?;
    match lock.try_lock() {
        Ok(()) => {
            atomic::sweep(folder);
            Ok(Some(lock))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// A hidden file beside the manifest.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let name = path.with_extension(extension);
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}"))
}

/// The file's bytes, cut one byte above the limit; `None` if there is no file.
fn stored_bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn decode(bytes: &[u8]) -> Result<Manifest, ManifestFormatError> {
    use serde::de::Error as _;
    if bytes.len() as u64 > MAX_BYTES {
        let too_large = serde_json::Error::custom("it is larger than 8 MiB");
        return Err(ManifestFormatError::Malformed(too_large));
    }
    Manifest::from_json(bytes)
}

fn revision_of(bytes: &[u8]) -> Revision {
    Revision::new(Digest::of(bytes).as_str())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn lesson(path: &str) -> LessonId {
        LessonId::parse(path).unwrap()
    }

    fn manifest(text: &str) -> Manifest {
        Manifest::new(&Digest::of(text), SystemTime::UNIX_EPOCH.into())
    }

    #[test]
    fn only_the_last_extension_is_replaced() {
        let store = FsManifestStore::new("root");
        for (id, path) in [
            ("dir/lesson.md", "root/dir/lesson.manifest.json"),
            ("a.b.md", "root/a.b.manifest.json"),
            ("plain", "root/plain.manifest.json"),
        ] {
            assert_eq!(store.path(&lesson(id)), Path::new(path));
        }
    }

    #[tokio::test]
    async fn a_write_succeeds_only_on_the_revision_that_was_read() {
        let root = tempfile::tempdir().unwrap();
        let store = FsManifestStore::new(root.path());
        let id = lesson("unit 1/lesson.md");
        assert!(store.read(&id).await.unwrap().is_none());
        let first = store.write(&id, &manifest("1"), None).await.unwrap();
        let late = store.write(&id, &manifest("2"), None).await.unwrap_err();
        assert!(matches!(late, ManifestError::Conflict { .. }), "{late}");
        let second = store
            .write(&id, &manifest("2"), Some(&first))
            .await
            .unwrap();
        let read = store.read(&id).await.unwrap().unwrap();
        assert_eq!(read.revision, second);
        assert_eq!(read.manifest, manifest("2"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_concurrent_writers_one_wins() {
        let root = tempfile::tempdir().unwrap();
        let id = lesson("lesson.md");
        let writers: Vec<_> = (0..16)
            .map(|writer| {
                // A store of its own, as another process would have.
                let store = FsManifestStore::new(root.path());
                let id = id.clone();
                tokio::spawn(async move {
                    let manifest = manifest(&writer.to_string());
                    store.write(&id, &manifest, None).await.is_ok()
                })
            })
            .collect();
        let mut winners = 0;
        for writer in writers {
            winners += u32::from(writer.await.unwrap());
        }
        assert_eq!(winners, 1);
    }

    #[tokio::test]
    async fn a_lesson_is_locked_to_all_others_until_the_guard_is_dropped() {
        let root = tempfile::tempdir().unwrap();
        let [here, elsewhere] = [(), ()].map(|()| FsManifestStore::new(root.path()));
        let guard = here.lock(&lesson("a.md")).await.unwrap();
        let error = elsewhere.lock(&lesson("a.md")).await.unwrap_err();
        assert!(matches!(error, ManifestError::Locked { .. }), "{error}");
        let _other = elsewhere.lock(&lesson("b.md")).await.unwrap();
        elsewhere
            .write(&lesson("a.md"), &manifest("1"), None)
            .await
            .unwrap();
        drop(guard);
        let _guard = elsewhere.lock(&lesson("a.md")).await.unwrap();
    }

    #[tokio::test]
    async fn a_damaged_manifest_is_not_an_absent_one() {
        let root = tempfile::tempdir().unwrap();
        let store = FsManifestStore::new(root.path());
        fs::write(root.path().join("a.manifest.json"), "{").unwrap();
        let error = store.read(&lesson("a.md")).await.unwrap_err();
        assert!(matches!(error, ManifestError::Format { .. }), "{error}");
        let file = fs::File::create(root.path().join("b.manifest.json")).unwrap();
        file.set_len(MAX_BYTES + 1).unwrap();
        let error = store.read(&lesson("b.md")).await.unwrap_err();
        assert!(matches!(error, ManifestError::Format { .. }), "{error}");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_named() {
        let root = tempfile::tempdir().unwrap();
        let store = FsManifestStore::new(root.path());
        fs::create_dir(root.path().join("a.manifest.json")).unwrap();
        let error = store.read(&lesson("a.md")).await.unwrap_err();
        assert!(matches!(error, ManifestError::Storage { .. }));
        assert!(error.to_string().contains("a.manifest.json"), "{error}");
    }
}
