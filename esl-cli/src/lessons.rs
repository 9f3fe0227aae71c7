//! Finding lessons: the files a user named, and those in folders.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use esl_core::ErrorKind;
use esl_pipeline::lesson::Lesson;

use crate::exit::{Exit, Failure};
use crate::source;

/// Folders below a named one that are looked into.
const MOST_DEPTH: usize = 16;
/// Files that are taken at once. Who names a whole disk has made a mistake.
const MOST_FILES: usize = 10_000;
/// How the names of manifests end.
const MANIFEST: &str = ".manifest.json";

/// The Markdown files at `paths`, each once: files as they are, in the order given, and of folders
/// all below them, sorted. Hidden files and folders are passed over, links to folders not followed.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            collect(path, MOST_DEPTH, is_markdown, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    let mut known = BTreeSet::new();
    found.retain(|path| known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    Ok(found)
}

/// The lessons at `paths`, each once: files as they are, and for each manifest in the folders the
/// lesson it belongs to, whether that is still there or not.
pub(crate) fn with_manifests(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut manifests = Vec::new();
            collect(path, MOST_DEPTH, is_manifest, &mut manifests)?;
            found.extend(manifests.iter().map(|manifest| lesson_of(manifest)));
        } else {
            found.push(path.clone());
        }
    }
    let mut known = BTreeSet::new();
    found.retain(|path| known.insert(path.with_extension("")));
    Ok(found)
}

fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(MANIFEST.as_bytes())
}

/// The lesson that a manifest lies beside.
fn lesson_of(manifest: &Path) -> PathBuf {
    let lesson = manifest.with_extension("").with_extension("md");
    let other = lesson.with_extension("markdown");
    if other.is_file() && !lesson.is_file() {
        return other;
    }
    lesson
}

fn collect(
    folder: &Path,
    depth: usize,
    is_wanted: fn(&Path) -> bool,
    found: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| unreadable(folder, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 1 {
                collect(&path, depth - 1, is_wanted, found)?;
            }
        } else if is_wanted(&path) && path.is_file() {
            found.push(path);
        }
        if found.len() > MOST_FILES {
            return Err(too_many(folder));
        }
    }
    Ok(())
}

fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
}

/// Whether the file at `path` is text without any front matter: a README, not a lesson. A file that
/// cannot be read is none, so that the reason is told.
pub(crate) fn is_other_text(path: &Path, limit: usize) -> bool {
    let text = source::lesson_text(path, limit);
    text.is_ok_and(|text| Lesson::parse(&text).front_matter.raw.is_none())
}

fn unreadable(folder: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot read the folder {}", folder.display());
    Failure {
        causes: vec![error.to_string()],
        ..Failure::new(Exit::Unexpected, ErrorKind::Storage, message)
    }
}

fn too_many(folder: &Path) -> Failure {
    let message = format!(
        "there are more than {MOST_FILES} files, the last looked into is {}",
        folder.display()
    );
    Failure::new(Exit::Usage, ErrorKind::InvalidInput, message).hint("name a smaller folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_their_markdown_sorted_and_nothing_hidden() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b.md", "a/z.MD", "a/note.txt", ".git/x.md", "a/.draft.md"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let named = root.path().join("b.md");
        let found = find(&[root.path().to_owned(), named.clone()]).unwrap();
        assert_eq!(found, [root.path().join("a/z.MD"), named]);
    }

    #[test]
    fn a_file_that_is_not_there_is_left_to_whoever_reads_it() {
        let path = PathBuf::from("nowhere.md");
        let paths = [path];
        assert_eq!(find(&paths).unwrap(), paths);
        assert!(!is_other_text(&paths[0], 10));
    }
}
