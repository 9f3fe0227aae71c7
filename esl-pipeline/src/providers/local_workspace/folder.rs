//! The folders of a workspace: where a page's files are, who may write them, and how they are
//! replaced whole. Knows nothing of what they hold.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use esl_core::ports::NotionError;
use esl_core::{BlockId, PageId};

/// A page's blocks and properties.
pub(super) const PAGE_FILE: &str = "page.json";
/// The page with everything.
pub(super) const TEACHER_FILE: &str = "teacher.html";
/// The page as students may see it.
pub(super) const STUDENT_FILE: &str = "student.html";

const LOCK_FILE: &str = ".lock";

/// Wraps an I/O error with what was attempted on which file.
pub(super) fn storage(
    operation: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> NotionError {
    let location = path.display().to_string();
    move |source| NotionError::Storage {
        operation,
        location,
        source,
    }
}

/// Makes `path` absolute; a path that cannot be (there is no current folder) fails on first use.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// The pages below `root` whose ids begin like `block`'s. Blocks take the beginning of their ids
/// from their page, so one of these holds it if any page does.
pub(super) fn pages_that_may_hold(root: &Path, block: BlockId) -> Result<Vec<PageId>, NotionError> {
    let mut pages = page_ids(root)?;
    pages.retain(|page| page.as_uuid().as_fields().0 == block.as_uuid().as_fields().0);
    Ok(pages)
}

/// The pages below `root` in the order of their ids. A root that does not exist yet has none.
pub(super) fn page_ids(root: &Path) -> Result<Vec<PageId>, NotionError> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(storage("list the pages in", root)(error)),
    };
    let mut pages = Vec::new();
    for entry in entries {
        let entry = entry.map_err(storage("list the pages in", root))?;
        let name = entry.file_name();
        let page = name.to_str().and_then(|name| PageId::parse(name).ok());
        // A folder without a page is what a crash left of a page that was never created.
        if let Some(page) = page
            && entry.path().join(PAGE_FILE).exists()
        {
            pages.push(page);
        }
    }
    pages.sort_unstable();
    Ok(pages)
}

/// Removes what dead processes left of pages that they were creating. What cannot be removed stays.
pub(super) fn sweep_unfinished(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let folder = entry.path();
        let name = entry.file_name();
        let is_page = name
            .to_str()
            .is_some_and(|name| PageId::parse(name).is_ok());
        if !is_page || folder.join(PAGE_FILE).exists() {
            continue;
        }
        let swept = match File::open(folder.join(LOCK_FILE)) {
            Err(_) => fs::remove_dir(&folder),
            Ok(lock) if lock.try_lock().is_err() || folder.join(PAGE_FILE).exists() => Ok(()),
            Ok(_held) => fs::remove_dir_all(&folder),
        };
        if let Err(error) = swept {
            tracing::warn!(path = %folder.display(), %error, "what is left of a page that was never created cannot be removed");
        }
    }
}

/// The exclusive right to change a page, among all tasks and processes of the machine. Ends on drop.
///
/// A file lock alone is enough: each holder opens the file anew, so two tasks of one process
/// exclude each other as two processes do, and the system frees the lock of a process that dies.
#[derive(Debug)]
pub(super) struct PageLock {
    _file: File,
}

impl PageLock {
    /// Makes the folder of a new page and takes the right to change it.
    pub(super) fn of_new_page(folder: &Path) -> Result<Self, NotionError> {
        loop {
            fs::create_dir_all(folder).map_err(storage("create", folder))?;
            let lock = match Self::acquire(folder) {
                Err(NotionError::Storage { source, .. })
                    if source.kind() == io::ErrorKind::NotFound =>
                {
                    continue;
                }
                lock => lock?,
            };
            // Before it was locked, another process may have taken it for a dead one's.
            if folder.join(LOCK_FILE).exists() {
                return Ok(lock);
            }
        }
    }

    /// Waits for the right to change the page in `folder`, which must exist.
    pub(super) fn acquire(folder: &Path) -> Result<Self, NotionError> {
        let path = folder.join(LOCK_FILE);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(storage("open", &path))?;
        file.lock().map_err(storage("lock", &path))?;
        Ok(Self { _file: file })
    }
}

/// A file written beside the one it is to replace.
#[derive(Debug)]
pub(super) struct Staged {
    path: PathBuf,
    target: PathBuf,
}

impl Staged {
    /// Writes what is to become `target` and brings it to the disk.
    pub(super) fn write(
        target: PathBuf,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Self, NotionError> {
        let path = staged_path(&target);
        let written = File::create(&path).and_then(|file| {
            let mut out = BufWriter::with_capacity(64 * 1024, file);
            content(&mut out)?;
            out.into_inner()?.sync_all()
        });
        written.map_err(storage("write", &path))?;
        Ok(Self { path, target })
    }

    /// Puts the file in place of its target, as one step.
    pub(super) fn publish(self) -> Result<(), NotionError> {
        fs::rename(&self.path, &self.target)
            .and_then(|()| sync_folder_of(&self.target))
            .map_err(storage("replace", &self.target))
    }
}

/// Whether the last change to `target` was left before it was published.
pub(super) fn is_staged(target: &Path) -> bool {
    staged_path(target).exists()
}

fn staged_path(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".next");
    target.with_file_name(name)
}

/// Makes a new name in a folder durable.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
